//! Cells and rows that other word processors' formats build up, to be laid out as a docx's.

use super::{Cell, Node, Row};
use crate::documents::grid::Cover;

impl Cell {
    pub(in crate::documents) fn of(content: Vec<Node>) -> Cell {
        Cell { content, ..Cell::default() }
    }

    pub(in crate::documents) fn span(&mut self, span: Cover) {
        self.continues = span;
    }
}

impl Row {
    pub(in crate::documents) fn of(before: usize, cells: Vec<Cell>) -> Row {
        Row { before, cells, ..Row::default() }
    }
}
