//! The records of a workbook ([MS-XLS] 2.3): how far its cells reach, what is hidden, what is merged.

use super::looks::{Looks, Rich};
use crate::documents::fault::ReadFault;
use crate::documents::sheet::Sheet;
use crate::documents::xlsx::MOST_COLUMNS;
use crate::documents::xlsx::looks::Look;
use crate::documents::xlsx::shown::MOST_HIDING;
use std::collections::HashMap;
use std::io::{Cursor, Read};

/// Largest stream, in bytes.
const LARGEST_STREAM: u64 = 20 << 20;
/// Most positions between the first and the last cell of all sheets: each takes room as soon as it is read.
const MOST_POSITIONS: u64 = 4_000_000;
/// Most positions that a sheet may say it has: all of an old one. Room for them is set aside, and not filled.
const MOST_DECLARED: u64 = 65_536 * 256;
/// Most sheets, and most regions of a sheet.
const MOST_SHEETS: usize = 256;
const MOST_REGIONS: usize = 10_000;
/// Most cells of a sheet whose looks are told: as many as may hold something.
const MOST_LOOKS: usize = 100_000;
/// Lower rows, in twentieths of a point, and narrower columns, in parts of a character, show nothing of what is in them.
const LOWEST: u16 = 40;
const NARROWEST: u16 = 26;
/// A row's height is that of all rows; it was set by hand.
const USUAL_HEIGHT: u16 = 0x8000;
const SET_BY_HAND: u16 = 0x40;

/// What the records say of a sheet beside its cells.
#[derive(Debug, Default)]
pub(super) struct Known {
    hidden_rows: Vec<u32>,
    hidden_columns: Vec<(u32, u32)>,
    merged: Vec<((u32, u32), (u32, u32))>,
    /// First row and column with a cell, and the last ones.
    reach: Option<[u32; 4]>,
    /// How many positions it says it has.
    declared: u64,
    looks: HashMap<(u32, u32), Look>,
    /// Texts as they are seen, where figures of two looks stand in them.
    pub marked: HashMap<(u32, u32), String>,
    /// Where the condition that is being told holds, and where one hides numbers.
    areas: Vec<((u32, u32), (u32, u32))>,
    hiding: Vec<((u32, u32), (u32, u32))>,
    /// There are more of either than are kept.
    overflows: bool,
}

impl Known {
    pub fn into_sheet(self) -> Sheet {
        let Known { hidden_rows, hidden_columns, merged, looks, hiding, .. } = self;
        Sheet { hidden_rows, hidden_columns, merged, looks, hiding, ..Sheet::default() }
    }

    /// Takes in how a cell looks.
    fn look(&mut self, kind: u16, data: &[u8], looks: &Looks<'_>, rich: &HashMap<u32, Rich>) {
        let number = |at: usize| u16_at(data, at).map(u32::from);
        let (Some(row), Some(first)) = (number(0), number(2)) else { return };
        let numbers = match kind {
            // A number, a formula, a text.
            0x0203 | 0x027e | 0x0006 | 0x00fd | 0x0204 => 1,
            0x00bd => data.len().saturating_sub(6) / 6,
            _ => return,
        };
        for (column, at) in (first..).zip((0..numbers).map(|at| 4 + at * 6)) {
            let look = u16_at(data, at).and_then(|number| looks.look(number));
            if column < MOST_COLUMNS && look.is_some() {
                self.overflows |= self.looks.len() >= MOST_LOOKS;
                self.looks.extend(look.filter(|_| !self.overflows).map(|look| ((row, column), look)));
            }
        }
        if kind == 0x00fd && first < MOST_COLUMNS {
            let rich = u32_at(data, 6).and_then(|text| rich.get(&text));
            let seen = rich.and_then(|rich| looks.seen(rich, u16_at(data, 4).unwrap_or_default()));
            self.overflows |= seen.is_some() && self.marked.len() >= MOST_LOOKS;
            self.marked.extend(seen.filter(|_| !self.overflows).map(|seen| ((row, first), seen)));
        }
    }

