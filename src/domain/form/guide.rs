//! The filling guide: for each section, row and column what belongs there, whence it is known, and its limits.

use crate::domain::compiled_in;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// What belongs in a place of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuideEntry {
    /// `requests`, `requests.new_requests`, `requests.*.total` or `proactive_disclosure.fees.amount`.
    pub of: String,
    pub zh: String,
    pub en: String,
    pub source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
}

/// What may be entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub zh: String,
    pub en: String,
}

static GUIDE: LazyLock<Vec<GuideEntry>> = LazyLock::new(|| compiled_in(include_str!("guide.json")));

/// All entries, in the order of the form.
pub(super) fn entries() -> &'static [GuideEntry] {
    &GUIDE
}

/// What is said of a section as a whole.
pub fn of_section(section: &str) -> Option<&'static GuideEntry> {
    GUIDE.iter().find(|entry| entry.of == section)
}

/// What is said of a cell: of its row, and of its column; a cell of its own entry has its column's place.
pub fn of_cell(section: &str, row: &str, column: &str) -> Vec<&'static GuideEntry> {
    let find = |name: String| GUIDE.iter().find(|entry| entry.of == name);
    let own = find(format!("{section}.{row}.{column}"));
    let of_column = own.or_else(|| find(format!("{section}.*.{column}")));
    find(format!("{section}.{row}")).into_iter().chain(of_column).collect()
}

#[cfg(test)]
mod tests {
    use crate::domain::form::all;

    #[test]
    fn every_section_and_every_cell_of_every_form_has_its_guide() {
        for form in all() {
            for section in &form.sections {
                assert!(super::of_section(&section.key).is_some(), "{} {}", form.id, section.key);
            }
            for cell in &form.cells {
                let found = super::of_cell(&cell.section_key, &cell.row_key, &cell.column_key);
                let limited = found.iter().any(|entry| entry.limits.is_some());
                assert!(limited || form.id != "2021", "{} {}: {found:?}", form.id, cell.indicator());
                assert!(!found.is_empty(), "{} {}", form.id, cell.indicator());
            }
        }
    }

    #[test]
    fn no_entry_speaks_of_what_no_form_has() {
        for entry in super::entries() {
            let mut parts = entry.of.split('.');
            let (section, row, column) = (parts.next(), parts.next(), parts.next());
            let known = all().iter().any(|form| match (section, row, column) {
                (Some(section), None, None) => form.section(section).is_some(),
                (Some(section), Some(row), column) => form.cells.iter().any(|cell| {
                    cell.section_key == section
                        && (row == "*" || cell.row_key == row)
                        && column.is_none_or(|column| cell.column_key == column)
                }),
                _ => false,
            });
            assert!(known, "{}", entry.of);
            assert!(!entry.zh.is_empty() && !entry.en.is_empty() && !entry.source.is_empty(), "{}", entry.of);
        }
    }
}
