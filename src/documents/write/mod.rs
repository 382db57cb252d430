//! Writers: a report as the documents people use, each drawn from the same layout.

pub mod csv;
pub mod docx;
pub mod html;
pub mod markdown;
pub mod xlsx;

use super::pdf;
use crate::domain::report::ReportDocument;

/// Formats a report is written in; JSON is written by the service itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Word (OOXML).
    Docx,
    /// A web page that needs nothing else.
    Html,
    /// PDF with its fonts in it.
    Pdf,
    /// An Excel workbook (OOXML).
    Xlsx,
    /// A line for each value.
    Csv,
    /// Markdown.
    Markdown,
    /// The report document.
    Json,
}

/// Why a document could not be written; a fault of the program or of the size of the report.
#[derive(Debug, thiserror::Error)]
pub enum WriteFault {
    #[error("pdf: {0}")]
    Pdf(#[from] pdf::PdfFault),
    #[error("docx: {0}")]
    Docx(#[from] docx_rs::DocxError),
    #[error("docx: {0}")]
    Archive(#[from] zip::result::ZipError),
    #[error("xlsx: {0}")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    #[error("csv: {0}")]
    Csv(#[from] ::csv::Error),
}

impl Format {
    /// Every format, in the order they are offered.
    pub const ALL: [Format; 7] =
        [Format::Docx, Format::Html, Format::Pdf, Format::Xlsx, Format::Csv, Format::Markdown, Format::Json];

    /// As `?format=` names it, and the end of the file's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Docx => "docx",
            Format::Html => "html",
            Format::Pdf => "pdf",
            Format::Xlsx => "xlsx",
            Format::Csv => "csv",
            Format::Markdown => "md",
            Format::Json => "json",
        }
    }

    /// Its media type with its charset, if it has one.
    pub fn media(self) -> &'static str {
        match self {
            Format::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Format::Html => "text/html; charset=utf-8",
            Format::Pdf => "application/pdf",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format::Csv => "text/csv; charset=utf-8",
            Format::Markdown => "text/markdown; charset=utf-8",
            Format::Json => "application/json",
        }
    }
}

impl std::str::FromStr for Format {
    type Err = ();

    fn from_str(text: &str) -> Result<Format, ()> {
        Format::ALL.into_iter().find(|format| format.as_str() == text).ok_or(())
    }
}

/// Writes a report; `None` for JSON, which the service writes as it answers it.
pub fn write(document: &ReportDocument, format: Format) -> Result<Option<Vec<u8>>, WriteFault> {
    Ok(Some(match format {
        Format::Docx => docx::write(document)?,
        Format::Html => html::write(document).into_bytes(),
        Format::Pdf => pdf::write(document)?,
        Format::Xlsx => xlsx::write(document)?,
        Format::Csv => csv::write(document)?,
        Format::Markdown => markdown::write(document).into_bytes(),
        Format::Json => return Ok(None),
    }))
}
