//! The content of a page: text objects and path objects, in millimetres.

use super::POINTS;
use crate::documents::drawn::{Glyph, MOST_GLYPHS, MOST_RULES, Page, upright};
use crate::documents::fault::ReadFault;
use crate::documents::xml::{Attributes, Builder, numbers, walk};

/// A page of A4, where nobody says how large it is.
const A4: (f64, f64) = (210.0, 297.0);
/// Most numbers of a path, and most steps between characters.
const MOST_NUMBERS: usize = 100_000;
/// How much wider than the narrowest a step may be and still be a character's width.
const WIDEST_STEP: f64 = 2.2;
const LONGEST_ASIDE: usize = 1_000;

pub(super) fn draw(
    xml: &str,
    templates: &[(String, String)],
    size: Option<(f64, f64)>,
) -> Result<Page, ReadFault> {
    let (width, height) = size.unwrap_or(A4);
    let mut reader = Reader {
        page: Page { width: width * POINTS, height: height * POINTS, ..Page::default() },
        ..Reader::default()
    };
    walk(xml, &mut reader)?;
    for id in std::mem::take(&mut reader.templates) {
        if let Some((_, xml)) = templates.iter().find(|(known, _)| *known == id) {
            reader.open.clear();
            walk(xml, &mut reader)?;
        }
    }
    Ok(reader.page)
}

/// What an open element is.
enum Open {
    Plain,
    Skipped,
    Box,
    Text,
    Code(Code),
    Path,
    Steps(String),
}

/// Where an object stands, and how it is turned.
#[derive(Debug, Clone, Copy, Default)]
struct Object {
    at: (f64, f64),
    turn: Option<[f64; 6]>,
    size: f64,
    stretch: f64,
    is_white: bool,
    /// Its text runs from left to right, its letters upright.
    is_plain: bool,
    strokes: bool,
    fills: bool,
}

impl Object {
    fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let (x, y) = match self.turn {
            Some([a, b, c, d, e, f]) => (a * x + c * y + e, b * x + d * y + f),
            None => (x, y),
        };
        ((x + self.at.0) * POINTS, (y + self.at.1) * POINTS)
    }
}

/// A run of text: where it begins, and the steps between its characters.
#[derive(Default)]
struct Code {
    x: f64,
    y: f64,
    across: Vec<f64>,
    down: Vec<f64>,
    text: String,
}

#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    object: Object,
    page: Page,
    templates: Vec<String>,
    /// Where the last run of the object ended: the next one may say no place of its own.
    last: (f64, f64),
}

