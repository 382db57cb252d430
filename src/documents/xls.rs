//! Excel's xls of before 2007, and Kingsoft's et, which is the same: read by calamine, after its records were
//! looked through for what would lay out more than any report has, and for what is hidden.

mod looks;
mod records;

use super::fault::ReadFault;
use super::grid::Grid;
use super::number_format::numeral;
use super::sheet::Workbook;
use calamine::{Data, Reader as _, SheetVisible, Xls, XlsError};
use records::records;
use std::io::Cursor;

/// Reads a workbook into a grid, sheet by sheet.
pub fn read(bytes: &[u8]) -> Result<Grid, ReadFault> {
    let known = records(bytes)?;
    // The library counts without a net on a few numbers of a hurt sheet; that is the file's fault.
    std::panic::catch_unwind(|| read_checked(bytes, known)).unwrap_or(Err(ReadFault::Malformed))
}

fn read_checked(bytes: &[u8], known: Vec<records::Known>) -> Result<Grid, ReadFault> {
    let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|fault| match fault {
        XlsError::Password => ReadFault::Locked,
        _ => ReadFault::Malformed,
    })?;
    let sheets: Vec<(String, bool)> = book
        .sheets_metadata()
        .iter()
        .map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible))
        .collect();
    let mut known = known.into_iter();
    let mut workbook = Workbook::default();
    for (name, is_shown) in sheets {
        let mut known = known.next().unwrap_or_default();
        let marked = std::mem::take(&mut known.marked);
        let mut sheet = known.into_sheet();
        if !is_shown {
            continue;
        }
        let range = book.worksheet_range(&name).map_err(|_| ReadFault::Malformed)?;
        let (top, left) = range.start().unwrap_or_default();
        for (row, column, value) in range.used_cells() {
            let place = (u32::try_from(row), u32::try_from(column));
            if let (Ok(row), Ok(column)) = place {
                let (row, column) = (top + row, left + column);
                match marked.get(&(row, column)) {
                    Some(seen) => workbook.put(&mut sheet, row, column, seen)?,
                    None => workbook.put(&mut sheet, row, column, &text_of(value))?,
                }
            }
        }
        workbook.lay_out(sheet)?;
    }
    Ok(Grid { blocks: workbook.blocks, aside: workbook.aside, ..Grid::default() })
}

fn text_of(value: &Data) -> String {
    match value {
        Data::Int(number) => number.to_string(),
        Data::Float(number) => numeral(*number),
        Data::String(text) | Data::DurationIso(text) => text.clone(),
        Data::Bool(value) => value.to_string(),
        Data::DateTime(at) => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            format!("{year}-{month:02}-{day:02}")
        }
        Data::DateTimeIso(text) => text.split('T').next().unwrap_or_default().to_owned(),
        // An error is no empty cell: it stays unread as what it says.
        Data::Error(error) => error.to_string(),
        Data::Empty => String::new(),
    }
}
