//! CSV: a sheet as a spreadsheet program saves it, or the figures as this program exports them.

use super::fault::ReadFault;
use super::grid::Grid;
use super::notes::{FoundCell, FoundState, SourceNotes, Unmapped};
use super::recognise::Reading;
use super::sheet::{Sheet, Workbook};
use super::value::{self, CellText};
use crate::domain::form::{Form, all, for_year};
use crate::domain::report::{Content, ReportDocument, Shape, ShapeFault, read_cell};
use serde_json::Value;

/// The columns of an own export that name a cell, and that with its figure.
const OWN: [&str; 4] = ["section", "row", "column", "value"];
/// The columns that name the report a line of an own export is of.
const OF_REPORT: [&str; 7] =
    ["year", "report", "report_id", "agency", "agency_id", "agency_code", "agency_name"];
/// How many lines tell whether a text is a sheet, how many of them must be rows, and of how many cells at least.
const FIRST_LINES: usize = 200;
const FEWEST_ROWS: usize = 8;
const FEWEST_CELLS: usize = 4;
/// Most lines of an own export; the form has two hundred cells.
const MOST_LINES: usize = 10_000;
/// Most lines that found no place and are told.
const MOST_UNMAPPED: usize = 1_000;

/// Reads a sheet into a grid.
pub fn read(text: &str) -> Result<Grid, ReadFault> {
    let mut workbook = Workbook::default();
    let mut sheet = Sheet::default();
    let mut next = 0;
    for record in reader(text).records() {
        let record = record.map_err(|_| ReadFault::Malformed)?;
        let line = record.position().map_or(1, ::csv::Position::line);
        // Where lines end in CR LF the second is counted with the first; no two records are one row.
        let row = u32::try_from(line).map_err(|_| ReadFault::TooManyCells)?.saturating_sub(1).max(next);
        next = row.saturating_add(1);
        for (column, cell) in record.iter().enumerate() {
            let cell = plain(cell);
            if !cell.is_empty() {
                workbook.put(&mut sheet, row, u32::try_from(column).unwrap_or(u32::MAX), cell)?;
            }
        }
    }
    workbook.lay_out(sheet)?;
    Ok(Grid { blocks: workbook.blocks, aside: workbook.aside, ..Grid::default() })
}

/// A cell as a spreadsheet shows it: `="12"` and `'12` are how one is told that 12 is a text.
fn plain(cell: &str) -> &str {
    let cell = cell.trim();
    let quoted = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    if let Some(text) = quoted.filter(|text| !text.contains('"')) {
        return text.trim();
    }
    let text = cell.strip_prefix('\'').filter(|text| text.starts_with(|c: char| c.is_numeric()));
    text.unwrap_or(cell)
}

/// Whether a text of which nobody says what it is plainly is a sheet: most of its lines that hold several cells hold as
/// many as each other. What tabs part is read as a text is, where no quotes stand around it.
pub fn is_sheet(text: &str) -> bool {
    let is_quoted = || text.contains("\t\"") || text.contains("\n\"");
    if delimiter(text) == b'\t' && !is_quoted() {
        return false;
    }
    let mut widths = std::collections::HashMap::<usize, usize>::new();
    for record in reader(text).records().take(FIRST_LINES) {
        let Ok(record) = record else { return false };
        // A figure with its thousands parted off is no row.
        if record.len() > 1 && record.iter().any(|cell| !cell.contains(|c: char| c.is_ascii_digit())) {
            *widths.entry(record.len()).or_default() += 1;
        }
    }
    let all: usize = widths.values().sum();
    let wide: usize = widths.iter().filter(|(width, _)| **width >= FEWEST_CELLS).map(|(_, rows)| rows).sum();
    // A report has tables of three widths at most.
    wide >= FEWEST_ROWS && wide * 4 >= all * 3 && widths.len() <= 8
}

fn reader(text: &str) -> ::csv::Reader<&[u8]> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes())
}

/// What parts the cells: whatever of the usual marks the first lines hold the most of.
fn delimiter(text: &str) -> u8 {
    let head: String = text.lines().take(40).collect();
    let count = |mark: u8| head.bytes().filter(|byte| *byte == mark).count();
    b"\t;,".iter().copied().max_by_key(|mark| count(*mark)).unwrap_or(b',')
}

