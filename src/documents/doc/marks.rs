//! The marks that end paragraphs, in the order of the text: what each says holds for the text before it.

use super::header::{Header, Piece};
use super::properties::Properties;
use super::story::each_character;
use crate::documents::color::Paper;
use crate::documents::fault::ReadFault;
use std::ops::Range;

/// Most paragraphs.
const MOST_MARKS: usize = 1_000_000;

/// What holds for the text of a paragraph.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mark {
    pub style: u16,
    /// What lies behind it: its own, or that of its cell.
    pub paper: Option<Paper>,
    /// A number that is in no text stands before it.
    pub is_numbered: bool,
}

/// Whether a character ends a paragraph, a cell or a row.
pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '\r' | '\u{7}' | '\u{c}')
}

pub(super) fn read(
    header: &Header,
    pieces: &[Piece],
    main: &[u8],
    properties: &Properties,
) -> Result<Vec<Mark>, ReadFault> {
    let mut marks: Vec<Mark> = Vec::new();
    // The cells of the row that is open, and where the last one began.
    let (mut cells, mut from) = (Vec::<Range<usize>>::new(), 0);
    each_character(header, pieces, main, |c, place, _, _| {
        if !is_mark(c) {
            return Ok(());
        }
        if marks.len() >= MOST_MARKS {
            return Err(ReadFault::TooManyElements);
        }
        let paragraph = properties.paragraph(place);
        let (paper, is_numbered) = (paragraph.paper.flatten(), paragraph.is_numbered());
        marks.push(Mark { style: paragraph.style, paper, is_numbered });
        if c == '\u{7}' && !paragraph.ends_row {
            cells.push(from..marks.len());
            from = marks.len();
        } else if c == '\u{7}' || !paragraph.in_table {
            for (cell, paper) in cells.drain(..).zip(paragraph.cell_papers) {
                let within = marks.get_mut(cell).unwrap_or_default();
                within.iter_mut().for_each(|mark| mark.paper = mark.paper.or(paper));
            }
            from = marks.len();
        }
        Ok(())
    })?;
    Ok(marks)
}
