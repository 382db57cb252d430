//! From a file's bytes to a report: the one way, whoever handed the file over.

use super::json::{MemberFault, read_document};
use super::kind::Kind;
use super::look::{is_part_of_page, look};
use super::strict::{self, JsonFault};
use crate::documents::{
    FoundCell, FoundState, Grid, ReadFault, Reading, SourceNotes, csv, decode, doc, docx, drawn, html,
    markdown, mht, odf, recognise, recognise_part, text, xls, xlsx,
};
use crate::domain::report::{Content, ReportDocument};
use serde_json::Value;

/// Largest file that is taken.
pub const LARGEST_FILE: usize = 20 << 20;
/// Longest account of what stood where something else belongs, in bytes.
const LONGEST_FOUND: usize = 1_000;

/// What is said of a file by whoever hands it over; its bytes are asked first.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// Its media type without parameters, in lower case; empty where none was given.
    pub media: String,
    /// The ending of its name, in lower case; empty where it has none.
    pub ending: String,
    /// The charset its media type names.
    pub charset: Option<String>,
    /// The year it is to be of, where it says none itself.
    pub year: Option<i32>,
    /// Which of several reports in it is meant, from 1.
    pub part: Option<usize>,
}

impl Said {
    /// Takes the ending from a file's name.
    pub fn named(mut self, name: &str) -> Said {
        self.ending =
            name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
        self
    }

    /// Programs that do not know what a file is say so, or say nothing.
    pub fn is_silent(&self) -> bool {
        matches!(self.media.as_str(), "" | "application/octet-stream") && self.ending.is_empty()
    }
}

/// A file, read.
#[derive(Debug, Clone)]
pub struct Read {
    /// What it turned out to be, by its bytes.
    pub kind: Kind,
    /// The charset it was read in.
    pub charset: String,
    /// The report that was read.
    pub document: ReportDocument,
    /// Where each value was found, and what found no place.
    pub notes: SourceNotes,
}

/// Why a file gave no report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IntakeFault {
    /// It cannot be read as the kind it is.
    Unreadable(ReadFault),
    /// JSON that cannot be parsed.
    Json(JsonFault),
    /// JSON, and no report document.
    NoDocument(Vec<MemberFault>),
}

impl From<ReadFault> for IntakeFault {
    fn from(fault: ReadFault) -> IntakeFault {
        IntakeFault::Unreadable(fault)
    }
}

/// Reads a file.
pub fn read(said: &Said, bytes: &[u8]) -> Result<Read, IntakeFault> {
    if bytes.len() > LARGEST_FILE {
        return Err(ReadFault::TooLargeInside.into());
    }
    let kind = settle(said, bytes)?;
    if kind == Kind::Json {
        let object = strict::object(bytes).map_err(IntakeFault::Json)?;
        let mut document = read_document(&object).map_err(IntakeFault::NoDocument)?;
        document.faults.iter_mut().for_each(|fault| shorten(&mut fault.found));
        let notes = notes_of(&document.content);
        return Ok(Read { kind, charset: "utf-8".to_owned(), document, notes });
    }
    if let Some(read) = read_own_figures(kind, said, bytes)? {
        return Ok(read);
    }
    let (grid, charset) = read_grid(kind, bytes, said.charset.as_deref())?;
    let Reading { document, notes } = match said.part {
        None => recognise(&grid, said.year),
        Some(part) => recognise_part(&grid, said.year, part).ok_or(ReadFault::NoSuchPart)?,
    };
    Ok(Read { kind, charset: charset.to_owned(), document, notes })
}

/// An own export of the figures names its cells itself.
fn read_own_figures(kind: Kind, said: &Said, bytes: &[u8]) -> Result<Option<Read>, ReadFault> {
    if !matches!(kind, Kind::Csv | Kind::Text) {
        return Ok(None);
    }
    let Ok((text, charset)) = decode(bytes, said.charset.as_deref()) else { return Ok(None) };
    if !csv::is_own(&text) {
        return Ok(None);
    }
    let Reading { document, notes } = csv::read_own(&text, said.year)?;
    Ok(Some(Read { kind: Kind::Csv, charset: charset.to_owned(), document, notes }))
}

/// What a file is: what its bytes are plainly, else what its media type or its name says.
pub fn settle(said: &Said, bytes: &[u8]) -> Result<Kind, ReadFault> {
    if let Some(plain) = look(bytes) {
        return plain;
    }
    // A program that knows a text only by the name of its own kind is asked last.
    let (by_media, by_name) = (Kind::of_media(&said.media), Kind::of_ending(&said.ending));
    let claimed =
        [by_media, by_name].into_iter().flatten().find(|kind| kind.is_text()).or(by_media).or(by_name);
    match claimed {
        Some(Kind::Json) => Ok(Kind::Json),
        _ if bytes.iter().all(u8::is_ascii_whitespace) => Err(ReadFault::Empty),
        Some(kind) if kind.is_text() => Ok(kind),
        _ if is_part_of_page(bytes) => Ok(Kind::Html),
        // What is packed or in records its bytes would have told.
        Some(kind @ (Kind::Docx | Kind::Xlsx)) => Ok(kind),
        Some(_) => Err(ReadFault::Mislabelled),
        None if !said.is_silent() => Err(ReadFault::Mislabelled),
        None => match decode(bytes, said.charset.as_deref()) {
            Ok((text, _)) if csv::is_sheet(&text) => Ok(Kind::Csv),
            Ok(_) => Ok(Kind::Text),
            Err(_) => Err(ReadFault::UnknownBytes),
        },
    }
}

