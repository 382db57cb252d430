//! What has been read of one row of a form's table.

use crate::documents::value::CellText;
use crate::domain::number::NumberFault;

/// How the values of one row of the form were read; cells with the piece they were read from.
#[derive(Debug, Clone)]
pub(super) enum RowState {
    Read(Vec<(usize, CellText, usize)>),
    Unread(Unread),
}

/// What stood where nothing could be read, and why not.
#[derive(Debug, Clone)]
pub(in crate::documents) struct Unread {
    pub stood: String,
    /// Its first piece.
    pub first: usize,
    pub why: NumberFault,
    /// The label that nobody knows.
    pub label: Option<String>,
}

impl Unread {
    /// Because of a label that nobody knows, or else because the values cannot be told apart.
    pub fn under(label: Option<String>, stood: String, first: usize) -> Unread {
        let why = if label.is_some() { NumberFault::UnknownLabel } else { NumberFault::NotToldApart };
        Unread { stood, first, why, label }
    }
}

impl RowState {
    pub fn stood(&self) -> String {
        match self {
            RowState::Unread(unread) => unread.stood.clone(),
            RowState::Read(cells) => {
                let texts: Vec<&str> = cells.iter().map(|(_, text, _)| text.as_written()).collect();
                texts.join(" ")
            }
        }
    }

    /// Whether two readings agree, wherever they stood.
    pub fn says_the_same(&self, other: &RowState) -> bool {
        match (self, other) {
            (RowState::Unread(one), RowState::Unread(two)) => one.stood == two.stood,
            (RowState::Read(one), RowState::Read(two)) => {
                let cells = |cells: &[(usize, CellText, usize)]| {
                    cells.iter().map(|(cell, text, _)| (*cell, text.clone())).collect::<Vec<_>>()
                };
                cells(one) == cells(two)
            }
            _ => false,
        }
    }

    pub fn first(&self) -> usize {
        match self {
            RowState::Unread(unread) => unread.first,
            RowState::Read(cells) => cells.first().map_or(0, |(_, _, token)| *token),
        }
    }

    /// Whether every cell of the row holds something.
    pub fn is_whole(&self) -> bool {
        matches!(self, RowState::Read(cells) if cells.iter().all(|(_, text, _)| !text.is_empty()))
    }

    /// Whether the last cell of the row is empty and no other.
    pub fn ends_early(&self) -> bool {
        let RowState::Read(cells) = self else { return false };
        let is_empty = |(_, text, _): &(usize, CellText, usize)| text.is_empty();
        cells.split_last().is_some_and(|(last, others)| is_empty(last) && !others.iter().any(is_empty))
    }
}
