//! Word's docx: the text alone is read, with merged cells spread out and revisions taken as accepted.

mod body;
mod built;
mod flatten;
mod look;
pub(super) mod package;
mod space;
#[cfg(test)]
mod tests;

use super::grid::Grid;
pub(super) use body::{Cell, Node, Row};

/// Why a docx could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DocxFault {
    /// The file, or a part of it when unpacked, is larger than any report needs.
    #[error("the file is too large, packed or unpacked")]
    TooLarge,
    /// The bytes are no archive: a doc, another format under this name, or a locked file.
    #[error("the file is not a docx")]
    NotAnArchive,
    /// The archive has more entries than any report needs.
    #[error("the archive has too many entries")]
    TooManyEntries,
    /// The archive cannot be unpacked: cut off, altered or locked.
    #[error("the archive is damaged or locked")]
    Damaged,
    /// The archive holds no text of a word processor.
    #[error("the archive holds no text document")]
    NoText,
    /// What should be XML in UTF-8 is not, or ends before its end.
    #[error("the text is not well-formed XML in UTF-8")]
    Malformed,
    /// A document type or an entity of its own: no word processor writes them.
    #[error("the text declares or uses entities")]
    Entities,
    /// Elements nest deeper than any report needs.
    #[error("the text is nested too deep")]
    TooDeep,
    /// A single paragraph is longer than any report needs.
    #[error("a paragraph is too long")]
    TooLong,
    /// The tables have more cells than any report needs.
    #[error("the tables have too many cells")]
    TooManyCells,
}

/// Reads a docx into a grid.
///
/// A merged cell stands once and the positions it covers are empty cells. Text boxes stand behind their
/// paragraph, tables inside a cell behind the outer table. A single column that frames tables or text is no
/// table: what it holds stands there in its order. Lines are the running numbers of paragraphs and rows.
/// Numbers that the word processor makes up itself (lists, headings) are not in the file and not read.
pub fn read(bytes: &[u8]) -> Result<Grid, DocxFault> {
    let (xml, styles) = package::text_and_styles(bytes)?;
    let styles = styles.as_deref().map(look::Styles::read).unwrap_or_default();
    lay_out(body::read(&xml, &styles)?)
}

/// Lays out what a word processor's file holds, whatever its format.
pub(super) fn lay_out(nodes: Vec<Node>) -> Result<Grid, DocxFault> {
    flatten::grid(nodes)
}
