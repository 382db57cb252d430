//! The content of a page: text objects and path objects, in millimetres.

use super::POINTS;
use super::params::{Param, Params, color};
use crate::documents::color::Color;
use crate::documents::drawn::canvas::{Page, Rect, Shown, surface};
use crate::documents::drawn::{MOST_GLYPHS, MOST_RULES};
use crate::documents::fault::ReadFault;
use crate::documents::xml::{Attributes, Builder, numbers, walk};
use std::rc::Rc;

/// A page of A4, where nobody says how large it is.
const A4: (f64, f64) = (210.0, 297.0);
/// Most numbers of a path, and most steps between characters.
const MOST_NUMBERS: usize = 100_000;
/// How much wider than the narrowest a step may be and still be a character's width.
const WIDEST_STEP: f64 = 2.2;
/// Up to which of 255 something is too clear to be seen, and from which on nobody sees through it.
const CLEAR: f64 = 12.0;
const OPAQUE: f64 = 230.0;

/// Draws a page, and over it what was noted upon it.
pub(super) fn draw(
    xml: &str,
    templates: &[(String, String)],
    notes: &[&str],
    params: &Rc<Params>,
    size: Option<(f64, f64)>,
) -> Result<Page, ReadFault> {
    let (width, height) = size.unwrap_or(A4);
    let of = |xml: &str| -> Result<Reader, ReadFault> {
        let page = Page::new(width * POINTS, height * POINTS);
        let mut reader = Reader { page, params: Rc::clone(params), ..Reader::default() };
        walk(xml, &mut reader)?;
        Ok(reader)
    };
    let Reader { mut page, templates: named, .. } = of(xml)?;
    // What comes from a template lies under the page's own, unless it is said to lie over it.
    for (id, is_over) in named {
        let Some((_, xml)) = templates.iter().find(|(known, _)| *known == id) else { continue };
        let template = of(xml)?.page;
        let size = (page.width, page.height);
        page = if is_over { template.over(page) } else { page.over(template) };
        (page.width, page.height) = size;
    }
    for xml in notes {
        let size = (page.width, page.height);
        page = of(xml)?.page.over(page);
        (page.width, page.height) = size;
    }
    Ok(page)
}

/// What an open element is.
enum Open {
    Plain,
    Skipped,
    Box,
    Text,
    Code(Code),
    Path,
    /// What was noted upon the page looks so.
    Note,
    /// What an object is cut to.
    Clip,
    Steps(String),
}

/// Where an object stands, and how it is turned.
#[derive(Debug, Clone, Copy)]
struct Object {
    at: (f64, f64),
    turn: Option<[f64; 6]>,
    size: f64,
    stretch: f64,
    ink: Option<Color>,
    /// What its letters are drawn as is told apart from them, and not one for one.
    is_redrawn: bool,
    /// How opaque it is, of 255.
    alpha: f64,
    /// Outside of what nothing of it is drawn, in points.
    clip: Option<Rect>,
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

    fn area(&self, (x0, y0): (f64, f64), (x1, y1): (f64, f64)) -> Rect {
        Rect::around([(x0, y0), (x1, y0), (x0, y1), (x1, y1)].map(|point| self.place(point)))
    }

    /// Cuts it to an area of its own.
    fn clip_to(&mut self, bounds: &[f64]) {
        let [x, y, width, height] = bounds[..] else { return };
        let place = |x: f64, y: f64| ((x + self.at.0) * POINTS, (y + self.at.1) * POINTS);
        let cut = Rect::around([place(x, y), place(x + width, y + height)]);
        self.clip = Some(self.clip.map_or(cut, |clip| clip.within(cut)));
    }

    /// Whether anything is drawn where a letter's middle is, give or take a part of its size.
    fn draws(&self, (x, y): (f64, f64), size: f64) -> bool {
        let near = size * 0.3;
        self.clip.is_none_or(|clip| {
            Rect {
                left: clip.left - near,
                top: clip.top - near,
                right: clip.right + near,
                bottom: clip.bottom + near,
            }
            .holds((x, y))
        })
    }
}

