//! OFD (GB/T 33190-2016): an archive of pages in XML, whose text comes as Unicode with its places.

mod content;
mod parts;

use super::grid;
use crate::documents::docx::package;
use crate::documents::fault::ReadFault;
use crate::documents::grid::Grid;
use parts::{Document, folder_of, resolved};
use std::io::Cursor;
use zip::ZipArchive;

/// Largest list of parts, and largest content of all pages, in bytes as unpacked.
const LARGEST_LIST: u64 = 4 << 20;
const LARGEST_CONTENT: u64 = 32 << 20;
/// Points in a millimetre.
const POINTS: f64 = 72.0 / 25.4;

/// Reads a document into a grid.
pub fn read(bytes: &[u8]) -> Result<Grid, ReadFault> {
    let mut archive = package::open(bytes)?;
    let root = part(&mut archive, "OFD.xml", LARGEST_LIST)?;
    let (mut left, mut pages) = (LARGEST_CONTENT, Vec::new());
    for place in parts::documents_of(&root)? {
        let place = resolved("", &place);
        let document = Document::read(&part(&mut archive, &place, LARGEST_LIST)?)?;
        let folder = folder_of(&place);
        let mut templates = Vec::new();
        for (id, location) in &document.templates {
            let xml = bounded(&mut archive, &resolved(folder, location), &mut left)?;
            templates.push((id.clone(), xml));
        }
        for location in &document.pages {
            let xml = bounded(&mut archive, &resolved(folder, location), &mut left)?;
            pages.push(content::draw(&xml, &templates, document.size)?);
        }
    }
    if pages.iter().all(|page| page.glyphs.is_empty()) {
        return Err(ReadFault::PdfNoText);
    }
    grid(pages)
}

fn bounded(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str, left: &mut u64) -> Result<String, ReadFault> {
    let xml = part(archive, name, *left)?;
    *left = left.saturating_sub(xml.len() as u64);
    Ok(xml)
}

fn part(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str, largest: u64) -> Result<String, ReadFault> {
    package::unpack(archive, name, largest)?.ok_or(ReadFault::NoText)
}
