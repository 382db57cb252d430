//! Which kind of document a file is, and the way from its bytes to a grid.

use super::{DecodeFault, Grid, decode, docx, html, markdown, text, xlsx};

/// Kinds of documents that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Markdown,
    Html,
    Docx,
    Xlsx,
    Json,
}

/// Why a document could not be read; nothing of it has been taken over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadFault {
    #[error(transparent)]
    Charset(#[from] DecodeFault),
    #[error(transparent)]
    Html(#[from] html::HtmlFault),
    #[error(transparent)]
    Docx(#[from] docx::DocxFault),
    #[error(transparent)]
    Xlsx(#[from] xlsx::XlsxFault),
    /// Word or Excel before 2007.
    #[error("a doc or xls of before 2007")]
    Legacy,
    #[error("a PDF")]
    Pdf,
    /// A page that was saved under another name, or the like.
    #[error("the file is not what its name says")]
    Mislabelled,
    /// More pieces than any report needs.
    #[error("the text has too many lines or cells")]
    TooManyPieces,
    /// Read in a process of its own, which found this.
    #[error("{0}")]
    Told(String),
}

impl ReadFault {
    /// Stable name: the end of the key of the message about it.
    pub fn code(&self) -> &str {
        use {docx::DocxFault, html::HtmlFault, xlsx::XlsxFault};
        match self {
            ReadFault::Charset(_) => "charset",
            ReadFault::Legacy => "legacy",
            ReadFault::Pdf => "pdf",
            ReadFault::Mislabelled => "mislabelled",
            ReadFault::Html(HtmlFault::TooDeep) | ReadFault::Docx(DocxFault::TooDeep) => "too_deep",
            ReadFault::Html(HtmlFault::TooManyNodes) => "too_many_elements",
            ReadFault::Html(HtmlFault::TooManyCells)
            | ReadFault::TooManyPieces
            | ReadFault::Docx(DocxFault::TooManyCells)
            | ReadFault::Xlsx(XlsxFault::TooManyCells) => "too_many_cells",
            ReadFault::Docx(DocxFault::TooLarge | DocxFault::TooLong)
            | ReadFault::Xlsx(XlsxFault::TooLarge) => "too_large_inside",
            ReadFault::Docx(DocxFault::NotAnArchive) | ReadFault::Xlsx(XlsxFault::NotAnArchive) => {
                "not_an_archive"
            }
            ReadFault::Docx(DocxFault::TooManyEntries) | ReadFault::Xlsx(XlsxFault::TooManyEntries) => {
                "too_many_entries"
            }
            ReadFault::Docx(DocxFault::Damaged) | ReadFault::Xlsx(XlsxFault::Damaged) => "damaged",
            ReadFault::Docx(DocxFault::NoText) => "no_text",
            ReadFault::Docx(DocxFault::Malformed) | ReadFault::Xlsx(XlsxFault::Malformed) => "malformed",
            ReadFault::Docx(DocxFault::Entities) => "entities",
            ReadFault::Told(code) => code,
        }
    }

    /// The key and the arguments of what is said about it.
    pub fn message(&self) -> (&'static str, Vec<(&'static str, String)>) {
        const KEYS: [(&str, &str); 15] = [
            ("legacy", "document_legacy"),
            ("pdf", "document_pdf"),
            ("mislabelled", "document_mislabelled"),
            ("too_deep", "document_too_deep"),
            ("too_many_elements", "document_too_many_elements"),
            ("too_many_cells", "document_too_many_cells"),
            ("too_large_inside", "document_too_large_inside"),
            ("not_an_archive", "document_not_an_archive"),
            ("too_many_entries", "document_too_many_entries"),
            ("damaged", "document_damaged"),
            ("no_text", "document_no_text"),
            ("malformed", "document_malformed"),
            ("entities", "document_entities"),
            ("timeout", "document_timeout"),
            ("charset", "document_undecodable"),
        ];
        let charset = match self {
            ReadFault::Charset(DecodeFault::Unsupported(name)) => name.clone(),
            ReadFault::Charset(DecodeFault::Malformed(name)) => (*name).to_owned(),
            ReadFault::Charset(DecodeFault::Unrecognised) => "?".to_owned(),
            other => {
                let known = KEYS.iter().find(|(known, _)| *known == other.code());
                return (known.map_or("document_crashed", |(_, key)| key), Vec::new());
            }
        };
        ("document_charset", vec![("charset", charset)])
    }
}

impl Kind {
    pub const ALL: [Kind; 6] = [Kind::Text, Kind::Markdown, Kind::Html, Kind::Docx, Kind::Xlsx, Kind::Json];

    pub fn media(self) -> &'static str {
        match self {
            Kind::Text => "text/plain",
            Kind::Markdown => "text/markdown",
            Kind::Html => "text/html",
            Kind::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Kind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Kind::Json => "application/json",
        }
    }

    pub fn of_media(media: &str) -> Option<Kind> {
        match media {
            "application/xhtml+xml" => Some(Kind::Html),
            "text/x-markdown" => Some(Kind::Markdown),
            known => Kind::ALL.into_iter().find(|kind| kind.media() == known),
        }
    }

    pub fn of_name(name: &str) -> Option<Kind> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "txt" | "text" => Some(Kind::Text),
            "md" | "markdown" => Some(Kind::Markdown),
            "htm" | "html" | "xhtml" | "shtml" => Some(Kind::Html),
            "docx" => Some(Kind::Docx),
            "xlsx" => Some(Kind::Xlsx),
            "json" => Some(Kind::Json),
            _ => None,
        }
    }

    /// Short name, as the command line and the reader's process use it.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Markdown => "markdown",
            Kind::Html => "html",
            Kind::Docx => "docx",
            Kind::Xlsx => "xlsx",
            Kind::Json => "json",
        }
    }

    /// The kind of bytes about which nothing useful was said; `None` where they are no text at all.
    pub fn of_bytes(bytes: &[u8]) -> Option<Kind> {
        match look(bytes) {
            Look::Docx => return Some(Kind::Docx),
            Look::Xlsx => return Some(Kind::Xlsx),
            Look::Json => return Some(Kind::Json),
            Look::Html => return Some(Kind::Html),
            Look::Legacy | Look::Pdf | Look::Unknown => {}
        }
        decode(bytes, None).is_ok().then_some(Kind::Text)
    }

    /// Whether reading it means taking apart structures that may be made to hurt: that is done in a
    /// process of its own.
    pub fn is_risky(self) -> bool {
        matches!(self, Kind::Html | Kind::Docx | Kind::Xlsx)
    }
}