/// A run of text: where it begins, and the steps between its characters.
#[derive(Default)]
struct Code {
    x: Option<f64>,
    y: Option<f64>,
    across: Vec<f64>,
    down: Vec<f64>,
    text: String,
}

#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    object: Option<Object>,
    page: Page,
    /// The templates that are named, and whether they lie over the page.
    templates: Vec<(String, bool)>,
    params: Rc<Params>,
    /// What an object is drawn with where it says nothing, and where a note begins.
    usual: Param,
    origin: (f64, f64),
    /// What the object that is open writes and draws, all of it in the colours it says anywhere.
    codes: Vec<Code>,
    paths: Vec<String>,
    /// Where the last run of the object began: the next one may say no place of its own (GB/T 33190, 11.3).
    last: (f64, f64),
}

impl Builder for Reader {
    fn start(&mut self, _: &str, name: &str, attributes: &Attributes<'_>) -> Result<(), ReadFault> {
        let is_off = matches!(attributes.get("Visible").as_deref(), Some("false" | "0"));
        let opened = match name {
            _ if matches!(self.open.last(), Some(Open::Skipped)) || is_off => Open::Skipped,
            "PhysicalBox" => Open::Box,
            "Template" => {
                let is_over = attributes.get("ZOrder").as_deref() == Some("Foreground");
                let id = attributes.get("TemplateID").filter(|_| self.templates.len() < 10);
                self.templates.extend(id.map(|id| (id, is_over)));
                Open::Plain
            }
            "Layer" => {
                self.usual = self.param(attributes).unwrap_or_default();
                Open::Plain
            }
            "Appearance" => {
                let bounds = attributes.numbers("Boundary");
                self.origin = if let [x, y, ..] = bounds[..] { (x, y) } else { (0.0, 0.0) };
                Open::Note
            }
            "TextObject" => {
                self.object = Some(self.object(attributes, true));
                self.last = (0.0, 0.0);
                Open::Text
            }
            "PathObject" => {
                self.object = Some(self.object(attributes, false));
                Open::Path
            }
            "ImageObject" => {
                let image = self.object(attributes, false);
                if image.alpha >= OPAQUE && attributes.get("ImageMask").is_none() {
                    self.page.cover(image.area((0.0, 0.0), (1.0, 1.0)), None);
                }
                Open::Plain
            }
            "CGTransform" => {
                let count = |name: &str| attributes.number(name).unwrap_or(1.0);
                let is_redrawn = count("CodeCount") != count("GlyphCount");
                self.object.iter_mut().for_each(|object| object.is_redrawn |= is_redrawn);
                Open::Plain
            }
            "FillColor" if matches!(self.open.last(), Some(Open::Text | Open::Path)) => {
                if let Some(object) = &mut self.object {
                    object.ink = color(&attributes.get("Value").unwrap_or_default());
                    object.alpha = object.alpha.min(attributes.number("Alpha").unwrap_or(255.0));
                }
                Open::Plain
            }
            "Path" if matches!(self.open.last(), Some(Open::Clip)) => {
                if let Some(object) = &mut self.object {
                    object.clip_to(&attributes.numbers("Boundary"));
                }
                Open::Skipped
            }
            "Clips" | "Clip" | "Area" if matches!(self.open.last(), Some(Open::Text | Open::Clip)) => {
                Open::Clip
            }
            "TextCode" => Open::Code(Code {
                x: attributes.number("X"),
                y: attributes.number("Y"),
                across: steps(&attributes.get("DeltaX").unwrap_or_default()),
                down: steps(&attributes.get("DeltaY").unwrap_or_default()),
                text: String::new(),
            }),
            "AbbreviatedData" => Open::Steps(String::new()),
            "Clips" | "Actions" => Open::Skipped,
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
            Some(Open::Code(code)) => self.codes.push(code),
            Some(Open::Steps(path)) => self.paths.push(path),
            Some(Open::Text) => std::mem::take(&mut self.codes).iter().for_each(|code| self.write(code)),
            Some(Open::Path) => std::mem::take(&mut self.paths).iter().for_each(|path| self.path(path)),
            Some(Open::Note) => self.origin = (0.0, 0.0),
            _ => {}
        }
        if self.page.glyphs.len() > MOST_GLYPHS || self.page.lines() > MOST_RULES {
            return Err(ReadFault::TooManyElements);
        }
        Ok(())
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
    /// What an element is drawn with by its name.
    fn param(&self, attributes: &Attributes<'_>) -> Option<Param> {
        attributes.get("DrawParam").map(|id| self.params.named(&id))
    }

    fn object(&self, attributes: &Attributes<'_>, is_text: bool) -> Object {
        let param = self.param(attributes).unwrap_or(self.usual);
        let bounds = attributes.numbers("Boundary");
        let is = |name: &str, usual: bool| {
            attributes.get(name).map_or(usual, |value| matches!(value.as_str(), "true" | "1"))
        };
        let straight = |name: &str| attributes.number(name).is_none_or(|turned| turned == 0.0);
        let mut object = Object {
            at: match bounds[..] {
                [x, y, ..] => (x + self.origin.0, y + self.origin.1),
                _ => self.origin,
            },
            turn: <[f64; 6]>::try_from(attributes.numbers("CTM")).ok(),
            size: attributes.number("Size").unwrap_or_default(),
            stretch: attributes.number("HScale").unwrap_or(1.0),
            ink: param.ink.unwrap_or(Some(Color::BLACK)),
            is_redrawn: false,
            alpha: attributes.number("Alpha").unwrap_or(255.0).min(param.alpha.unwrap_or(255.0)),
            clip: None,
            is_plain: straight("CharDirection") && straight("ReadDirection"),
            strokes: is("Stroke", !is_text),
            fills: is("Fill", is_text),
        };
        if let [_, _, width, height] = bounds[..] {
            object.clip_to(&[0.0, 0.0, width, height]);
        }
        object
    }

    fn write(&mut self, code: &Code) {
        let Some(object) = self.object else { return };
        // Not drawn at all: what a program has read from the picture above it.
        if !object.fills && !object.strokes {
            return;
        }
        let (mut x, mut y) = (code.x.unwrap_or(self.last.0), code.y.unwrap_or(self.last.1));
        self.last = (x, y);
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
            let middle = (
                from.0 + (to.0 - from.0) * 0.5 + (up.0 - from.0) * 0.35,
                from.1 + (to.1 - from.1) * 0.5 + (up.1 - from.1) * 0.35,
            );
            let is_drawn = object.alpha > CLEAR && object.draws(middle, object.size * POINTS);
            let shown = match object.ink {
                _ if !is_drawn || object.is_redrawn => Shown::Lost,
                Some(color) => Shown::In(color),
                None => Shown::Plain,
            };
            let mut utf8 = [0; 4];
            let c = c.encode_utf8(&mut utf8);
            match object.is_plain {
                true => self.page.write(c, shown, [from, to, up]),
                false => self.page.put_aside(c),
            }
            x += step.unwrap_or(if code.down.is_empty() { own } else { 0.0 });
            y += code.down.get(at).copied().unwrap_or_default();
        }
    }

    /// `M 0 0 L 10 0 C` and so on.
    fn path(&mut self, path: &str) {
        let Some(object) = self.object else { return };
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
        let fills = object.fills && object.alpha > CLEAR;
        for part in &parts {
            let surface = surface(part).filter(|_| fills);
            if let Some(surface) = surface.filter(|_| object.alpha >= OPAQUE) {
                self.page.cover(surface, object.ink);
            }
            if object.strokes {
                for (from, to) in part.iter().zip(part.iter().skip(1)) {
                    self.page.line(*from, *to);
                }
            } else if let Some(surface) = surface.filter(|_| !object.ink.is_some_and(Color::is_white)) {
                self.page.upright(surface, false);
            }
        }
    }
}
