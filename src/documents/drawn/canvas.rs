//! What programs draw on a page, and in which order: characters, lines, surfaces.

use super::UNCLEAR;
use crate::documents::color::{Color, is_too_small};

/// Which part of an upright area what fills it covers at least.
const FILLED: f64 = 0.97;
/// Thickest line that rules; what is thicker is a surface.
const THICKEST: f64 = 3.0;
/// Shortest line that rules, and how far it may lean.
const SHORTEST: f64 = 4.0;
const LEANING: f64 = 0.5;
/// Most lines of a page that rule nothing and are looked at: drawings have any number of them.
const MOST_STROKES: usize = 20_000;
/// How far text may lean, in parts of its length.
const SLANTED: f64 = 0.05;
/// Longest text beside the reading direction that is told.
const LONGEST_ASIDE: usize = 1_000;

pub(super) type Point = (f64, f64);

/// A character at its place, in points from the left and from the top; `y` is the line it stands on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Glyph {
    pub c: char,
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub size: f64,
    /// How the page must be turned for it to stand upright; its place is that on the turned page.
    pub turn: Turn,
    /// What it is written with, where that is known.
    pub ink: Option<Color>,
}

impl Glyph {
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// Where its middle is.
    pub fn middle(&self) -> Point {
        (self.x + self.width / 2.0, self.y - self.size * 0.35)
    }
}

/// A quarter of a turn to the left, or more of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Turn {
    #[default]
    None,
    Left,
    Over,
    Right,
}

impl Turn {
    pub const ALL: [Turn; 4] = [Turn::None, Turn::Left, Turn::Over, Turn::Right];
}

/// A ruled line, across or down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Rule {
    Across { y: f64, from: f64, to: f64 },
    Down { x: f64, from: f64, to: f64 },
}

/// An upright area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Rect {
    /// The smallest around points; everything around none.
    pub fn around(points: impl IntoIterator<Item = Point>) -> Rect {
        let all = Rect {
            left: f64::INFINITY,
            top: f64::INFINITY,
            right: f64::NEG_INFINITY,
            bottom: f64::NEG_INFINITY,
        };
        points.into_iter().fold(all, |rect, (x, y)| Rect {
            left: rect.left.min(x),
            top: rect.top.min(y),
            right: rect.right.max(x),
            bottom: rect.bottom.max(y),
        })
    }

    /// What both hold.
    pub fn within(self, other: Rect) -> Rect {
        Rect {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
    }

    pub fn holds(&self, (x, y): Point) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }
}

/// How a text is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Plain,
    In(Color),
    /// Nobody tells its figures from the paper: that there is something is told.
    Lost,
}

/// An area that nobody sees through.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surface {
    pub area: Rect,
    /// How many characters stood there before it.
    pub before: usize,
    pub color: Option<Color>,
}

/// A page as it is drawn.
#[derive(Debug, Clone, Default)]
pub(super) struct Page {
    pub width: f64,
    pub height: f64,
    pub glyphs: Vec<Glyph>,
    /// How many characters its fonts did not tell.
    pub unknown: usize,
    pub rules: Vec<Rule>,
    /// Straight lines that rule nothing, being short or slanted, and may strike something out.
    pub strokes: Vec<(Point, Point)>,
    pub surfaces: Vec<Surface>,
    /// What is not read: texts that run in no straight direction.
    pub aside: String,
}

impl Page {
    pub fn new(width: f64, height: f64) -> Page {
        Page { width, height, ..Page::default() }
    }

    /// How many lines and surfaces it has.
    pub fn lines(&self) -> usize {
        self.rules.len() + self.surfaces.len()
    }

    /// Where a point is when the page is turned.
    fn turned(&self, turn: Turn, (x, y): Point) -> Point {
        match turn {
            Turn::None => (x, y),
            Turn::Left => (y, self.width - x),
            Turn::Over => (self.width - x, self.height - y),
            Turn::Right => (self.height - y, x),
        }
    }

    /// Takes in text that runs from one point to another, on a line above which its letters reach up to a third.
    pub fn write(&mut self, text: &str, shown: Shown, [from, to, up]: [Point; 3]) {
        let is_upright = |turn: &Turn| {
            let [(x0, y0), (x1, y1), (_, up)] = [from, to, up].map(|point| self.turned(*turn, point));
            (y1 - y0).abs() <= (x1 - x0).abs() * SLANTED + 0.01 && x1 >= x0 && up <= y0
        };
        let Some(turn) = Turn::ALL.into_iter().find(is_upright) else { return self.put_aside(text) };
        let [(x0, y), (x1, _), (_, up)] = [from, to, up].map(|point| self.turned(turn, point));
        let ink = if let Shown::In(color) = shown { Some(color) } else { None };
        let shown = if is_too_small((y - up).abs()) { Shown::Lost } else { shown };
        let count = text.chars().count().max(1);
        #[expect(clippy::cast_precision_loss, reason = "a handful")]
        let width = (x1 - x0) / count as f64;
        for (at, c) in text.chars().enumerate().filter(|(_, c)| !c.is_whitespace() && !c.is_control()) {
            let is_lost = shown == Shown::Lost && c.is_ascii_digit();
            self.unknown += usize::from(c == UNCLEAR);
            let c = if is_lost { UNCLEAR } else { c };
            #[expect(clippy::cast_precision_loss, reason = "a handful")]
            let x = x0 + width * at as f64;
            self.glyphs.push(Glyph { c, x, y, width, size: (y - up).abs(), turn, ink });
        }
    }