/// Whether a text is an own export.
pub fn is_own(text: &str) -> bool {
    columns(text).is_some()
}

/// Where the columns of an own export stand.
fn columns(text: &str) -> Option<[usize; 4]> {
    let head = reader(text).records().next()?.ok()?;
    let mut at = [0; 4];
    for (place, name) in at.iter_mut().zip(OWN) {
        *place = head.iter().position(|column| column.trim() == name)?;
    }
    Some(at)
}

/// Reads an own export: each line names its cell.
pub fn read_own(text: &str, year: Option<i32>) -> Result<Reading, ReadFault> {
    let at = columns(text).ok_or(ReadFault::Malformed)?;
    let head = reader(text).records().next().and_then(Result::ok).unwrap_or_default();
    let of_report: Vec<usize> = (0..head.len())
        .filter(|column| head.get(*column).is_some_and(|name| OF_REPORT.contains(&name.trim())))
        .collect();
    let mut report: Option<Vec<String>> = None;
    let mut is_of_one = true;
    let mut lines = Vec::new();
    for record in reader(text).records().skip(1) {
        let record = record.map_err(|_| ReadFault::Malformed)?;
        if lines.len() >= MOST_LINES {
            return Err(ReadFault::TooManyCells);
        }
        let line = record.position().map_or(1, ::csv::Position::line);
        let fields = at.map(|column| record.get(column).unwrap_or_default().trim().to_owned());
        if record.iter().any(|field| !field.trim().is_empty()) {
            let of: Vec<String> = of_report
                .iter()
                .map(|column| record.get(*column).unwrap_or_default().trim().to_owned())
                .collect();
            is_of_one &= report.get_or_insert_with(|| of.clone()) == &of;
            lines.push((usize::try_from(line).unwrap_or(usize::MAX), fields));
        }
    }
    let form = form_of(&lines).unwrap_or_else(|| for_year(year.unwrap_or(i32::MAX)));
    let mut own = Own::new(form, year);
    lines.into_iter().for_each(|(line, fields)| own.take(line, fields));
    if !is_of_one {
        own.refuse_all();
    }
    Ok(own.finish())
}

type Line = (usize, [String; 4]);

/// The form that has the most of the cells.
fn form_of(lines: &[Line]) -> Option<&'static Form> {
    let known = |form: &Form| lines.iter().filter(|(_, fields)| cell_of(form, fields).is_some()).count();
    // The newest of those alike.
    all().iter().max_by_key(|form| known(form)).filter(|form| known(form) > 0)
}

fn cell_of(form: &Form, [section, row, column, _]: &[String; 4]) -> Option<usize> {
    let found = form
        .cells
        .iter()
        .find(|cell| (&cell.section_key, &cell.row_key, &cell.column_key) == (section, row, column));
    found.map(|cell| cell.index)
}

struct Own {
    form: &'static Form,
    document: ReportDocument,
    notes: SourceNotes,
    seen: Vec<bool>,
}

impl Own {
    fn new(form: &'static Form, year: Option<i32>) -> Own {
        let mut content = Content::empty(form);
        content.sections.iter_mut().for_each(|section| section.present = false);
        let document = ReportDocument { year, ..ReportDocument::of(content) };
        let notes = SourceNotes { cells_expected: form.cells.len(), ..SourceNotes::default() };
        Own { form, document, notes, seen: vec![false; form.cells.len()] }
    }

    fn take(&mut self, line: usize, fields: [String; 4]) {
        let found = cell_of(self.form, &fields);
        let Some(cell) = found.filter(|cell| self.seen.get(*cell) == Some(&false)) else {
            // A cell named twice says nothing that is sure; the first is kept, the other told as a fault.
            if let Some(cell) = found {
                self.refuse(cell, &fields[3]);
            }
            return self.stray(line, &fields);
        };
        if let Some(seen) = self.seen.get_mut(cell) {
            *seen = true;
        }
        let section = self.form.cells.get(cell).map(|cell| cell.section).unwrap_or_default();
        if let Some(state) = self.document.content.sections.get_mut(section) {
            state.present = true;
        }
        let [.., value] = fields;
        let state = if value.is_empty() {
            self.notes.cells_blank += 1;
            self.notes.blanks.push((cell, String::new()));
            FoundState::Blank
        } else {
            let numeral = match value::read(plain(&value)) {
                CellText::Number(numeral) => numeral,
                _ => value.clone(),
            };
            match read_cell(self.form, cell, &numeral) {
                Ok(number) => {
                    self.document.content.figures.set(cell, Some(number));
                    self.notes.cells_read += 1;
                    FoundState::Read
                }
                Err(fault) => {
                    self.fault(cell, Shape::Number(fault), &value);
                    FoundState::Unread
                }
            }
        };
        self.notes.found.push(FoundCell { cell, state, text: value, line, place: None });
    }

