//! A report's figures as CSV: one line for each cell, with its key, its labels and its unit.

use crate::domain::report::ReportDocument;
use crate::domain::wording::is_hidden;
use std::borrow::Cow;

/// Spreadsheets take the file for UTF-8 only when it begins so.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// What formulas begin with; spreadsheets of the far east take full-width forms for the same.
const FORMULAS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// A text that no spreadsheet takes for a formula: what begins like one, whatever blanks stand before, is quoted.
/// Numbers are no texts.
pub fn guarded(text: &str) -> Cow<'_, str> {
    let said = text.trim_start_matches(|c: char| c.is_whitespace() || is_hidden(c));
    match text.starts_with(['\t', '\r']) || said.starts_with(FORMULAS) {
        true => Cow::Owned(format!("'{text}")),
        false => Cow::Borrowed(text),
    }
}

/// Writes the cells; one that is not filled in has an empty value.
pub fn write(document: &ReportDocument) -> Result<Vec<u8>, ::csv::Error> {
    let mut writer = ::csv::Writer::from_writer(MARK.to_vec());
    writer.write_record(["section", "row", "column", "row_label", "column_label", "value", "unit"])?;
    let form = document.content.form();
    for cell in &form.cells {
        let value = document.content.figures.get(cell.index).map(|value| cell.precision.format(value));
        writer.write_record([
            cell.section_key.as_str(),
            &cell.row_key,
            &cell.column_key,
            &guarded(&cell.row_label),
            &guarded(&cell.column_label),
            &value.unwrap_or_default(),
            &cell.unit,
        ])?;
    }
    writer.into_inner().map_err(|error| ::csv::Error::from(error.into_error()))
}
