//! The neutral input of the recogniser: what any format's reader makes of a file.

use serde::{Deserialize, Serialize};

/// A document as an ordered list of paragraphs and tables.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grid {
    /// Paragraphs and tables, in the order they stood.
    pub blocks: Vec<Block>,
    /// What stood where no report has anything: told, and never read.
    pub aside: Vec<GridCell>,
    /// The first and the last line of what each element of a page holds, where the format tells.
    pub frames: Vec<(usize, usize)>,
}

/// One piece of a document, in the order it stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Block {
    /// A paragraph; in text without marks also a cell.
    Paragraph {
        /// What it says.
        text: String,
        /// Line of the file, from 1.
        line: usize,
    },
    /// A table as its reader saw it; rows need not have the same number of cells.
    Table {
        /// From the top.
        rows: Vec<Vec<GridCell>>,
    },
}

/// A cell of a table; an empty one stays, because it tells where a value is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GridCell {
    pub text: String,
    /// Line of the file, from 1.
    pub line: usize,
    #[serde(default, skip_serializing_if = "Cover::is_own")]
    pub cover: Cover,
}

/// Whether a position of a table has a cell of its own, or a merged cell reaches over it.
///
/// A format that knows of no merged cells has own cells alone, some of them empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cover {
    #[default]
    Own,
    /// The cell at its left reaches over it.
    Beside,
    /// A cell of a row above reaches over it.
    Above,
}

impl Cover {
    pub fn is_own(&self) -> bool {
        *self == Cover::Own
    }
}

impl GridCell {
    pub fn new(text: impl Into<String>, line: usize) -> GridCell {
        GridCell { text: text.into(), line, cover: Cover::Own }
    }

    /// A position that a merged cell covers.
    pub fn covered(line: usize, cover: Cover) -> GridCell {
        GridCell { text: String::new(), line, cover }
    }
}

/// A paragraph or a cell, seen alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece<'a> {
    pub text: &'a str,
    pub line: usize,
    /// Which table row of the document it stood in; `None` for a paragraph.
    pub row: Option<usize>,
    /// Its place in the grid, for a cell of a table.
    pub place: Option<Place>,
    pub cover: Cover,
}

impl<'a> Piece<'a> {
    /// A paragraph.
    pub fn loose(text: &'a str, line: usize) -> Piece<'a> {
        Piece { text, line, row: None, place: None, cover: Cover::Own }
    }
}

/// Where a cell stands in its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub table: usize,
    /// Its row in the table, from 0, as [`Place::column`] its column.
    pub row: usize,
    pub column: usize,
    /// How many cells its row has.
    pub width: usize,
}

impl Grid {
    pub(super) fn of(blocks: Vec<Block>) -> Grid {
        Grid { blocks, ..Grid::default() }
    }

    /// Everything in reading order, because sections run across paragraphs and tables alike.
    ///
    /// Empty paragraphs say nothing and are left out; empty cells stay. Tables are numbered from 0.
    pub(super) fn pieces(&self) -> Vec<Piece<'_>> {
        let mut pieces = Vec::new();
        let mut row_number = 0;
        let mut table = 0;
        for block in &self.blocks {
            match block {
                Block::Paragraph { text, line } => {
                    let text = text.trim();
                    if !text.is_empty() {
                        pieces.push(Piece::loose(text, *line));
                    }
                }
                Block::Table { rows } => {
                    for (at, row) in rows.iter().enumerate() {
                        row_number += 1;
                        pieces.extend(row.iter().enumerate().map(|(column, cell)| Piece {
                            text: cell.text.trim(),
                            line: cell.line,
                            row: Some(row_number),
                            place: Some(Place { table, row: at, column, width: row.len() }),
                            cover: cell.cover,
                        }));
                    }
                    table += 1;
                }
            }
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_cells_stay_and_empty_paragraphs_go() {
        let cell = |text: &str, line| GridCell::new(text, line);
        let grid = Grid::of(vec![
            Block::Paragraph { text: "  ".to_owned(), line: 1 },
            Block::Table { rows: vec![vec![cell(" 规章 ", 2), cell("", 3)], vec![cell("0", 4)]] },
        ]);
        let pieces: Vec<_> =
            grid.pieces().iter().map(|piece| (piece.text.to_owned(), piece.line, piece.row)).collect();
        assert_eq!(
            pieces,
            vec![("规章".to_owned(), 2, Some(1)), (String::new(), 3, Some(1)), ("0".to_owned(), 4, Some(2))]
        );
    }
}
