//! OFD (GB/T 33190-2016): an archive of pages in XML, whose text comes as Unicode with its places.

mod content;
mod params;
mod parts;

use super::grid;
use crate::documents::docx::package;
use crate::documents::fault::ReadFault;
use crate::documents::grid::Grid;
use params::Params;
use parts::{Document, folder_of, resolved};
use std::io::Cursor;
use std::rc::Rc;
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
        let mut params = Params::default();
        for location in &document.resources {
            let place = resolved(folder, location);
            params.take(&optional(&mut archive, &place, &mut left)?.unwrap_or_default());
        }
        let params = Rc::new(params);
        let mut notes = Vec::new();
        if let Some(place) = document.notes.as_deref().map(|place| resolved(folder, place)) {
            let list = optional(&mut archive, &place, &mut left)?;
            for (page, location) in list.map(|list| parts::notes_of(&list)).transpose()?.unwrap_or_default() {
                let place = resolved(folder_of(&place), &location);
                notes.push((page, optional(&mut archive, &place, &mut left)?.unwrap_or_default()));
            }
        }
        for (id, location) in &document.pages {
            let xml = bounded(&mut archive, &resolved(folder, location), &mut left)?;
            let notes: Vec<&str> =
                notes.iter().filter(|(page, _)| page == id).map(|(_, xml)| xml.as_str()).collect();
            pages.push(content::draw(&xml, &templates, &notes, &params, document.size)?);
        }
    }
    if pages.iter().all(|page| page.glyphs.is_empty()) {
        return Err(ReadFault::PdfNoText);
    }
    grid(pages)
}

/// A part that may not be there.
fn optional(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    name: &str,
    left: &mut u64,
) -> Result<Option<String>, ReadFault> {
    let xml = package::unpack(archive, name, *left)?;
    *left = left.saturating_sub(xml.as_ref().map_or(0, String::len) as u64);
    Ok(xml)
}

fn bounded(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str, left: &mut u64) -> Result<String, ReadFault> {
    let xml = part(archive, name, *left)?;
    *left = left.saturating_sub(xml.len() as u64);
    Ok(xml)
}

fn part(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str, largest: u64) -> Result<String, ReadFault> {
    package::unpack(archive, name, largest)?.ok_or(ReadFault::NoText)
}