impl Builder for Reader {
    fn start(&mut self, _: &str, name: &str, attributes: &Attributes<'_>) -> Result<(), ReadFault> {
        let is_off = attributes.get("Visible").as_deref() == Some("false")
            || attributes.get("Alpha").as_deref() == Some("0");
        let opened = match name {
            _ if matches!(self.open.last(), Some(Open::Skipped)) || is_off => Open::Skipped,
            "PhysicalBox" => Open::Box,
            "Template" => {
                self.templates.extend(attributes.get("TemplateID").filter(|_| self.templates.len() < 10));
                Open::Plain
            }
            "TextObject" => {
                self.object = object(attributes);
                self.last = (0.0, 0.0);
                Open::Text
            }
            "PathObject" => {
                self.object = object(attributes);
                Open::Path
            }
            "FillColor" if matches!(self.open.last(), Some(Open::Text | Open::Path)) => {
                let parts = attributes.numbers("Value");
                self.object.is_white = parts.len() == 3 && parts.iter().all(|part| *part >= 250.0);
                Open::Plain
            }
            "TextCode" => Open::Code(Code {
                x: attributes.number("X").unwrap_or(self.last.0),
                y: attributes.number("Y").unwrap_or(self.last.1),
                across: steps(&attributes.get("DeltaX").unwrap_or_default()),
                down: steps(&attributes.get("DeltaY").unwrap_or_default()),
                text: String::new(),
            }),
            "AbbreviatedData" => Open::Steps(String::new()),
            "Clips" | "Actions" | "Annot" => Open::Skipped,
            _ => Open::Plain,
        };
        self.open.push(opened);
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), ReadFault> {
        match self.open.last_mut() {
            Some(Open::Box) => {
                if let [_, _, width, height] = numbers(text)[..] {
                    (self.page.width, self.page.height) = (width * POINTS, height * POINTS);
                }
            }
            Some(Open::Code(code)) => code.text.push_str(text),
            Some(Open::Steps(path)) => path.push_str(text),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), ReadFault> {
        match self.open.pop() {
            Some(Open::Code(code)) => self.write(&code),
            Some(Open::Steps(path)) => self.path(&path),
            _ => {}
        }
        if self.page.glyphs.len() > MOST_GLYPHS || self.page.rules.len() > MOST_RULES {
            return Err(ReadFault::TooManyElements);
        }
        Ok(())
    }
}

fn object(attributes: &Attributes<'_>) -> Object {
    let bounds = attributes.numbers("Boundary");
    let is = |name: &str, usual: bool| attributes.get(name).map_or(usual, |value| value == "true");
    let straight = |name: &str| attributes.number(name).is_none_or(|turned| turned == 0.0);
    Object {
        at: match bounds[..] {
            [x, y, ..] => (x, y),
            _ => (0.0, 0.0),
        },
        turn: <[f64; 6]>::try_from(attributes.numbers("CTM")).ok(),
        size: attributes.number("Size").unwrap_or_default(),
        stretch: attributes.number("HScale").unwrap_or(1.0),
        is_white: false,
        is_plain: straight("CharDirection") && straight("ReadDirection"),
        strokes: is("Stroke", true),
        fills: is("Fill", false),
    }
}

/// Steps between characters; `g 3 5.5` are three of them.
fn steps(text: &str) -> Vec<f64> {
    let mut words = text.split_whitespace();
    let mut steps = Vec::new();
    while let Some(word) = words.next() {
        let number = |word: Option<&str>| word.and_then(|word| word.parse::<f64>().ok());
        let (count, step) = match word {
            "g" => {
                (words.next().and_then(|count| count.parse().ok()).unwrap_or(0_usize), number(words.next()))
            }
            plain => (1, number(Some(plain))),
        };
        let room = MOST_NUMBERS.saturating_sub(steps.len());
        steps.extend(std::iter::repeat_n(step.unwrap_or_default(), count.min(room)));
    }
    steps
}

impl Reader {
    fn write(&mut self, code: &Code) {
        let object = self.object;
        let (mut x, mut y) = (code.x, code.y);
        // A step far wider than the others is a gap, and not how wide a character is.
        let least = code.across.iter().copied().filter(|step| *step > 0.0).fold(f64::MAX, f64::min);
        let usual = (least * WIDEST_STEP).min(object.size * object.stretch * 1.05);
        for (at, c) in code.text.trim_matches(['\n', '\r']).chars().enumerate() {
            // How wide a character is its font would say; a Chinese one is as wide as it is high.
            let own = object.size * object.stretch * if c.is_ascii() { 0.5 } else { 1.0 };
            let step = code.across.get(at).copied();
            let width = step.filter(|step| *step > 0.0 && *step <= usual).unwrap_or(own);
            let (from, to) = (object.place((x, y)), object.place((x + width, y)));
            let up = object.place((x, y - object.size));
            let is_upright = object.is_plain
                && (from.1 - to.1).abs() <= 0.05 * (to.0 - from.0).abs() + 0.01
                && to.0 >= from.0
                && up.1 <= from.1;
            if !is_upright {
                if self.page.aside.len() < LONGEST_ASIDE {
                    self.page.aside.push(c);
                }
            } else if !c.is_whitespace() && !c.is_control() {
                // White figures nobody sees; that there is something is told.
                let c = if object.is_white && c.is_ascii_digit() { '\u{fffd}' } else { c };
                let (width, size) = (to.0 - from.0, from.1 - up.1);
                self.page.glyphs.push(Glyph { c, x: from.0, y: from.1, width, size });
            }
            x += step.unwrap_or(if code.down.is_empty() { own } else { 0.0 });
            y += code.down.get(at).copied().unwrap_or_default();
        }
        self.last = (x, y);
    }

    /// `M 0 0 L 10 0 C` and so on.
    fn path(&mut self, path: &str) {
        let object = self.object;
        let (mut parts, mut words): (Vec<Vec<(f64, f64)>>, _) =
            (Vec::new(), path.split_whitespace().take(MOST_NUMBERS));
        while let Some(step) = words.next() {
            let mut numbers = |count: usize| -> Option<Vec<f64>> {
                let numbers: Vec<f64> =
                    words.by_ref().take(count).filter_map(|word| word.parse().ok()).collect();
                (numbers.len() == count).then_some(numbers)
            };
            let count = match step {
                "S" | "M" | "L" => 2,
                "Q" => 4,
                "B" => 6,
                "A" => 7,
                _ => 0,
            };
            let Some(numbers) = numbers(count) else { break };
            let to = match numbers[..] {
                [.., x, y] => object.place((x, y)),
                _ => (0.0, 0.0),
            };
            match (step, parts.last_mut()) {
                ("L", Some(part)) => part.push(to),
                ("C", Some(part)) => {
                    let first = part.first().copied();
                    part.extend(first);
                }
                // A curve leads nowhere a table has lines.
                ("S" | "M" | "L" | "Q" | "B" | "A", _) => parts.push(vec![to]),
                _ => {}
            }
        }
        let fills = object.fills && !object.is_white;
        for part in &parts {
            if object.strokes {
                for (from, to) in part.iter().zip(part.iter().skip(1)) {
                    self.page.line(*from, *to);
                }
            } else if let (true, Some((one, other))) = (fills, upright(part)) {
                self.page.upright(one, other, false);
            }
        }
    }
}
