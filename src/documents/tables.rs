//! Reads one table section: rows by their labels, columns by theirs, never by position alone.

mod beside;
mod grouped;
mod head;
mod state;
#[cfg(test)]
mod tests;
mod token;
mod under;
mod unit;
mod unknown;

use super::grid::{Piece, Place};
use super::label::{Labels, Naming};
use super::value::CellText;
use crate::domain::form::{Form, Row, Section};
use beside::Signs;
use head::Head;
use state::{RowState, Unread};
use std::collections::{HashMap, HashSet};
use token::{RowFacts, Span, Token, Tokens, is_short, tokens};
use unit::OtherUnits;

/// Most values gathered behind one label; a row of the forms has at most seven columns.
const GATHERED_MOST: usize = 64;
/// Longest label of a column in words that nobody knows, in characters: by itself, and in a table's cell.
const LONGEST_LABEL: usize = 16;
const LONGEST_IN_CELL: usize = 60;
/// Longest account of what stood somewhere, in characters.
const LONGEST_STOOD: usize = 200;

/// What was found in one table section.
#[derive(Debug, Default)]
pub(super) struct TableOutcome {
    /// Cells with a place in the form, what they say, and where they stood.
    pub cells: Vec<(usize, CellText, Origin)>,
    /// Cells that could not be read, and why, and where.
    pub unread: Vec<(usize, Unread, Origin)>,
    /// Sentences that stood beside the table.
    pub prose: Vec<String>,
    /// What found no place, by line.
    pub strays: Vec<(usize, String)>,
    /// Some label of the table was found.
    pub labelled: bool,
}

/// Where something stood in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Origin {
    pub line: usize,
    pub place: Option<Place>,
}

struct Reader<'f, 'p> {
    form: &'f Form,
    rows: &'f [Row],
    units: OtherUnits,
    tokens: Vec<Token<'p>>,
    /// What the rows of the document's tables are, by their numbers.
    facts: HashMap<usize, RowFacts>,
    /// The document's tables in which merged cells are known as such.
    has_merged: HashSet<usize>,
    head: Head,
    signs: Signs,
    states: Vec<Option<RowState>>,
    /// Cells under labels that nobody knows, in rows otherwise read.
    lacking: Vec<(usize, Unread)>,
    outcome: TableOutcome,
}

