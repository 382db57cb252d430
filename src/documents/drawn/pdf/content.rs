//! Draws the content of a page: text and straight lines, and what stands in forms inside it.

use super::font::{Font, number};
use super::state::{Matrix, State};
use crate::documents::drawn::{Glyph, MOST_GLYPHS, MOST_RULES, Page, upright};
use crate::documents::fault::ReadFault;
use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object};
use std::collections::HashMap;
use std::rc::Rc;

/// Deepest nesting of forms and of kept states.
const DEEPEST: usize = 12;
const MOST_KEPT: usize = 200;
/// Most forms that are drawn on a page.
const MOST_FORMS: usize = 2_000;
/// Longest text beside the reading direction that is told.
const LONGEST_ASIDE: usize = 1_000;

pub(super) struct Drawing<'d, 'l> {
    document: &'d Document,
    pub page: Page,
    left: &'l mut usize,
    fonts: HashMap<*const Dictionary, Rc<Font>>,
    forms: usize,
    codes: Vec<(u32, [u8; 4])>,
}

/// A path that is being drawn.
#[derive(Default)]
struct Path {
    parts: Vec<Vec<(f64, f64)>>,
    boxes: Vec<[(f64, f64); 4]>,
}

/// Text that is being written: where the next character stands, and where the line began.
struct Written {
    at: Matrix,
    line: Matrix,
}

impl<'d, 'l> Drawing<'d, 'l> {
    pub fn new(document: &'d Document, page: Page, left: &'l mut usize) -> Drawing<'d, 'l> {
        Drawing { document, page, left, fonts: HashMap::new(), forms: 0, codes: Vec::new() }
    }

    pub fn draw(
        &mut self,
        bytes: &[u8],
        resources: Option<&'d Dictionary>,
        matrix: Matrix,
        depth: usize,
    ) -> Result<(), ReadFault> {
        if depth > DEEPEST {
            return Err(ReadFault::TooDeep);
        }
        let content = Content::decode(bytes).map_err(|_| ReadFault::Malformed)?;
        let (mut state, mut kept) = (State::new(matrix), Vec::new());
        let mut text = Written { at: Matrix::PLAIN, line: Matrix::PLAIN };
        let mut path = Path::default();
        for operation in &content.operations {
            let operands = operation.operands.as_slice();
            let numbers: Vec<f64> = operands.iter().filter_map(number).take(6).collect();
            match operation.operator.as_str() {
                "q" if kept.len() < MOST_KEPT => kept.push(state.clone()),
                "Q" => state = kept.pop().unwrap_or(state),
                "cm" => {
                    if let Ok(matrix) = <[f64; 6]>::try_from(numbers) {
                        state.matrix = Matrix(matrix).then(state.matrix);
                    }
                }
                "Do" => self.form(operands, resources, state.matrix, depth)?,
                "Tf" => {
                    state.font = name(operands).and_then(|name| self.font(name, resources));
                    state.size = numbers.first().copied().unwrap_or_default();
                }
                operator if path.take(operator, &numbers, &state) => {
                    if self.page.rules.len() > MOST_RULES {
                        return Err(ReadFault::TooManyElements);
                    }
                }
                operator @ ("S" | "s" | "f" | "F" | "f*" | "B" | "B*" | "b" | "b*" | "n") => {
                    std::mem::take(&mut path).draw(operator, &state, &mut self.page);
                }
                operator => {
                    set(&mut state, operator, &numbers);
                    self.write(operator, operands, &numbers, &mut state, &mut text)?;
                }
            }
        }
        Ok(())
    }

