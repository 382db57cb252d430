//! What stands beside or below a row's values and says that they are not what they seem.

use super::Reader;
use super::token::{Span, Token};
use super::unit::OtherUnits;
use std::collections::HashMap;

/// What tells rows of one label apart.
const QUALIFIERS: [&str; 10] =
    ["上年", "去年", "本年", "今年", "上年度", "本年度", "上年同期", "本级", "下级", "所属单位"];

/// Whether a text tells which of several rows of one label this is: 2023年, 上年.
fn is_qualifier(text: &str) -> bool {
    let year = text.trim().trim_end_matches(['年', '度']);
    QUALIFIERS.contains(&text.trim()) || (year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What a section says of its table anywhere.
#[derive(Default)]
pub(super) struct Signs {
    /// Rows are numbered in a text without columns: a number behind a label may be the next row's.
    numbers: bool,
    /// The label of a column of the form, or the article that it names over its rows.
    form: bool,
    /// Rows have their values beside them; or none has, and yet a column's label stands in a row of cells.
    has_rows: bool,
    /// By how many lines most values that stand by themselves are off a label, and off the value before them.
    usual: [usize; 2],
}

impl Signs {
    pub fn of(tokens: &[Token<'_>]) -> Signs {
        let usual = [true, false].map(|of_label| usual_distance(tokens, of_label));
        let mut signs = Signs { usual, ..Signs::default() };
        let (mut beside, mut behind, mut columns) = (0, 0, false);
        for (at, token) in tokens.iter().enumerate() {
            signs.numbers |= token.strand().is_none() && token.text.trim() == "序号";
            let names_column = token.naming.as_ref().is_some_and(|naming| naming.column.is_some());
            signs.form |= names_column || token.text.contains("第二十条");
            columns |= names_column && token.strand().is_some();
            let names_row = token.naming.as_ref().is_some_and(|naming| naming.row.is_some());
            let next = tokens.get(at + 1).filter(|next| names_row && next.is_value() && next.is_filled());
            match next.map(|next| (token.strand(), next.strand())) {
                Some((Some(own), Some(next))) => beside += usize::from(own == next),
                Some((None, None)) => behind += 1,
                _ => {}
            }
        }
        signs.has_rows = beside > 0 || (columns && behind == 1);
        signs
    }
}

fn usual_distance(tokens: &[Token<'_>], of_label: bool) -> usize {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    for (_, distance) in tokens.windows(2).filter_map(distance).filter(|(kind, _)| *kind == of_label) {
        *counts.entry(distance).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(distance, count)| (*count, *distance));
    most.map_or(0, |(distance, _)| distance)
}

/// How far a value that stands by itself is off what stands before it, and whether that is a row's label.
fn distance(pair: &[Token<'_>]) -> Option<(bool, usize)> {
    let [one, two] = pair else { return None };
    let names_row = one.naming.as_ref().is_some_and(|naming| naming.row.is_some());
    let is_loose = one.strand().is_none() && two.strand().is_none() && two.is_value();
    (is_loose && (names_row || one.is_value())).then(|| (names_row, two.line.saturating_sub(one.until)))
}

impl Reader<'_, '_> {
    /// Whether the values behind a row's label may be another's.
    pub(super) fn is_doubtful(&self, label: usize, row: usize) -> bool {
        (self.signs.numbers && self.is_loose(label))
            || self.goes_on_below(label)
            || self.has_other_unit(label, row)
            || self.is_of_any_list(row)
    }

    /// Whether what stands by itself behind a label may be no value of it, but the number of a page behind an empty
    /// cell: the section's rows have theirs beside them, or it stands further off than others do.
    pub(super) fn stands_off(&self, label: usize, values: &[usize]) -> bool {
        let Some(to) = values.last().filter(|to| self.is_loose(**to)) else { return false };
        (values.len() == 1 && self.signs.has_rows) || self.are_torn(label, *to)
    }

    /// Whether a value that stands by itself in a run of pieces stands further off than others do.
    pub(super) fn are_torn(&self, from: usize, to: usize) -> bool {
        let pieces = self.tokens.get(from..=to).unwrap_or_default();
        let [of_label, of_value] = self.signs.usual;
        let is_far =
            |(names_row, distance): (bool, usize)| distance > if names_row { of_label } else { of_value };
        pieces.windows(2).filter_map(distance).any(is_far)
    }

    fn is_loose(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.strand().is_none())
    }

    /// Whether the next row has values and nothing in the place of its label: 上年 and 本年 of one row, which of them
    /// is meant nobody knows.
    fn goes_on_below(&self, label: usize) -> bool {
        let own = self.tokens.get(label).and_then(|token| token.span().zip(token.strand()));
        let Some((span, row)) = own else { return false };
        let behind = self.tokens.get(label + 1..).unwrap_or_default();
        let below = behind.iter().position(|token| token.row != Some(row) && token.is_filled());
        let below = below.and_then(|at| behind.get(at..)).unwrap_or_default();
        let Some(next) = below.first().and_then(|token| token.row) else { return false };
        let cells = || below.iter().take_while(|token| token.row == Some(next));
        let is_of_the_table = cells().all(|cell| cell.span().is_some_and(|cell| cell.table == span.table));
        let is_nameless = cells().all(|cell| cell.naming.is_none());
        let stands_behind = |cell: &Span| cell.is_beside(&span) && cell.from > span.to;
        // Texts lose the empty cells that a row begins with.
        let is_label =
            |cell: &Token<'_>| !(cell.span().as_ref().is_some_and(stands_behind) || is_qualifier(&cell.text));
        let has_label = cells().next().is_some_and(is_label);
        let has_values = cells().any(|cell| cell.is_filled() && cell.is_value());
        is_of_the_table && is_nameless && !has_label && has_values
    }

    /// Whether a row of one value has no sign of the form in its section: 行政许可 with a number behind it stands in many
    /// lists.
    fn is_of_any_list(&self, row: usize) -> bool {
        !self.signs.form && self.rows.get(row).is_some_and(|row| row.columns.len() == 1)
    }

    /// Whether a cell of its row says another unit than the row's own: 元 beside an amount in 万元.
    fn has_other_unit(&self, label: usize, row: usize) -> bool {
        let Some(strand) = self.tokens.get(label).and_then(Token::strand) else { return false };
        let (before, behind) = self.tokens.split_at_checked(label).unwrap_or_default();
        let before = before.iter().rev().take_while(|token| token.row == Some(strand));
        let cells = before.chain(behind.iter().take_while(|token| token.row == Some(strand)));
        let units = cells.filter(|cell| !cell.is_value()).filter_map(|cell| OtherUnits::alone(&cell.text));
        let units = units.fold(OtherUnits::default(), OtherUnits::and);
        let columns = self.rows.get(row).into_iter().flat_map(|row| &row.columns);
        let mut own = columns.filter_map(|column| self.form.cells.get(column.cell));
        own.any(|cell| units.hold_for(&cell.unit))
    }
}
