//! Excel's xlsx: every sheet's cells where they stand, merged cells once, bounded before anything is laid out.

pub(super) mod looks;
pub(super) mod shown;

use super::ReadFault;
use super::grid::{Block, Grid, GridCell};
use super::number_format::numeral;
use calamine::{DataRef, Reader as _, SheetVisible, Xlsx};
use shown::Sheet;
use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Largest archive, in bytes.
const LARGEST_ARCHIVE: usize = 20 << 20;
/// Largest of all parts together, in bytes as unpacked.
const LARGEST_UNPACKED: u64 = 64 << 20;
/// Most entries of an archive.
const MOST_ENTRIES: usize = 2_000;
/// Widest row; a report has eight columns, Table IV fifteen.
pub(super) const MOST_COLUMNS: u32 = 64;
/// Most cells that hold something, and most that are laid out, empty ones between them counted.
const MOST_CELLS: usize = 100_000;
/// Most cells beyond the widest row that are told.
const MOST_ASIDE: usize = 100;
/// A line of text this long in a row of its own is no label.
const PROSE: usize = 40;
const ENTRY_MARK: &[u8] = b"PK\x01\x02";

/// Reads a workbook into a grid, sheet by sheet.
///
/// A row with a heading or a sentence alone in it is a paragraph; all other rows that hold something are
/// rows of a table. What is hidden (sheets, rows, columns) is passed over, and a merged cell stands where it is
/// seen. Lines are the sheet's own row numbers.
pub fn read(bytes: &[u8]) -> Result<Grid, ReadFault> {
    check(bytes)?;
    // The library counts without a net on a few numbers of a hurt sheet; that is the file's fault.
    std::panic::catch_unwind(|| read_checked(bytes)).unwrap_or(Err(ReadFault::Malformed))
}

fn read_checked(bytes: &[u8]) -> Result<Grid, ReadFault> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| ReadFault::Malformed)?;
    let shown: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    let mut grid = Grid::default();
    let (mut filled, mut laid) = (MOST_CELLS, MOST_CELLS);
    let sheets = shown::sheets(bytes);
    let plain = Sheet::default();
    for name in shown {
        let sheet = sheets.get(&name).unwrap_or(&plain);
        let rows = rows(&mut workbook, &name, &sheet.marked, &mut filled, &mut grid.aside)?;
        lay_out(rows, sheet, &mut laid, &mut grid.blocks)?;
    }
    Ok(grid)
}

/// Counts what comes out of the archive before any of it is taken apart.
fn check(bytes: &[u8]) -> Result<(), ReadFault> {
    if bytes.len() > LARGEST_ARCHIVE {
        return Err(ReadFault::TooLargeInside);
    }
    if bytes.windows(ENTRY_MARK.len()).filter(|window| *window == ENTRY_MARK).count() > MOST_ENTRIES {
        return Err(ReadFault::TooManyEntries);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ReadFault::NotAnArchive)?;
    let mut left = LARGEST_UNPACKED;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| ReadFault::Damaged)?;
        let out =
            std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(|_| ReadFault::Damaged)?;
        left = left.checked_sub(out).ok_or(ReadFault::TooLargeInside)?;
    }
    Ok(())
}

pub(super) type Rows = BTreeMap<u32, BTreeMap<u32, String>>;

/// The cells of a sheet that hold something, by row and column; far out to the right stands no report.
fn rows(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
    marked: &HashMap<String, String>,
    left: &mut usize,
    aside: &mut Vec<GridCell>,
) -> Result<Rows, ReadFault> {
    let mut reader = workbook.worksheet_cells_reader(sheet).map_err(|_| ReadFault::Malformed)?;
    let mut rows = Rows::new();
    while let Some(cell) = reader.next_cell().map_err(|_| ReadFault::Malformed)? {
        let mut text = text_of(cell.get_value());
        // A number is in one font.
        if matches!(cell.get_value(), DataRef::String(_) | DataRef::SharedString(_))
            && let Some(seen) = marked.get(&text)
        {
            text.clone_from(seen);
        }
        let (row, column) = cell.get_position();
        *left = left.checked_sub(1).ok_or(ReadFault::TooManyCells)?;
        if column < MOST_COLUMNS {
            // An empty cell that was given a look still tells that its row is there to be filled in.
            let row = rows.entry(row).or_default();
            if !text.is_empty() {
                row.insert(column, text);
            }
        } else if !text.is_empty() && aside.len() < MOST_ASIDE {
            aside.push(GridCell::new(text, line_of(row)));
        }
    }
    Ok(rows)
}

