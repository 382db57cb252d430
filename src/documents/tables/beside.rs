//! What stands beside or below a row's values and says that they are not what they seem.

use super::Reader;
use super::token::{Span, Token};
use super::unit::OtherUnits;

/// What tells rows of one label apart.
const QUALIFIERS: [&str; 10] =
    ["上年", "去年", "本年", "今年", "上年度", "本年度", "上年同期", "本级", "下级", "所属单位"];

/// Whether a text tells which of several rows of one label this is: 2023年, 上年.
fn is_qualifier(text: &str) -> bool {
    let year = text.trim().trim_end_matches(['年', '度']);
    QUALIFIERS.contains(&text.trim()) || (year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()))
}

impl Reader<'_, '_> {
    /// Whether the next row has values and nothing in the place of its label: 上年 and 本年 of one row, which of them
    /// is meant nobody knows.
    pub(super) fn goes_on_below(&self, label: usize) -> bool {
        let Some((span, row)) = self.tokens.get(label).and_then(|token| token.span().zip(token.strand()))
        else {
            return false;
        };
        let mut below = self.tokens.iter().skip(label + 1).skip_while(|token| token.row == Some(row));
        let Some(next) = below.find(|token| token.is_filled()).and_then(|token| token.row) else {
            return false;
        };
        let cells = || self.tokens.iter().skip(label + 1).filter(|token| token.row == Some(next));
        let is_of_the_table = cells().all(|cell| cell.span().is_some_and(|cell| cell.table == span.table));
        let is_nameless = cells().all(|cell| cell.naming.is_none());
        let stands_behind = |cell: &Span| cell.is_beside(&span) && cell.from > span.to;
        // Texts lose the empty cells that a row begins with.
        let is_label =
            |cell: &Token<'_>| !(cell.span().as_ref().is_some_and(stands_behind) || is_qualifier(&cell.text));
        let has_label = cells().find(|cell| cell.is_filled()).is_some_and(is_label);
        let has_values = cells().any(|cell| cell.is_filled() && cell.is_value());
        is_of_the_table && is_nameless && !has_label && has_values
    }

    /// Whether a cell of its row says another unit than the row's own: 元 beside an amount in 万元.
    pub(super) fn has_other_unit(&self, label: usize, row: usize) -> bool {
        let Some(strand) = self.tokens.get(label).and_then(|token| token.strand()) else { return false };
        let cells = self.tokens.iter().filter(|token| token.row == Some(strand) && !token.is_value());
        let units = cells.filter_map(|cell| OtherUnits::alone(&cell.text));
        let units = units.fold(OtherUnits::default(), OtherUnits::and);
        let columns = self.rows.get(row).into_iter().flat_map(|row| &row.columns);
        let mut own = columns.filter_map(|column| self.form.cells.get(column.cell));
        own.any(|cell| units.hold_for(&cell.unit))
    }
}
