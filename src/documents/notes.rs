//! The account of a reading: what was found, and where.

use serde::{Deserialize, Serialize};

/// What was found, what was left blank, what found no place: so that nobody has to trust the reader.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceNotes {
    /// How many of the form's sections stand in the file.
    pub sections_found: usize,
    /// How many cells the form has.
    pub cells_expected: usize,
    /// How many of them hold a number now.
    pub cells_read: usize,
    /// How many of them were found empty.
    pub cells_blank: usize,
    /// What has a value and no place in the form.
    pub unmapped: Vec<Unmapped>,
    /// How many reports stand in the file.
    pub parts: usize,
    /// The blank cells, each with what stood there: nothing, `/`, `—`, `无`.
    pub blanks: Vec<(usize, String)>,
    /// Every cell that was found, and where.
    pub found: Vec<FoundCell>,
}

/// How a cell of the form was found in the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundCell {
    pub cell: usize,
    pub state: FoundState,
    /// What stood there.
    pub text: String,
    pub line: usize,
    /// Table, row and column in the document, each from 1; `None` outside of tables.
    pub place: Option<(usize, usize, usize)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FoundState {
    Read,
    Blank,
    Unread,
}

impl FoundState {
    pub fn as_str(self) -> &'static str {
        match self {
            FoundState::Read => "read",
            FoundState::Blank => "blank",
            FoundState::Unread => "unread",
        }
    }
}

/// A piece of the document that belongs nowhere in the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmapped {
    pub text: String,
    /// Where it stood, as `line 310`.
    pub where_: String,
}
