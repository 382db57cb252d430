//! Pages that are only drawn (PDF, OFD): characters with places, and lines. What a reader sees as a table is
//! one: ruled lines make boxes, boxes make a grid, characters stand in boxes.
//!
//! Where no lines are drawn the text is read line by line as any text. A cell whose characters lie over each
//! other, are struck out or stand in a box of no clear shape keeps a mark, so that no number is made of them.

mod boxes;
mod flow;
mod lines;
pub mod ofd;
mod page;
pub mod pdf;
mod ruled;
#[cfg(test)]
mod tests;

use super::fault::ReadFault;
use super::grid::Grid;

/// Most pages, and most characters and ruled lines of all of them.
const MOST_PAGES: usize = 300;
const MOST_GLYPHS: usize = 300_000;
const MOST_RULES: usize = 100_000;

/// A character at its place, in points from the left and from the top; `y` is the line it stands on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Glyph {
    pub c: char,
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub size: f64,
}

impl Glyph {
    fn right(&self) -> f64 {
        self.x + self.width
    }

    /// Where its middle is.
    fn middle(&self) -> (f64, f64) {
        (self.x + self.width / 2.0, self.y - self.size * 0.35)
    }
}

/// A ruled line, across or down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Rule {
    Across { y: f64, from: f64, to: f64 },
    Down { x: f64, from: f64, to: f64 },
}

/// Thickest line that rules; what is thicker is a surface.
const THICKEST: f64 = 3.0;
/// Shortest line that rules, and how far it may lean.
const SHORTEST: f64 = 4.0;
const LEANING: f64 = 0.5;

/// A page as it is drawn.
#[derive(Debug, Clone, Default)]
pub(super) struct Page {
    pub width: f64,
    pub height: f64,
    pub glyphs: Vec<Glyph>,
    pub rules: Vec<Rule>,
    /// What is not read: texts that do not run from left to right.
    pub aside: String,
}

impl Page {
    /// Takes in a straight line between two points.
    fn line(&mut self, (x0, y0): (f64, f64), (x1, y1): (f64, f64)) {
        let (wide, tall) = ((x1 - x0).abs(), (y1 - y0).abs());
        if !(wide + tall).is_finite() {
            return;
        }
        if tall <= LEANING && wide >= SHORTEST {
            self.rules.push(Rule::Across { y: (y0 + y1) / 2.0, from: x0.min(x1), to: x0.max(x1) });
        } else if wide <= LEANING && tall >= SHORTEST {
            self.rules.push(Rule::Down { x: (x0 + x1) / 2.0, from: y0.min(y1), to: y0.max(y1) });
        }
    }

    /// Takes in an upright box: its edges where it is stroked, a line where it is a thin surface.
    fn upright(&mut self, (x0, y0): (f64, f64), (x1, y1): (f64, f64), stroked: bool) {
        let (left, right, top, bottom) = (x0.min(x1), x0.max(x1), y0.min(y1), y0.max(y1));
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
}

/// The corners of a surface of four upright edges.
fn upright(part: &[(f64, f64)]) -> Option<((f64, f64), (f64, f64))> {
    let corners = part.get(..4).filter(|_| part.len() <= 5)?;
    let edges = corners.iter().zip(corners.iter().cycle().skip(1));
    let is_straight =
        edges.into_iter().all(|((x0, y0), (x1, y1))| (x0 - x1).abs() < 0.1 || (y0 - y1).abs() < 0.1);
    is_straight.then_some((*corners.first()?, *corners.get(2)?))
}

/// Reads pages into a grid.
fn grid(pages: Vec<Page>) -> Result<Grid, ReadFault> {
    let glyphs: usize = pages.iter().map(|page| page.glyphs.len()).sum();
    let rules: usize = pages.iter().map(|page| page.rules.len()).sum();
    if pages.len() > MOST_PAGES || glyphs > MOST_GLYPHS || rules > MOST_RULES {
        return Err(ReadFault::TooManyElements);
    }
    flow::grid(pages.into_iter().map(page::read).collect::<Result<_, _>>()?)
}