/// Reads the pieces between two headings as the table of a section.
pub(super) fn read_table(form: &Form, section: &Section, pieces: &[Piece<'_>]) -> TableOutcome {
    let rows = section.table.as_ref().map(|table| table.rows.as_slice()).unwrap_or_default();
    let Tokens { tokens, rows: facts, artefacts } =
        Labels::with(form, section, |labels| tokens(pieces, labels));
    let labelled = tokens.iter().any(|token| token.naming.is_some());
    let outcome = TableOutcome { labelled, strays: artefacts, ..TableOutcome::default() };
    let states = vec![None; rows.len()];
    let merged = pieces.iter().filter(|piece| !piece.cover.is_own());
    let has_merged = merged.filter_map(|piece| piece.place.map(|place| place.table)).collect();
    let units = OtherUnits::default();
    let signs = Signs::of(&tokens);
    let head = Head::default();
    let lacking = Vec::new();
    let mut reader =
        Reader { form, units, rows, tokens, facts, has_merged, head, signs, states, lacking, outcome };
    reader.see_units();
    if !reader.read_grouped() {
        for at in 0..reader.tokens.len() {
            reader.step(at);
        }
        reader.refuse_incomplete_run();
        reader.refuse_short_row();
    }
    reader.finish()
}

impl Reader<'_, '_> {
    /// Takes in what is said of units over or under the whole table, by itself or alone in a row.
    fn see_units(&mut self) {
        for at in 0..self.tokens.len() {
            let Some(token) = self.tokens.get(at).filter(|token| !token.is_value()) else { continue };
            let beside = |other: usize| {
                let other =
                    self.tokens.get(other).filter(|other| other.row.is_some() && other.row == token.row);
                other.is_some_and(Token::is_filled)
            };
            let is_alone = !at.checked_sub(1).is_some_and(beside) && !beside(at + 1);
            // A label that says its own unit speaks for itself alone.
            let is_label = token.naming.as_ref().is_some_and(|naming| !(naming.foreign && is_alone));
            let line = OtherUnits::of(&token.text).unwrap_or_default();
            let said = if is_label { OtherUnits::default() } else { OtherUnits::within(&token.text) };
            if line.and(said) == OtherUnits::default() {
                continue;
            }
            self.units = self.units.and(line).and(said);
            if let Some(token) = self.tokens.get_mut(at) {
                (token.used, token.naming) = (!is_prose(&token.text), None);
            }
        }
    }

    /// Takes the piece at `at` for a row's label if values stand behind it, else for a label of the head.
    fn step(&mut self, at: usize) {
        let Some(naming) = self.tokens.get(at).and_then(|token| token.naming.clone()) else {
            if self.is_stranger(at)
                && let Some(token) = self.tokens.get(at)
            {
                self.head.meet(token);
            }
            return;
        };
        if let Some(token) = self.tokens.get_mut(at) {
            token.used = true;
        }
        if let Some(row) = naming.row {
            if let Some(cells) = self.under_labels(at, row) {
                self.head.close();
                let tokens: Vec<usize> = cells.iter().map(|(_, _, token)| *token).collect();
                self.use_up(&tokens);
                let state = match self.is_doubtful(at, row) {
                    true => self.not_told_apart(&tokens),
                    false => self.without_unknown(row, at, cells),
                };
                self.keep(row, state);
                return;
            }
            let values = self.values_behind(at);
            if self.are_rows_values(&values, row, &naming) {
                self.read_row(at, row, &values);
                return;
            }
        }
        let span = self.tokens.get(at).and_then(Token::span);
        self.head.see(&naming, span);
    }

    /// Whether a piece is rather a column's label in words that nobody knows: a short text among the labels of
    /// a head, or in a row of a table that holds neither values nor the label of a row.
    fn is_stranger(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at).filter(|token| !token.used) else { return false };
        match token.strand().and_then(|row| self.facts.get(&row)) {
            Some(facts) => {
                let is_label = facts.first != at || facts.names_column || token.is_year;
                let heads = !facts.valued && !facts.names_row && is_label;
                heads && token.may_be_label(LONGEST_IN_CELL)
            }
            None => {
                let behind = self.tokens.get(at + 1);
                // What values stand behind is rather a row's label.
                self.head.is_open() && is_short(token) && !behind.is_some_and(Token::is_value)
            }
        }
    }

    /// The values of the label at `at`: the rest of its row, or what stands below it piece by piece.
    fn values_behind(&self, at: usize) -> Vec<usize> {
        let Some(label) = self.tokens.get(at) else { return Vec::new() };
        let following = || self.tokens.iter().enumerate().skip(at + 1);
        if let Some(row) = label.strand() {
            let mut in_row = following().take_while(|(_, token)| token.row == Some(row)).peekable();
            if in_row.peek().is_some() {
                return in_row
                    .take_while(|(_, token)| token.naming.is_none())
                    .map(|(place, _)| place)
                    .take(GATHERED_MOST)
                    .collect();
            }
        }
        following()
            .take_while(|(_, token)| token.alone && token.is_value())
            .map(|(place, _)| place)
            .take(GATHERED_MOST)
            .collect()
    }

    /// The cells of the label's row by the columns whose labels stand over them: only where every column's
    /// label has columns of its own in the same table, right of this label.
    fn under_labels(&self, at: usize, row: usize) -> Option<Vec<(usize, CellText, usize)>> {
        let label = self.tokens.get(at)?;
        let described = self.rows.get(row)?;
        let spans = self.head.spans_of(described, &label.span()?)?;
        let in_row = self.tokens.iter().enumerate().skip(at + 1);
        let in_row = in_row.take_while(|(_, token)| token.row.is_some() && token.row == label.row);
        let cells: Vec<usize> = in_row.map(|(place, _)| place).collect();
        let found = self.under(&spans, &cells, &|span: &Span| self.head.is_strangers(span))?;
        let cells = described.columns.iter().zip(found);
        let cells = cells.filter_map(|(column, found)| found.map(|(text, token)| (column.cell, text, token)));
        let mut cells: Vec<_> = cells.collect();
        cells.sort_by_key(|(cell, _, _)| *cell);
        Some(cells)
    }

    /// Whether what stands behind a label are its values and not the empty cells of a merged head.
    fn are_rows_values(&self, values: &[usize], row: usize, naming: &Naming) -> bool {
        let width = self.rows.get(row).map_or(0, |row| row.columns.len());
        let all_values = self.all_values(values);
        if self.filled(values).is_empty() {
            naming.column.is_none() && !values.is_empty() && values.len() == width
        } else {
            naming.column.is_none() || all_values
        }
    }

    fn all_values(&self, values: &[usize]) -> bool {
        let looks =
            |place: &usize| self.tokens.get(*place).is_some_and(|token| token.value.looks_like_value());
        values.iter().all(looks)
    }

    fn filled(&self, values: &[usize]) -> Vec<usize> {
        let is_filled = |place: &usize| self.tokens.get(*place).is_some_and(|token| !token.value.is_empty());
        values.iter().copied().filter(|place| is_filled(place)).collect()
    }

    /// Assigns a row's values if there are exactly as many as columns and their order is known.
    fn read_row(&mut self, label: usize, at: usize, values: &[usize]) {
        let rows = self.rows;
        let Some(row) = rows.get(at) else { return };
        let width = row.columns.len();
        let filled = self.filled(values);
        // Merged cells may leave empty ones before and behind the values; between them an empty one is a cell.
        let block = filled.first().and_then(|first| values.iter().position(|value| value == first));
        let block = block.and_then(|from| values.get(from..from + width));
        let whole = block.filter(|block| *block == filled.as_slice() && self.all_values(block));
        let exact = if values.len() == width { Some(values) } else { whole };
        let is_doubtful = self.is_doubtful(label, at) || self.stands_off(label, values);
        let state = match (exact, self.head.order_of(row)) {
            (Some(exact), Some(order))
                if !is_doubtful && self.head.agrees(row, &self.spans(exact), &order) =>
            {
                self.without_unknown(at, label, self.assign(row, exact, &order))
            }
            _ if is_doubtful => self.not_told_apart(values),
            _ => self.unread(values, self.head.unknown()),
        };
        self.head.close();
        self.use_up(values);
        self.keep(at, state);
    }

    fn spans(&self, tokens: &[usize]) -> Vec<Option<Span>> {
        tokens.iter().map(|token| self.tokens.get(*token).and_then(Token::span)).collect()
    }

    fn assign(&self, row: &Row, values: &[usize], order: &[usize]) -> Vec<(usize, CellText, usize)> {
        let mut cells: Vec<(usize, CellText, usize)> = order
            .iter()
            .zip(values)
            .filter_map(|(place, value)| {
                Some((row.columns.get(*place)?.cell, self.tokens.get(*value)?.value.clone(), *value))
            })
            .collect();
        cells.sort_by_key(|(cell, _, _)| *cell);
        cells
    }

    /// Keeps a row's reading; a row that stands twice with different values is unread.
    fn keep(&mut self, at: usize, state: RowState) {
        let Some(place) = self.states.get_mut(at) else { return };
        *place = Some(match place.take() {
            Some(known) if !known.says_the_same(&state) => {
                let stood = format!("{} | {}", known.stood(), state.stood());
                let stood = stood.chars().take(LONGEST_STOOD).collect();
                RowState::Unread(Unread::under(None, stood, state.first()))
            }
            _ => state,
        });
    }

    fn use_up(&mut self, values: &[usize]) {
        for place in values {
            if let Some(token) = self.tokens.get_mut(*place) {
                token.used = true;
            }
        }
    }

    /// Values under a label that nobody knows, or of which nobody knows whose they are.
    fn unread(&self, values: &[usize], label: Option<String>) -> RowState {
        let first = values.first().copied().unwrap_or_default();
        RowState::Unread(Unread::under(label, self.stood(values), first))
    }

    fn not_told_apart(&self, values: &[usize]) -> RowState {
        self.unread(values, None)
    }

    fn origin(&self, token: usize) -> Origin {
        let token = self.tokens.get(token);
        Origin { line: token.map_or(0, |token| token.line), place: token.and_then(|token| token.place) }
    }

    fn stood(&self, values: &[usize]) -> String {
        let texts: Vec<&str> =
            values.iter().filter_map(|place| self.tokens.get(*place)).map(|token| &*token.text).collect();
        texts.join(" ").chars().take(LONGEST_STOOD).collect()
    }

    /// Gathers the readings, and sorts what was not used into sentences and strays.
    fn finish(mut self) -> TableOutcome {
        self.tell_unknown_rows();
        self.tell_lacking();
        for (row, state) in self.rows.iter().zip(std::mem::take(&mut self.states)) {
            match state {
                Some(RowState::Read(cells)) => cells.into_iter().for_each(|cell| self.tell(cell)),
                Some(RowState::Unread(unread)) => {
                    let origin = self.origin(unread.first);
                    let cells = row.columns.iter().map(|column| (column.cell, unread.clone(), origin));
                    self.outcome.unread.extend(cells);
                }
                None => {}
            }
        }
        for token in self.tokens.into_iter().filter(|token| !token.used && !token.text.trim().is_empty()) {
            // Outside of a table a sentence is one however short.
            let sentence = token.row.is_none() && ends_sentence(&token.text);
            if sentence || is_prose(&token.text) {
                self.outcome.prose.push(token.raw.to_owned());
            } else {
                self.outcome.strays.push((token.line, token.text.into_owned()));
            }
        }
        self.outcome
    }
}

/// 表后备注。
fn ends_sentence(text: &str) -> bool {
    text.trim_end().strip_suffix('。').is_some_and(|said| !said.trim().is_empty())
}

/// Whether a text is a sentence or a remark, and not a label in a wording nobody knows.
fn is_prose(text: &str) -> bool {
    let remark = ["注：", "注:", "备注", "说明：", "说明:"].iter().any(|mark| text.starts_with(mark));
    (text.contains(['。', '；', '！']) || remark) && text.chars().count() >= 6
}