    /// What stands under a name in the resources of one kind.
    fn resource(&self, resources: Option<&'d Dictionary>, kind: &[u8], name: &[u8]) -> Option<&'d Object> {
        let listed = resources?.get_deref(kind, self.document).ok()?.as_dict().ok()?;
        listed.get_deref(name, self.document).ok()
    }

    fn font(&mut self, name: &[u8], resources: Option<&'d Dictionary>) -> Option<Rc<Font>> {
        let font = self.resource(resources, b"Font", name)?.as_dict().ok()?;
        let document = self.document;
        let known = self.fonts.entry(std::ptr::from_ref(font));
        Some(Rc::clone(known.or_insert_with(|| Rc::new(Font::read(document, font)))))
    }

    fn form(
        &mut self,
        operands: &[Object],
        resources: Option<&'d Dictionary>,
        matrix: Matrix,
        depth: usize,
    ) -> Result<(), ReadFault> {
        let found = name(operands).and_then(|name| self.resource(resources, b"XObject", name));
        let Some(form) = found.and_then(|form| form.as_stream().ok()) else { return Ok(()) };
        if form.dict.get(b"Subtype").and_then(Object::as_name).ok() != Some(b"Form".as_slice()) {
            return Ok(());
        }
        self.forms += 1;
        if self.forms > MOST_FORMS {
            return Err(ReadFault::TooManyElements);
        }
        let bytes = form.get_plain_content_with_limit(*self.left).map_err(|_| ReadFault::TooLargeInside)?;
        *self.left = self.left.saturating_sub(bytes.len());
        let own = form.dict.get_deref(b"Matrix", self.document).and_then(Object::as_array).ok();
        let own: Option<Vec<f64>> = own.map(|own| own.iter().filter_map(number).collect());
        let own = own.and_then(|own| <[f64; 6]>::try_from(own).ok()).map_or(Matrix::PLAIN, Matrix);
        let inner = form.dict.get_deref(b"Resources", self.document).and_then(Object::as_dict).ok();
        self.draw(&bytes, inner.or(resources), own.then(matrix), depth + 1)
    }

    fn write(
        &mut self,
        operator: &str,
        operands: &[Object],
        numbers: &[f64],
        state: &mut State,
        text: &mut Written,
    ) -> Result<(), ReadFault> {
        let next = |text: &mut Written, x: f64, y: f64| {
            text.line = Matrix::moved(x, y).then(text.line);
            text.at = text.line;
        };
        match (operator, numbers) {
            ("BT", _) => (text.at, text.line) = (Matrix::PLAIN, Matrix::PLAIN),
            ("Td", [x, y]) => next(text, *x, *y),
            ("TD", [x, y]) => {
                state.leading = -y;
                next(text, *x, *y);
            }
            ("Tm", numbers) => {
                if let Ok(matrix) = <[f64; 6]>::try_from(numbers) {
                    (text.at, text.line) = (Matrix(matrix), Matrix(matrix));
                }
            }
            ("T*", _) => next(text, 0.0, -state.leading),
            ("Tj", _) => self.show(operands, state, text)?,
            ("'", _) => {
                next(text, 0.0, -state.leading);
                self.show(operands, state, text)?;
            }
            ("\"", [words, between, ..]) => {
                (state.words, state.between) = (*words, *between);
                next(text, 0.0, -state.leading);
                self.show(operands.get(2..).unwrap_or_default(), state, text)?;
            }
            ("TJ", _) => {
                let parts = operands.first().and_then(|parts| parts.as_array().ok());
                self.show(parts.map(Vec::as_slice).unwrap_or_default(), state, text)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Shows texts, and moves by the numbers between them.
    fn show(&mut self, parts: &[Object], state: &State, text: &mut Written) -> Result<(), ReadFault> {
        let Some(font) = state.font.clone() else { return Ok(()) };
        let mut codes = std::mem::take(&mut self.codes);
        for part in parts {
            if let Some(moved) = number(part) {
                text.at = Matrix::moved(-moved / 1_000.0 * state.size * state.stretch, 0.0).then(text.at);
                continue;
            }
            let Object::String(bytes, _) = part else { continue };
            for shown in font.show(bytes, &mut codes) {
                let width = shown.width / 1_000.0 * state.size;
                let extra = state.between + if shown.is_space { state.words } else { 0.0 };
                self.put(shown.text, width * state.stretch, state, text);
                text.at = Matrix::moved((width + extra) * state.stretch, 0.0).then(text.at);
            }
            if self.page.glyphs.len() > MOST_GLYPHS {
                return Err(ReadFault::TooManyElements);
            }
        }
        self.codes = codes;
        Ok(())
    }

    fn put(&mut self, text: &str, width: f64, state: &State, written: &Written) {
        // Not shown at all: what a scanner's program has guessed, behind the picture.
        if matches!(state.mode, 3 | 7) {
            return;
        }
        let whole = Matrix::moved(0.0, state.rise).then(written.at).then(state.matrix);
        let ((x0, y0), (x1, y1), (_, up)) =
            (whole.of((0.0, 0.0)), whole.of((width, 0.0)), whole.of((0.0, state.size)));
        let is_upright = (y1 - y0).abs() <= (x1 - x0).abs() * 0.05 + 0.01 && x1 >= x0 && up <= y0;
        if !is_upright {
            if self.page.aside.len() < LONGEST_ASIDE {
                self.page.aside.push_str(text);
            }
            return;
        }
        let count = text.chars().count().max(1);
        #[expect(clippy::cast_precision_loss, reason = "a handful")]
        let each = (x1 - x0) / count as f64;
        for (at, c) in text.chars().enumerate().filter(|(_, c)| !c.is_whitespace() && !c.is_control()) {
            // White figures nobody sees; that there is something is told.
            let c = if state.is_white && c.is_ascii_digit() { '\u{fffd}' } else { c };
            #[expect(clippy::cast_precision_loss, reason = "a handful")]
            let x = x0 + each * at as f64;
            self.page.glyphs.push(Glyph { c, x, y: y0, width: each, size: (y0 - up).abs() });
        }
    }
}

fn name(operands: &[Object]) -> Option<&[u8]> {
    operands.first().and_then(|name| name.as_name().ok())
}

/// What is set and holds until it is set anew.
fn set(state: &mut State, operator: &str, numbers: &[f64]) {
    let is_white = |numbers: &[f64]| !numbers.is_empty() && numbers.iter().all(|part| *part >= 0.98);
    match (operator, numbers) {
        ("Tc", [between]) => state.between = *between,
        ("Tw", [words]) => state.words = *words,
        ("Tz", [stretch]) => state.stretch = stretch / 100.0,
        ("TL", [leading]) => state.leading = *leading,
        ("Ts", [rise]) => state.rise = *rise,
        ("Tr", [mode]) => {
            #[expect(clippy::cast_possible_truncation, reason = "clamped to the modes there are")]
            let mode = mode.clamp(0.0, 7.0) as i64;
            state.mode = mode;
        }
        ("g" | "rg" | "sc" | "scn", numbers) if numbers.len() != 4 => state.is_white = is_white(numbers),
        ("k" | "sc" | "scn", [c, m, y, k]) => state.is_white = c.max(*m).max(y.max(*k)) <= 0.02,
        ("cs", _) => state.is_white = false,
        _ => {}
    }
}

impl Path {
    /// Takes in a step of a path; whether it was one.
    fn take(&mut self, operator: &str, numbers: &[f64], state: &State) -> bool {
        let at = |x: f64, y: f64| state.matrix.of((x, y));
        match (operator, numbers) {
            ("l", [x, y]) => self.on(at(*x, *y)),
            // A curve leads nowhere a table has lines: it only moves on.
            ("m", [x, y]) | ("c" | "v" | "y", [.., x, y]) => self.parts.push(vec![at(*x, *y)]),
            ("h", _) => self.close(),
            ("re", [x, y, width, height]) => self.boxes.push([
                at(*x, *y),
                at(x + width, *y),
                at(x + width, y + height),
                at(*x, y + height),
            ]),
            ("W" | "W*", _) => {}
            _ => return false,
        }
        true
    }

    fn on(&mut self, to: (f64, f64)) {
        match self.parts.last_mut() {
            Some(part) => part.push(to),
            None => self.parts.push(vec![to]),
        }
    }

    fn close(&mut self) {
        if let Some(part) = self.parts.last_mut()
            && let Some(first) = part.first().copied()
        {
            part.push(first);
        }
    }

    /// Draws it: strokes as lines, thin surfaces as well.
    fn draw(mut self, operator: &str, state: &State, page: &mut Page) {
        let strokes = matches!(operator, "S" | "s" | "B" | "B*" | "b" | "b*");
        let fills = matches!(operator, "f" | "F" | "f*" | "B" | "B*" | "b" | "b*") && !state.is_white;
        if matches!(operator, "s" | "b" | "b*") {
            self.close();
        }
        if !strokes && !fills {
            return;
        }
        for [one, _, other, _] in &self.boxes {
            page.upright(*one, *other, strokes);
        }
        for part in &self.parts {
            if strokes {
                for (from, to) in part.iter().zip(part.iter().skip(1)) {
                    page.line(*from, *to);
                }
            } else if let Some((one, other)) = upright(part) {
                page.upright(one, other, false);
            }
        }
    }
}