    /// Takes in where a condition may hide numbers ([MS-XLS] 2.4.42, 2.4.56): in white, struck out, in a format.
    fn condition(&mut self, kind: u16, data: &[u8], looks: &Looks<'_>) {
        const FORMAT: u32 = 0x0200_0000;
        const FONT: u32 = 0x0400_0000;
        match kind {
            0x01b0 => self.areas = regions(data.get(14..).unwrap_or_default()).take(MOST_HIDING).collect(),
            0x01b1 => {
                let has = |part: u32| u32_at(data, 6).is_some_and(|parts| parts & part != 0);
                let color = u32_at(data, 92).and_then(|color| u16::try_from(color).ok());
                let is_struck = u32_at(data, 80).is_some_and(|style| style & 0x80 != 0 && style >> 8 == 0);
                let is_lost = has(FONT) && (is_struck || color.is_some_and(|color| looks.is_white(color)));
                if has(FORMAT) || is_lost {
                    self.overflows |= self.hiding.len() + self.areas.len() > MOST_HIDING;
                    self.hiding.extend(self.areas.iter().copied().filter(|_| !self.overflows));
                }
            }
            _ => {}
        }
    }

    fn see(&mut self, row: u32, column: u32) {
        let [top, left, bottom, right] = self.reach.unwrap_or([row, column, row, column]);
        self.reach = Some([top.min(row), left.min(column), bottom.max(row), right.max(column)]);
    }

    fn positions(&self) -> u64 {
        self.reach
            .map_or(0, |[top, left, bottom, right]| u64::from(bottom - top + 1) * u64::from(right - left + 1))
    }

    fn take(&mut self, kind: u16, data: &[u8]) {
        let number = |at: usize| u16_at(data, at).map(u32::from);
        match kind {
            // Cells with a value, a formula, nothing but a look.
            0x0201 | 0x0203 | 0x0204 | 0x0205 | 0x00d6 | 0x00fd | 0x027e | 0x0006 | 0x0206 | 0x0406 => {
                if let (Some(row), Some(column)) = (number(0), number(2)) {
                    self.see(row, column);
                }
            }
            // Where its cells begin and end.
            0x0200 => self.declared = self.declared.max(declared(data)),
            // Several cells of a row, the number of the last one at the end.
            0x00bd | 0x00be => {
                let last = data.len().checked_sub(2).and_then(number);
                if let (Some(row), Some(first), Some(last)) = (number(0), number(2), last) {
                    self.see(row, first);
                    self.see(row, last.max(first));
                }
            }
            0x0208 => {
                let flags = u16_at(data, 12).unwrap_or_default();
                // Some programs leave the height out of rows that have the usual one.
                let is_low = u16_at(data, 6).is_some_and(|height| {
                    let is_told = height != 0 || flags & SET_BY_HAND != 0;
                    height & USUAL_HEIGHT == 0 && height < LOWEST && is_told
                });
                let hidden = flags & 0x20 != 0 || is_low;
                self.hidden_rows.extend(number(0).filter(|_| hidden));
            }
            0x007d => {
                let is_narrow = u16_at(data, 4).is_some_and(|width| width < NARROWEST);
                let hidden = u16_at(data, 8).is_some_and(|flags| flags & 1 != 0) || is_narrow;
                self.hidden_columns.extend(number(0).zip(number(2)).filter(|_| hidden));
            }
            0x00e5 => {
                // One more than may be tells that there are more.
                let room = (MOST_REGIONS + 1).saturating_sub(self.merged.len());
                self.merged.extend(regions(data.get(2..).unwrap_or_default()).take(room));
            }
            _ => {}
        }
    }
}

/// Regions of a sheet: their first rows and columns, and their last ones.
fn regions(data: &[u8]) -> impl Iterator<Item = ((u32, u32), (u32, u32))> {
    data.chunks_exact(8).map(|region| {
        let at = |at: usize| u16_at(region, at).map(u32::from).unwrap_or_default();
        ((at(0), at(4)), (at(2), at(6)))
    })
}

/// How many positions the measures of a sheet make; no number of them where they run backwards.
fn declared(data: &[u8]) -> u64 {
    let wide = data.len() > 10;
    let row = |at: usize| if wide { u32_at(data, at * 4) } else { u16_at(data, at * 2).map(u32::from) };
    let column = |at: usize| u16_at(data, if wide { 8 } else { 4 } + at * 2).map(u32::from);
    let (Some(top), Some(bottom), Some(left), Some(right)) = (row(0), row(1), column(0), column(1)) else {
        return 0;
    };
    if bottom == 0 || right == 0 {
        return 1;
    }
    // A first column beyond the last that there is counts as none.
    let left = if left > 0xff || right < left { 0 } else { left };
    let count = |first: u32, end: u32| u64::from(end).checked_sub(u64::from(first));
    count(top, bottom)
        .zip(count(left, right))
        .map_or(u64::MAX, |(rows, columns)| rows.saturating_mul(columns))
}