    /// Takes all figures back: they are of several reports.
    fn refuse_all(&mut self) {
        let found = self.notes.found.iter();
        let cells: Vec<(usize, String)> = found.map(|found| (found.cell, found.text.clone())).collect();
        cells.into_iter().for_each(|(cell, text)| self.refuse(cell, &text));
    }

    /// Takes a cell's figure back.
    fn refuse(&mut self, cell: usize, value: &str) {
        let found = self.notes.found.iter_mut().filter(|found| found.cell == cell);
        found.for_each(|found| found.state = FoundState::Unread);
        if self.document.content.figures.get(cell).is_some() {
            self.document.content.figures.set(cell, None);
            self.notes.cells_read -= 1;
            self.fault(cell, Shape::Number(crate::domain::number::NumberFault::NotANumber), value);
        }
    }

    fn fault(&mut self, cell: usize, shape: Shape, value: &str) {
        let pointer = self.form.cells.get(cell).map(|cell| cell.pointer()).unwrap_or_default();
        let found = Value::String(value.to_owned());
        self.document.faults.push(ShapeFault { pointer, shape, found, cell: Some(cell) });
    }

    fn stray(&mut self, line: usize, fields: &[String; 4]) {
        if self.notes.unmapped.len() < MOST_UNMAPPED {
            let text = fields.join(",").chars().take(200).collect();
            self.notes.unmapped.push(Unmapped { text, where_: format!("line {line}") });
        }
    }

    fn finish(mut self) -> Reading {
        self.notes.sections_found =
            self.document.content.sections.iter().filter(|section| section.present).count();
        Reading { document: self.document, notes: self.notes }
    }
}

#[cfg(test)]
mod tests {
    use super::super::grid::Block;
    use super::*;

    #[test]
    fn no_line_is_laid_over_another_whatever_ends_them() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["汉江市2024年度报告", "一、总体情况", "规章,1,2,3"].join(end);
            let blocks = read(&text).expect("a sheet").blocks;
            let texts = blocks.iter().filter_map(|block| match block {
                Block::Paragraph { text, .. } => Some(text.as_str()),
                _ => None,
            });
            assert_eq!(texts.collect::<Vec<_>>(), ["汉江市2024年度报告", "一、总体情况"], "{end:?}");
        }
    }

    #[test]
    fn texts_that_say_they_are_texts_are_read_as_what_they_show() {
        for (cell, shown) in
            [("=\"12\"", "12"), ("'12", "12"), (" 3 ", "3"), ("=1+2", "=1+2"), ("'甲", "'甲")]
        {
            assert_eq!(plain(cell), shown);
        }
    }

    #[test]
    fn a_sheet_is_known_by_its_rows() {
        assert!(
            is_sheet(&"规章,1,2,3\n".repeat(9)) && is_sheet(&"\"规章\"\t\"1\"\t\"2\"\t\"3\"\n".repeat(9))
        );
        for text in [
            "规章\t1\t2\t3\n",
            "收到申请 1,234,567,890 件\n",
            "a, b\n",
            "1,234,567,890\n",
            "规章,1,2,3\n一, 二\n",
        ] {
            assert!(!is_sheet(&text.repeat(9)), "{text}");
        }
    }

    #[test]
    fn lines_of_two_reports_are_no_report() {
        let of = |years: [i32; 2]| {
            let line = |(year, column): (i32, &str)| {
                format!("{year},proactive_disclosure,regulations,{column},\"1,234\"\n")
            };
            let lines: String = years.into_iter().zip(["issued", "repealed"]).map(line).collect();
            let reading = read_own(&format!("year,section,row,column,value\n{lines}"), None).expect("lines");
            (reading.notes.cells_read, reading.document.faults.len())
        };
        assert_eq!((of([2024, 2024]), of([2023, 2024])), ((2, 0), (0, 2)));
    }
}