fn line_of(row: u32) -> usize {
    usize::try_from(row).unwrap_or(usize::MAX).saturating_add(1)
}

fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => numeral(*number),
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(at) => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            format!("{year}-{month:02}-{day:02}")
        }
        DataRef::DateTimeIso(text) => text.split('T').next().unwrap_or_default().to_owned(),
        DataRef::DurationIso(text) => text.clone(),
        // An error is no empty cell: it stays unread as what it says.
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

pub(super) fn lay_out(
    mut rows: Rows,
    sheet: &Sheet,
    left: &mut usize,
    blocks: &mut Vec<Block>,
) -> Result<(), ReadFault> {
    let mut table: Vec<Vec<GridCell>> = Vec::new();
    let covers = sheet.show(&mut rows, left)?;
    let last = rows.values().filter_map(|row| row.keys().next_back()).max();
    let columns: Vec<u32> =
        last.map_or(0..0, |last| 0..*last + 1).filter(|column| !sheet.hides_column(*column)).collect();
    for (place, (number, row)) in rows.into_iter().enumerate() {
        let line = line_of(number);
        let alone = (row.len() == 1).then(|| row.values().next()).flatten();
        // What stands alone on top of a sheet is its heading, whatever its wording.
        if let Some(text) = alone.filter(|text| place == 0 || is_paragraph(text)) {
            end_table(&mut table, blocks);
            let lines = text.split('\n').map(str::trim).filter(|text| !text.is_empty());
            blocks.extend(lines.map(|text| Block::Paragraph { text: text.to_owned(), line }));
            continue;
        }
        *left = left.checked_sub(columns.len()).ok_or(ReadFault::TooManyCells)?;
        let cells = columns.iter().map(|column| match covers.get(&(number, *column)) {
            Some(cover) => GridCell::covered(line, *cover),
            None => GridCell::new(row.get(column).cloned().unwrap_or_default(), line),
        });
        table.push(cells.collect());
    }
    end_table(&mut table, blocks);
    Ok(())
}

fn end_table(table: &mut Vec<Vec<GridCell>>, blocks: &mut Vec<Block>) {
    if !table.is_empty() {
        blocks.push(Block::Table { rows: std::mem::take(table) });
    }
}

/// A heading, a title or a sentence; the label of a row whose values are blank is none of these.
fn is_paragraph(text: &str) -> bool {
    let heading =
        text.trim_start().chars().next().is_some_and(|first| "一二三四五六七八九十".contains(first))
            && text.chars().nth(1).is_some_and(|mark| "、．.，, ".contains(mark))
            && text.contains("情况") | text.contains("事项");
    let sentence = text.contains(['。', '；', '\n']) || text.chars().count() > PROSE;
    let title =
        text.contains("年度报告") || text.contains('年') && text.contains('月') && text.contains('日');
    heading || sentence || title
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_workbook_is_refused() {
        assert_eq!(read(b"no archive"), Err(ReadFault::NotAnArchive));
        assert_eq!(read(&vec![b'P'; LARGEST_ARCHIVE + 1]), Err(ReadFault::TooLargeInside));
        assert_eq!(read(&ENTRY_MARK.repeat(MOST_ENTRIES + 1)), Err(ReadFault::TooManyEntries));
    }

    #[test]
    fn headings_and_sentences_alone_in_a_row_are_paragraphs_and_labels_are_not() {
        for text in
            ["一、总体情况", "三、收到和处理政府信息公开申请情况", "本年度没有收到申请。", "2024年1月29日"]
        {
            assert!(is_paragraph(text), "{text}");
        }
        for text in ["规章", "一、本年新收政府信息公开申请数量", "（七）总计", "信息内容"]
        {
            assert!(!is_paragraph(text), "{text}");
        }
    }
}
