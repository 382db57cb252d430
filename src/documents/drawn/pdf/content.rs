//! Draws the content of a page: text and straight lines, and what stands in forms inside it.

use super::font::{Font, number};
use super::layers::Layers;
use super::path::Path;
use super::state::{Matrix, Space, State};
use crate::documents::drawn::canvas::{Page, Rect};
use crate::documents::drawn::{MOST_GLYPHS, MOST_RULES};
use crate::documents::fault::ReadFault;
use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, Stream};
use std::collections::HashMap;
use std::rc::Rc;

/// Deepest nesting of forms and of kept states.
const DEEPEST: usize = 12;
const MOST_KEPT: usize = 200;
/// The mode of texts that are not shown.
const UNSEEN: i64 = 3;
/// Most forms that are drawn on a page.
const MOST_FORMS: usize = 2_000;

pub(super) struct Drawing<'d, 'l> {
    document: &'d Document,
    pub page: Page,
    left: &'l mut usize,
    layers: &'l Layers,
    fonts: HashMap<*const Dictionary, Rc<Font>>,
    forms: usize,
    codes: Vec<(u32, [u8; 4])>,
}

/// Text that is being written: where the next character stands, and where the line began.
struct Written {
    at: Matrix,
    line: Matrix,
}

impl<'d, 'l> Drawing<'d, 'l> {
    pub fn new(
        document: &'d Document,
        page: Page,
        layers: &'l Layers,
        left: &'l mut usize,
    ) -> Drawing<'d, 'l> {
        Drawing { document, page, left, layers, fonts: HashMap::new(), forms: 0, codes: Vec::new() }
    }