/// What is known of each sheet, in their order.
pub(super) fn records(bytes: &[u8]) -> Result<Vec<Known>, ReadFault> {
    let stream = stream(bytes)?;
    let (mut starts, mut looks) = (Vec::new(), Looks::default());
    for (kind, data) in Records(&stream) {
        looks.take(kind, data);
        match kind {
            // The workbook is encrypted, unless the key is none.
            0x002f => return Err(ReadFault::Locked),
            0x0085 if starts.len() < MOST_SHEETS => starts.extend(u32_at(data, 0)),
            0x0085 => return Err(ReadFault::TooManyElements),
            0x000a => break,
            _ => {}
        }
    }
    let rich = looks.rich()?;
    let mut left = MOST_POSITIONS;
    let mut sheets = Vec::with_capacity(starts.len());
    for start in starts {
        let mut known = Known::default();
        let from = usize::try_from(start).ok().and_then(|start| stream.get(start..)).unwrap_or_default();
        let mut depth = 0_usize;
        for (kind, data) in Records(from) {
            match kind {
                // A chart in a sheet has a beginning and an end of its own.
                0x0809 => depth += 1,
                0x000a if depth <= 1 => break,
                0x000a => depth -= 1,
                _ => {
                    known.take(kind, data);
                    known.look(kind, data, &looks, &rich);
                    known.condition(kind, data, &looks);
                }
            }
        }
        if known.declared > MOST_DECLARED || known.overflows {
            return Err(ReadFault::TooManyCells);
        }
        left = left.checked_sub(known.positions()).ok_or(ReadFault::TooManyCells)?;
        sheets.push(known);
    }
    Ok(sheets)
}

fn stream(bytes: &[u8]) -> Result<Vec<u8>, ReadFault> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|_| ReadFault::Damaged)?;
    let name = ["Workbook", "Book"].into_iter().find(|name| file.is_stream(name));
    let stream = file.open_stream(name.ok_or(ReadFault::OtherOffice)?).map_err(|_| ReadFault::Damaged)?;
    let mut read = Vec::new();
    stream.take(LARGEST_STREAM).read_to_end(&mut read).map_err(|_| ReadFault::Damaged)?;
    Ok(read)
}

/// Records one after the other: a kind, a length, the data.
struct Records<'s>(&'s [u8]);

impl<'s> Iterator for Records<'s> {
    type Item = (u16, &'s [u8]);

    fn next(&mut self) -> Option<(u16, &'s [u8])> {
        let (kind, length) = (u16_at(self.0, 0)?, usize::from(u16_at(self.0, 2)?));
        let data = self.0.get(4..4 + length)?;
        self.0 = self.0.get(4 + length..)?;
        Some((kind, data))
    }
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_condition_makes_numbers_white_is_known() {
        let area = [1, 0, 1, 0, 2, 0, 4, 0, 1, 0, 3, 0, 1, 0, 2, 0, 4, 0, 1, 0, 3, 0];
        let rule = |color: u8| {
            let mut rule = vec![0; 130];
            (rule[9], rule[92]) = (4, color);
            rule
        };
        let (looks, mut known) = (Looks::default(), Known::default());
        known.condition(0x01b0, &area, &looks);
        known.condition(0x01b1, &rule(10), &looks);
        assert_eq!(known.hiding, []);
        known.condition(0x01b1, &rule(9), &looks);
        assert_eq!(known.hiding, [((2, 1), (4, 3))]);
    }

    #[test]
    fn the_measures_of_a_sheet_are_counted_before_room_is_set_aside() {
        let measures = |rows: [u32; 2], columns: [u16; 2]| {
            let rows = rows.iter().flat_map(|row| row.to_le_bytes());
            let columns = columns.iter().chain(&[0]).flat_map(|column| column.to_le_bytes());
            declared(&rows.chain(columns).collect::<Vec<u8>>())
        };
        assert_eq!(measures([0, 30], [0, 8]), 240);
        assert_eq!(measures([0, 0], [0, 0]), 1);
        assert_eq!(measures([0, 65_536], [0, 256]), MOST_DECLARED);
        assert!(measures([0, 0xf000_0000], [0, 256]) > MOST_DECLARED);
        assert_eq!(measures([9, 3], [0, 8]), u64::MAX, "they run backwards");
        assert_eq!(declared(&[0, 0, 9, 0, 0, 0, 4, 0, 0, 0]), 36);
    }
}
