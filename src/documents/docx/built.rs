//! Cells and rows that other word processors' formats build up, to be laid out as a docx's.

use super::{Cell, Node, Row};

/// How a cell belongs to another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::documents) enum Span {
    #[default]
    Own,
    /// The cell at its left reaches over it.
    Beside,
    /// A cell of a row above reaches over it.
    Above,
}

impl Cell {
    pub(in crate::documents) fn of(content: Vec<Node>) -> Cell {
        Cell { content, ..Cell::default() }
    }

    pub(in crate::documents) fn span(&mut self, span: Span) {
        self.continued = span != Span::Own;
    }
}

impl Row {
    pub(in crate::documents) fn of(before: usize, cells: Vec<Cell>) -> Row {
        Row { before, cells, ..Row::default() }
    }
}