/// Reads a document into a grid; also tells the charset it was in. JSON names its cells itself and is no grid.
pub fn read_grid(kind: Kind, bytes: &[u8], charset: Option<&str>) -> Result<(Grid, &'static str), ReadFault> {
    match kind {
        Kind::Docx => Ok((docx::read(bytes)?, "utf-8")),
        Kind::Xlsx => Ok((xlsx::read(bytes)?, "utf-8")),
        Kind::Doc => Ok((doc::read(bytes)?, "utf-16le")),
        Kind::Odt => Ok((odf::read_text(bytes)?, "utf-8")),
        Kind::Xls => Ok((xls::read(bytes)?, "utf-16le")),
        Kind::Ods => Ok((odf::read_sheets(bytes)?, "utf-8")),
        Kind::Ofd => Ok((drawn::ofd::read(bytes)?, "utf-8")),
        Kind::Pdf => Ok((drawn::pdf::read(bytes)?, "utf-8")),
        Kind::Html => {
            let (page, charset) = html::decoded(bytes, charset)?;
            Ok((html::read(&page)?, charset))
        }
        Kind::Mht => mht::read(bytes, charset),
        Kind::Csv => {
            let (lines, charset) = decode(bytes, charset)?;
            Ok((csv::read(bounded(&lines)?)?, charset))
        }
        Kind::Markdown => {
            let (lines, charset) = decode(bytes, charset)?;
            Ok((markdown::read(bounded(&lines)?), charset))
        }
        Kind::Text | Kind::Json => {
            let (lines, charset) = decode(bytes, charset)?;
            Ok((text::read(bounded(&lines)?), charset))
        }
    }
}

/// Most lines, tabs and pipes of a text: each may make a piece.
const MOST_PIECES: usize = 400_000;

/// A text of no more pieces than a report may have.
fn bounded(text: &str) -> Result<&str, ReadFault> {
    let pieces = text.bytes().filter(|byte| matches!(byte, b'\n' | b'\r' | b'\t' | b'|')).count();
    if pieces > MOST_PIECES { Err(ReadFault::TooManyCells) } else { Ok(text) }
}

/// What stood where something else belongs is quoted, and not carried along whole.
fn shorten(found: &mut Value) {
    let whole = found.to_string();
    if whole.len() > LONGEST_FOUND {
        *found = Value::String(whole.chars().take(LONGEST_FOUND / 4).chain(['…']).collect());
    }
}

/// How much of the form a document that names its cells itself has filled in.
fn notes_of(content: &Content) -> SourceNotes {
    let cells = content.figures.values();
    let read = cells.iter().flatten().count();
    let is_there = |section: usize| content.sections.get(section).is_some_and(|state| state.present);
    let found = content.form().cells.iter().filter(|cell| is_there(cell.section)).map(|cell| {
        let value = content.figures.get(cell.index);
        FoundCell {
            cell: cell.index,
            state: if value.is_some() { FoundState::Read } else { FoundState::Blank },
            text: value.map(|value| cell.precision.format(value)).unwrap_or_default(),
            // Its place is its pointer.
            line: 0,
            place: None,
        }
    });
    SourceNotes {
        found: found.collect(),
        sections_found: content.sections.iter().filter(|section| section.present).count(),
        cells_expected: cells.len(),
        cells_read: read,
        cells_blank: cells.len() - read,
        ..SourceNotes::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(media: &str, name: &str) -> Said {
        Said { media: media.to_owned(), ..Said::default() }.named(name)
    }

    #[test]
    fn bytes_count_before_media_type_and_name() {
        let docx = said("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "a.docx");
        assert_eq!(settle(&docx, b"<html><body>"), Ok(Kind::Html));
        assert_eq!(settle(&docx, b"{\\rtf1"), Err(ReadFault::Rtf));
        assert_eq!(settle(&said("text/plain", "a.txt"), b"<!DOCTYPE html><p>"), Ok(Kind::Html));
        assert_eq!(settle(&said("image/png", "a.png"), b"{\"year\": 2023}"), Ok(Kind::Json));
        let part = b"\n<h1>a</h1><TABLE><tr>";
        assert_eq!(settle(&said("application/vnd.ms-excel", "a.xls"), part), Ok(Kind::Html));
        assert_eq!(settle(&said("text/markdown", "a.md"), part), Ok(Kind::Markdown));
    }

    #[test]
    fn what_the_bytes_leave_open_the_media_type_and_then_the_name_say() {
        let text = "一、总体情况".as_bytes();
        assert_eq!(settle(&said("text/markdown", "a.txt"), text), Ok(Kind::Markdown));
        assert_eq!(settle(&said("application/octet-stream", "a.md"), text), Ok(Kind::Markdown));
        assert_eq!(settle(&Said::default(), text), Ok(Kind::Text));
        assert_eq!(settle(&Said::default(), "总计,1,2,3\n".repeat(9).as_bytes()), Ok(Kind::Csv));
        assert_eq!(settle(&said("application/msword", "a.doc"), text), Err(ReadFault::Mislabelled));
        assert_eq!(settle(&Said::default(), b"\xff\xfe\x00\x01\x02"), Err(ReadFault::UnknownBytes));
    }
}
