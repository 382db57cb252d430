//! Pages that are only drawn (PDF, OFD): characters with places, and lines. What a reader sees as a table is
//! one: ruled lines make boxes, boxes make a grid, characters stand in boxes.
//!
//! Where lines are drawn in one direction alone, or none, a whole head of labels and the labels of rows make the table;
//! other text is read line by line as any text. A cell whose characters lie over each
//! other, are struck out, half covered or stand in a box of no clear shape keeps a mark, so that no number is made of
//! them.

mod aligned;
mod boxes;
mod canvas;
mod flow;
mod lines;
pub mod ofd;
mod page;
pub mod pdf;
mod ruled;
mod seen;
#[cfg(test)]
mod tests;
mod words;

use super::fault::ReadFault;
use super::grid::Grid;
use canvas::Page;

/// Most pages, and most characters and ruled lines of all of them.
const MOST_PAGES: usize = 300;
const MOST_GLYPHS: usize = 300_000;
const MOST_RULES: usize = 100_000;
/// How often, for all pages, a character is held against what is drawn over it.
const MOST_WORK: usize = 200_000_000;

/// What stands for a figure of which nobody knows which it is, or whose: no number holds it.
const UNCLEAR: char = char::REPLACEMENT_CHARACTER;

/// Reads pages into a grid.
fn grid(pages: Vec<Page>) -> Result<Grid, ReadFault> {
    let glyphs: usize = pages.iter().map(|page| page.glyphs.len()).sum();
    let rules: usize = pages.iter().map(Page::lines).sum();
    if pages.len() > MOST_PAGES || glyphs > MOST_GLYPHS || rules > MOST_RULES {
        return Err(ReadFault::TooManyElements);
    }
    let (mut work, mut last) = (MOST_WORK, None);
    let sheets = pages.into_iter().map(|page| page::read(page, &mut work, &mut last));
    flow::grid(sheets.collect::<Result<_, _>>()?)
}