    pub fn draw(
        &mut self,
        bytes: &[u8],
        resources: Option<&'d Dictionary>,
        mut state: State,
        depth: usize,
    ) -> Result<(), ReadFault> {
        if depth > DEEPEST {
            return Err(ReadFault::TooDeep);
        }
        let content = Content::decode(bytes).map_err(|_| ReadFault::Malformed)?;
        let mut kept = Vec::new();
        // Which of the parts that are open belong to a layer nobody sees.
        let mut hidden: Vec<bool> = Vec::new();
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
                "BMC" | "BDC" if hidden.len() < MOST_KEPT => {
                    hidden.push(self.is_hidden(operands, resources));
                }
                "EMC" => drop(hidden.pop()),
                "cs" => state.fill.change(self.space(operands, resources)),
                "CS" => state.stroke.change(self.space(operands, resources)),
                "gs" => self.take(operands, resources, &mut state),
                "Do" if hidden.contains(&true) => {}
                "Do" => self.object(operands, resources, &state, depth)?,
                "Tf" => {
                    state.font = name(operands).and_then(|name| self.font(name, resources));
                    state.size = numbers.first().copied().unwrap_or_default();
                }
                operator if path.take(operator, &numbers, &state) => {
                    if self.page.lines() > MOST_RULES {
                        return Err(ReadFault::TooManyElements);
                    }
                }
                operator @ ("S" | "s" | "f" | "F" | "f*" | "B" | "B*" | "b" | "b*" | "n") => {
                    let path = std::mem::take(&mut path);
                    let clip = path.clips.then(|| path.area());
                    if !hidden.contains(&true) {
                        path.draw(operator, &state, &mut self.page);
                    }
                    clip.into_iter().for_each(|area| state.clip_to(area));
                }
                operator => {
                    set(&mut state, operator, &numbers);
                    let mode = state.mode;
                    if hidden.contains(&true) {
                        state.mode = UNSEEN;
                    }
                    self.write(operator, operands, &numbers, &mut state, &mut text)?;
                    state.mode = mode;
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

    /// Whether a marked part of the content belongs to a layer that is off.
    fn is_hidden(&self, operands: &[Object], resources: Option<&'d Dictionary>) -> bool {
        let [Object::Name(kind), Object::Name(layer)] = operands else { return false };
        let listed =
            resources.and_then(|all| all.get_deref(b"Properties", self.document).ok()?.as_dict().ok());
        kind == b"OC" && listed.is_some_and(|listed| self.is_off(listed.get(layer).ok()))
    }

    pub fn is_off(&self, layer: Option<&Object>) -> bool {
        self.layers.is_off(self.document, layer)
    }

    /// The space of colours under a name.
    fn space(&self, operands: &[Object], resources: Option<&'d Dictionary>) -> Space {
        let Some(named) = name(operands) else { return Space::Other };
        let found = self.resource(resources, b"ColorSpace", named);
        let kind = match found {
            Some(Object::Array(parts)) => parts.first().and_then(|kind| kind.as_name().ok()),
            Some(kind) => kind.as_name().ok(),
            None => Some(named),
        };
        match kind {
            Some(b"Separation" | b"DeviceN") => Space::Inks,
            Some(b"Pattern" | b"Indexed" | b"I") | None => Space::Other,
            Some(_) => Space::Usual,
        }
    }

    /// Takes in a named set of what holds: how opaque, how it goes with what stands below.
    fn take(&self, operands: &[Object], resources: Option<&'d Dictionary>, state: &mut State) {
        let found = name(operands).and_then(|name| self.resource(resources, b"ExtGState", name));
        let Some(set) = found.and_then(|set| set.as_dict().ok()) else { return };
        let of = |key: &[u8]| set.get_deref(key, self.document).ok();
        state.fill.alpha = of(b"ca").and_then(number).unwrap_or(state.fill.alpha);
        state.stroke.alpha = of(b"CA").and_then(number).unwrap_or(state.stroke.alpha);
        if let Some(mode) = of(b"BM") {
            let mode = mode.as_array().ok().and_then(|modes| modes.first()).unwrap_or(mode);
            state.blends = !matches!(mode.as_name(), Ok(b"Normal" | b"Compatible"));
        }
    }

    /// Draws what has a name: a form, or a picture that hides what stands below.
    fn object(
        &mut self,
        operands: &[Object],
        resources: Option<&'d Dictionary>,
        state: &State,
        depth: usize,
    ) -> Result<(), ReadFault> {
        let found = name(operands).and_then(|name| self.resource(resources, b"XObject", name));
        let Some(object) = found.and_then(|object| object.as_stream().ok()) else { return Ok(()) };
        let layer = object.dict.get(b"OC").ok();
        match object.dict.get(b"Subtype").and_then(Object::as_name) {
            _ if self.is_off(layer) => Ok(()),
            Ok(b"Form") => self.form(object, resources, state.clone(), depth),
            Ok(b"Image") => {
                let is_masked =
                    [b"SMask".as_slice(), b"Mask", b"ImageMask"].iter().any(|key| object.dict.has(key));
                if state.hides() && !is_masked {
                    self.cover(
                        [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)].map(|at| state.matrix.of(at)),
                        state,
                    );
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn cover(&mut self, corners: [(f64, f64); 4], state: &State) {
        let area = Rect::around(corners);
        self.page.cover(state.clip.map_or(area, |clip| clip.within(area)), None);
    }

    /// Draws a form where it is set.
    pub fn form(
        &mut self,
        form: &'d Stream,
        resources: Option<&'d Dictionary>,
        mut state: State,
        depth: usize,
    ) -> Result<(), ReadFault> {
        self.forms += 1;
        if self.forms > MOST_FORMS {
            return Err(ReadFault::TooManyElements);
        }
        let bytes = form.get_plain_content_with_limit(*self.left).map_err(|_| ReadFault::TooLargeInside)?;
        *self.left = self.left.saturating_sub(bytes.len());
        state.matrix = self.matrix_of(form).then(state.matrix);
        if let Some([x0, y0, x1, y1]) = self.numbers(&form.dict, b"BBox") {
            state.clip_to(Rect::around(
                [(x0, y0), (x1, y0), (x0, y1), (x1, y1)].map(|at| state.matrix.of(at)),
            ));
        }
        let inner = form.dict.get_deref(b"Resources", self.document).and_then(Object::as_dict).ok();
        self.draw(&bytes, inner.or(resources), state, depth + 1)
    }

    /// How a form is set by itself.
    pub fn matrix_of(&self, form: &Stream) -> Matrix {
        self.numbers(&form.dict, b"Matrix").map_or(Matrix::PLAIN, Matrix)
    }

    /// So many numbers under a key.
    pub fn numbers<const N: usize>(&self, of: &Dictionary, key: &[u8]) -> Option<[f64; N]> {
        let listed = of.get_deref(key, self.document).and_then(Object::as_array).ok()?;
        let listed = listed.iter().filter_map(|one| number(self.document.dereference(one).ok()?.1));
        <[f64; N]>::try_from(listed.collect::<Vec<f64>>()).ok()
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
        let whole = Matrix::moved(0.0, state.rise).then(written.at).then(state.matrix);
        let middle = whole.of((width / 2.0, state.size * 0.35));
        let Some(shown) = state.shown(middle) else { return };
        self.page.write(text, shown, [(0.0, 0.0), (width, 0.0), (0.0, state.size)].map(|at| whole.of(at)));
    }
}

fn name(operands: &[Object]) -> Option<&[u8]> {
    operands.first().and_then(|name| name.as_name().ok())
}

/// What is set and holds until it is set anew.
fn set(state: &mut State, operator: &str, numbers: &[f64]) {
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
        ("sc" | "scn", numbers) => state.fill.take(numbers),
        ("SC" | "SCN", numbers) => state.stroke.take(numbers),
        ("g" | "rg" | "k", numbers) => {
            state.fill.change(Space::Usual);
            state.fill.take(numbers);
        }
        ("G" | "RG" | "K", numbers) => {
            state.stroke.change(Space::Usual);
            state.stroke.take(numbers);
        }
        _ => {}
    }
}