enum Look {
    Docx,
    Xlsx,
    Json,
    Html,
    Legacy,
    Pdf,
    Unknown,
}

/// What the bytes look like, whatever they are called.
fn look(bytes: &[u8]) -> Look {
    let has = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let head: Vec<u8> = start.iter().take(512).map(u8::to_ascii_lowercase).collect();
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        Look::Legacy
    } else if bytes.starts_with(b"%PDF") {
        Look::Pdf
    } else if bytes.starts_with(b"PK\x03\x04") && has(b"word/") {
        Look::Docx
    } else if bytes.starts_with(b"PK\x03\x04") && has(b"xl/") {
        Look::Xlsx
    } else if head.first() == Some(&b'{') {
        Look::Json
    } else if head.starts_with(b"<!doctype html") || head.windows(5).any(|tag| tag == b"<html") {
        Look::Html
    } else {
        Look::Unknown
    }
}

/// What is to be read a file as: what it was said to be, unless its bytes are plainly something else.
pub fn settle(said: Kind, bytes: &[u8]) -> Result<Kind, ReadFault> {
    match (said, look(bytes)) {
        (_, Look::Legacy) => Err(ReadFault::Legacy),
        (_, Look::Pdf) => Err(ReadFault::Pdf),
        (_, Look::Docx) => Ok(Kind::Docx),
        (_, Look::Xlsx) => Ok(Kind::Xlsx),
        (Kind::Docx | Kind::Xlsx, Look::Html | Look::Json) => Err(ReadFault::Mislabelled),
        (Kind::Text | Kind::Markdown, Look::Html) => Ok(Kind::Html),
        (said, _) => Ok(said),
    }
}

/// Reads a document into a grid; also tells the charset it was in. JSON names its cells itself and is no grid.
pub fn read_grid(kind: Kind, bytes: &[u8], charset: Option<&str>) -> Result<(Grid, &'static str), ReadFault> {
    match kind {
        Kind::Docx => Ok((docx::read(bytes)?, "utf-8")),
        Kind::Xlsx => Ok((xlsx::read(bytes)?, "utf-8")),
        Kind::Html => {
            let declared = charset.map(str::to_owned).or_else(|| html::declared_charset(bytes));
            let (page, charset) = decode(bytes, declared.as_deref()).or_else(|fault| {
                // Pages often say one charset and are in another.
                decode(bytes, None).map_err(|_| fault)
            })?;
            Ok((html::read(&page)?, charset))
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
    if pieces > MOST_PIECES { Err(ReadFault::TooManyPieces) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_plainly_something_else_are_not_read_as_what_they_are_called() {
        assert_eq!(settle(Kind::Docx, b"\xd0\xcf\x11\xe0\xa1"), Err(ReadFault::Legacy));
        assert_eq!(settle(Kind::Text, b"%PDF-1.7"), Err(ReadFault::Pdf));
        assert_eq!(settle(Kind::Docx, b"<html><body>"), Err(ReadFault::Mislabelled));
        assert_eq!(settle(Kind::Text, b"<!DOCTYPE html><p>"), Ok(Kind::Html));
        assert_eq!(settle(Kind::Text, "一、总体情况".as_bytes()), Ok(Kind::Text));
    }

    #[test]
    fn a_file_about_which_nothing_is_said_is_known_by_its_beginning() {
        assert_eq!(Kind::of_bytes(b"  {\"sections\": {}}"), Some(Kind::Json));
        assert_eq!(Kind::of_bytes(b"\xef\xbb\xbf<HTML>"), Some(Kind::Html));
        assert_eq!(Kind::of_bytes("一、总体情况".as_bytes()), Some(Kind::Text));
        assert_eq!(Kind::of_bytes(b"\xff\xfe\x00\x01\x02"), None);
    }
}
