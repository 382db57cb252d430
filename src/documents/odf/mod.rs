//! OpenDocument: LibreOffice's odt and ods, an archive with one XML part for the content.

mod inline;
mod sheet;
mod style;
mod text;

use super::docx::{lay_out, package};
use super::fault::ReadFault;
use super::grid::Grid;
use style::Styles;

const CONTENT: &str = "content.xml";
/// The styles that have names for the eye; those a program made for single texts stand in the content.
const STYLES: &str = "styles.xml";
const MANIFEST: &str = "META-INF/manifest.xml";
/// Largest content, list of parts and styles, in bytes as unpacked.
const LARGEST_CONTENT: u64 = 64 << 20;
const LARGEST_MANIFEST: u64 = 1 << 20;
const LARGEST_STYLES: u64 = 16 << 20;

/// Reads a text document into a grid.
pub fn read_text(bytes: &[u8]) -> Result<Grid, ReadFault> {
    let (content, styles) = content(bytes)?;
    Ok(lay_out(text::read(&content, styles)?)?)
}

/// Reads a workbook into a grid.
pub fn read_sheets(bytes: &[u8]) -> Result<Grid, ReadFault> {
    let (content, styles) = content(bytes)?;
    sheet::read(&content, styles)
}

fn content(bytes: &[u8]) -> Result<(String, Styles), ReadFault> {
    let mut archive = package::open(bytes)?;
    let manifest = package::unpack(&mut archive, MANIFEST, LARGEST_MANIFEST)?.unwrap_or_default();
    if manifest.contains("encryption-data") {
        return Err(ReadFault::Locked);
    }
    let styles = package::unpack(&mut archive, STYLES, LARGEST_STYLES)?.unwrap_or_default();
    let content = package::unpack(&mut archive, CONTENT, LARGEST_CONTENT)?.ok_or(ReadFault::NoText)?;
    Ok((content, Styles::read(&styles)))
}

/// The vocabularies of elements that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Space {
    Office,
    Text,
    Table,
    Draw,
    Style,
    Other,
}

impl Space {
    fn of(name: &str) -> Space {
        match name.strip_prefix("urn:oasis:names:tc:opendocument:xmlns:") {
            Some("office:1.0") => Space::Office,
            Some("text:1.0") => Space::Text,
            Some("table:1.0") => Space::Table,
            Some("drawing:1.0") => Space::Draw,
            Some("style:1.0") => Space::Style,
            _ => Space::Other,
        }
    }
}
