//! Word's doc of before 2007, and Kingsoft's wps, which is the same: OLE streams, a table of pieces, marks
//! for cells and rows.
//!
//! The text is one run of characters; where a cell and a row end a mark says, and the properties of the
//! paragraph it ends say which of both. Revisions are taken as accepted, hidden text is not read, struck out,
//! raised and unseen figures carry their mark, as in a docx; what merges cells is turned into a docx's columns.

mod header;
mod look;
mod marks;
mod properties;
mod story;
mod styles;
mod table;

use super::docx::lay_out;
use super::fault::ReadFault;
use super::grid::Grid;
use header::Header;
use properties::Properties;
use std::io::{Cursor, Read};

/// Largest stream, in bytes.
const LARGEST_STREAM: u64 = 20 << 20;

/// Reads a document into a grid.
pub fn read(bytes: &[u8]) -> Result<Grid, ReadFault> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|_| ReadFault::Damaged)?;
    let main = stream(&mut file, "WordDocument")?.ok_or(ReadFault::OtherOffice)?;
    let header = Header::read(&main)?;
    let table = stream(&mut file, header.table_stream)?.ok_or(ReadFault::Damaged)?;
    // Long properties stand apart.
    let data = stream(&mut file, "Data")?.unwrap_or_default();
    let pieces = header.pieces(&main, &table)?;
    let properties = Properties::read(&header, &main, &table, &data)?;
    let told = story::read(&header, &pieces, &main, &properties)?;
    let mut grid = lay_out(told.nodes)?;
    grid.aside.extend(told.aside);
    Ok(grid)
}

/// The kind of file an OLE container is, by its streams.
pub fn streams(bytes: &[u8]) -> Option<Vec<String>> {
    let file = cfb::CompoundFile::open(Cursor::new(bytes)).ok()?;
    Some(file.read_root_storage().take(1_000).map(|entry| entry.name().to_owned()).collect())
}

fn stream(file: &mut cfb::CompoundFile<Cursor<&[u8]>>, name: &str) -> Result<Option<Vec<u8>>, ReadFault> {
    if !file.is_stream(name) {
        return Ok(None);
    }
    let stream = file.open_stream(name).map_err(|_| ReadFault::Damaged)?;
    let mut bytes = Vec::new();
    let mut bounded = stream.take(LARGEST_STREAM + 1);
    bounded.read_to_end(&mut bytes).map_err(|_| ReadFault::Damaged)?;
    if bounded.limit() == 0 { Err(ReadFault::TooLargeInside) } else { Ok(Some(bytes)) }
}

/// Numbers in the order of a file, `None` beyond its end.
trait Numbers {
    fn u8_at(&self, at: usize) -> Option<u8>;
    fn u16_at(&self, at: usize) -> Option<u16>;
    fn u32_at(&self, at: usize) -> Option<u32>;
    fn part(&self, from: usize, length: usize) -> Option<&[u8]>;

    /// A number that tells a place or a length.
    fn place_at(&self, at: usize) -> Option<usize> {
        self.u32_at(at).and_then(|number| usize::try_from(number).ok())
    }
}

impl Numbers for [u8] {
    fn u8_at(&self, at: usize) -> Option<u8> {
        self.get(at).copied()
    }

    fn u16_at(&self, at: usize) -> Option<u16> {
        Some(u16::from_le_bytes(self.part(at, 2)?.try_into().ok()?))
    }

    fn u32_at(&self, at: usize) -> Option<u32> {
        Some(u32::from_le_bytes(self.part(at, 4)?.try_into().ok()?))
    }

    fn part(&self, from: usize, length: usize) -> Option<&[u8]> {
        self.get(from..from.checked_add(length)?)
    }
}