    pub fn put_aside(&mut self, text: &str) {
        if self.aside.len() < LONGEST_ASIDE {
            self.aside.push_str(text);
        }
    }

    /// Takes in a straight line between two points.
    pub fn line(&mut self, (x0, y0): Point, (x1, y1): Point) {
        let (wide, tall) = ((x1 - x0).abs(), (y1 - y0).abs());
        if !(wide + tall).is_finite() {
            return;
        }
        if tall <= LEANING && wide >= SHORTEST {
            self.rules.push(Rule::Across { y: (y0 + y1) / 2.0, from: x0.min(x1), to: x0.max(x1) });
        } else if wide <= LEANING && tall >= SHORTEST {
            self.rules.push(Rule::Down { x: (x0 + x1) / 2.0, from: y0.min(y1), to: y0.max(y1) });
        } else if self.strokes.len() < MOST_STROKES {
            self.strokes.push(((x0, y0), (x1, y1)));
        }
    }

    /// Takes in an upright box: its edges where it is stroked, a line where it is a thin surface.
    pub fn upright(&mut self, area: Rect, stroked: bool) {
        let Rect { left, top, right, bottom } = area;
        if bottom - top <= THICKEST {
            self.line((left, (top + bottom) / 2.0), (right, (top + bottom) / 2.0));
        } else if right - left <= THICKEST {
            self.line(((left + right) / 2.0, top), ((left + right) / 2.0, bottom));
        } else if stroked {
            self.line((left, top), (right, top));
            self.line((left, bottom), (right, bottom));
            self.line((left, top), (left, bottom));
            self.line((right, top), (right, bottom));
        }
    }

    /// Takes in a surface nobody sees through: what stood there before is gone.
    pub fn cover(&mut self, area: Rect, color: Option<Color>) {
        let is_thin = area.right - area.left <= THICKEST || area.bottom - area.top <= THICKEST;
        if !is_thin {
            self.surfaces.push(Surface { area, before: self.glyphs.len(), color });
        }
    }

    /// Something that nobody knows lies over an area: no figure is read below it.
    pub fn mark(&mut self, area: Rect) {
        let digits =
            self.glyphs.iter_mut().filter(|glyph| glyph.turn == Turn::None && glyph.c.is_ascii_digit());
        for glyph in digits.filter(|glyph| area.holds(glyph.middle())) {
            glyph.c = UNCLEAR;
        }
    }

    /// Lays this page over another.
    pub fn over(self, mut under: Page) -> Page {
        let before = under.glyphs.len();
        under.glyphs.extend(self.glyphs);
        under.rules.extend(self.rules);
        under.strokes.extend(self.strokes);
        let surfaces = self.surfaces.into_iter();
        under.surfaces.extend(surfaces.map(|surface| Surface { before: before + surface.before, ..surface }));
        under.put_aside(&self.aside);
        Page { width: self.width, height: self.height, ..under }
    }

    /// The page as most of its text stands upright; what stands otherwise is put aside.
    pub fn set_upright(mut self) -> Page {
        let count = |turn: &Turn| self.glyphs.iter().filter(|glyph| glyph.turn == *turn).count();
        // Of two that are as many the first stays.
        let turn = Turn::ALL.into_iter().rev().max_by_key(count).unwrap_or_default();
        let (rules, strokes) = (std::mem::take(&mut self.rules), std::mem::take(&mut self.strokes));
        let mut page = match turn {
            Turn::None | Turn::Over => Page::new(self.width, self.height),
            Turn::Left | Turn::Right => Page::new(self.height, self.width),
        };
        let of = |point| self.turned(turn, point);
        for rule in rules {
            let (from, to) = match rule {
                Rule::Across { y, from, to } => ((from, y), (to, y)),
                Rule::Down { x, from, to } => ((x, from), (x, to)),
            };
            page.line(of(from), of(to));
        }
        page.strokes.extend(strokes.into_iter().map(|(from, to)| (of(from), of(to))));
        let corners = |area: Rect| [(area.left, area.top), (area.right, area.bottom)].map(of);
        let surfaces = self.surfaces.iter();
        page.surfaces = surfaces
            .map(|surface| Surface { area: Rect::around(corners(surface.area)), ..*surface })
            .collect();
        page.put_aside(&self.aside);
        for mut glyph in self.glyphs {
            if glyph.turn != turn {
                page.put_aside(glyph.c.encode_utf8(&mut [0; 4]));
                // It keeps its place in the order, and stands nowhere.
                (glyph.c, glyph.size) = (' ', 0.0);
            }
            page.glyphs.push(glyph);
        }
        page
    }
}

/// The upright surface that a line around it makes, wherever it begins.
pub(super) fn surface(part: &[Point]) -> Option<Rect> {
    let around = Rect::around(part.iter().copied());
    let edges = part.iter().zip(part.iter().cycle().skip(1));
    let twice: f64 = edges.map(|((x0, y0), (x1, y1))| x0 * y1 - x1 * y0).sum();
    let whole = (around.right - around.left) * (around.bottom - around.top);
    // A hair's breadth is a line, whatever its area.
    let is_thin = around.right - around.left <= THICKEST || around.bottom - around.top <= THICKEST;
    (part.len() >= 4 && (is_thin || twice.abs() / 2.0 >= whole * FILLED)).then_some(around)
}
