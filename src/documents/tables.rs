//! Reads one table section: rows by their labels, columns by theirs, never by position alone.

mod grouped;
mod head;
mod state;

use super::grid::{Piece, Place};
use super::label::{Labels, Naming, strip_artefacts};
use super::order::{Mark, Order};
use super::value::{self, CellText};
use crate::domain::form::{Form, Row, Section};
use head::Head;
use state::RowState;
use std::borrow::Cow;
use std::collections::HashMap;

/// Most values gathered behind one label; a row of the forms has at most seven columns.
const GATHERED_MOST: usize = 64;

/// What was found in one table section.
#[derive(Debug, Default)]
pub(super) struct TableOutcome {
    /// Cells with a place in the form, what they say, and where they stood.
    pub cells: Vec<(usize, CellText, Origin)>,
    /// Cells whose row was found and whose values could not be told apart, what stood there, and where.
    pub unread: Vec<(usize, String, Origin)>,
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

/// A piece with its possible readings; which one holds depends on its neighbours.
struct Token<'p> {
    raw: &'p str,
    text: Cow<'p, str>,
    line: usize,
    row: Option<usize>,
    place: Option<Place>,
    /// It is the only piece of its row, so that the row tells nothing.
    alone: bool,
    value: CellText,
    naming: Option<Naming>,
    used: bool,
}

struct Reader<'f, 'p> {
    rows: &'f [Row],
    tokens: Vec<Token<'p>>,
    head: Head,
    states: Vec<Option<RowState>>,
    outcome: TableOutcome,
}

/// Reads the pieces between two headings as the table of a section.
pub(super) fn read_table(form: &Form, section: &Section, pieces: &[Piece<'_>]) -> TableOutcome {
    let rows = section.table.as_ref().map(|table| table.rows.as_slice()).unwrap_or_default();
    let mut outcome = TableOutcome::default();
    let tokens = tokens(pieces, &Labels::of(form, section), &mut outcome.strays);
    outcome.labelled = tokens.iter().any(|token| token.naming.is_some());
    let mut reader = Reader { rows, tokens, head: Head::default(), states: vec![None; rows.len()], outcome };
    if !reader.read_grouped() {
        for at in 0..reader.tokens.len() {
            reader.step(at);
        }
        reader.refuse_incomplete_run();
    }
    reader.finish()
}

fn tokens<'p>(pieces: &[Piece<'p>], labels: &Labels, strays: &mut Vec<(usize, String)>) -> Vec<Token<'p>> {
    let mut widths: HashMap<usize, usize> = HashMap::new();
    for row in pieces.iter().filter_map(|piece| piece.row) {
        *widths.entry(row).or_default() += 1;
    }
    let mut tokens = Vec::with_capacity(pieces.len());
    // Where a label broken by line ends was put together, its other pieces are passed over.
    let mut passed = 0;
    for (at, piece) in pieces.iter().enumerate() {
        if passed > 0 {
            passed -= 1;
            continue;
        }
        let (text, artefacts) = strip_artefacts(piece.text);
        strays.extend(artefacts.into_iter().map(|artefact| (piece.line, artefact)));
        let value = value::read(&text);
        let mut naming = match value {
            CellText::Unreadable(_) => labels.name(&text),
            _ => None,
        };
        if matches!(value, CellText::Unreadable(_)) && piece.row.is_none() {
            let loose = pieces.iter().skip(at).take_while(|piece| piece.row.is_none());
            let broken = labels.name_broken(loose.map(|piece| piece.text));
            // A beginning that names a row by itself is taken with its end if both name the same one.
            let fits = |found: &Naming| {
                naming.as_ref().is_none_or(|first| first.row.is_some() && first.row == found.row)
            };
            if let Some((pieces, found)) = broken.filter(|(_, found)| fits(found)) {
                naming = Some(found);
                passed = pieces - 1;
            }
        }
        tokens.push(Token {
            raw: piece.text,
            text,
            line: piece.line,
            row: piece.row,
            place: piece.place,
            alone: piece.row.is_none_or(|row| widths.get(&row) == Some(&1)),
            value,
            naming,
            used: false,
        });
    }
    tokens
}

impl Token<'_> {
    fn is_value(&self) -> bool {
        self.naming.is_none() && self.value.looks_like_value()
    }

    /// The row whose cells it stands among, `None` if it stands by itself.
    fn strand(&self) -> Option<usize> {
        if self.alone { None } else { self.row }
    }
}

impl Reader<'_, '_> {
    /// Takes the piece at `at` for a row's label if values stand behind it, else for a label of the head.
    fn step(&mut self, at: usize) {
        let Some(naming) = self.tokens.get(at).and_then(|token| token.naming.clone()) else {
            self.note_unknown(at);
            return;
        };
        if let Some(token) = self.tokens.get_mut(at) {
            token.used = true;
        }
        if let Some(row) = naming.row {
            if let Some(under) = self.under_labels(at, row) {
                self.read_under(row, &under);
                return;
            }
            let values = self.values_behind(at);
            if self.are_rows_values(&values, row, &naming) {
                self.read_row(row, &values);
                return;
            }
        }
        let place = self.tokens.get(at).and_then(|token| token.place);
        self.head.see(&naming, place);
    }

    /// A short text among the labels of a head that names nothing may be a column's label.
    fn note_unknown(&mut self, at: usize) {
        let Some(token) = self.tokens.get(at) else { return };
        let heads = !self.head.closed && !self.head.marks.is_empty() && !token.used && !token.is_value();
        if heads && !is_prose(&token.text) && (1..=16).contains(&token.text.chars().count()) {
            self.head.unknown = true;
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

    /// The cells of the label's row that stand under the columns' labels, in the form's order.
    ///
    /// Only where the grid leaves no doubt: every column's label stands once in the same table, in a row as
    /// wide as this one, right of this label, and no other cell behind the label holds anything.
    fn under_labels(&self, at: usize, row: usize) -> Option<Vec<usize>> {
        let label = self.tokens.get(at)?;
        let (place, described) = (label.place?, self.rows.get(row)?);
        if self.head.marks.contains(&Mark::Foreign) {
            return None;
        }
        let mut columns = Vec::with_capacity(described.columns.len());
        for column in &described.columns {
            let above = (*self.head.places.get(&column.key)?)?;
            let fits =
                above.table == place.table && above.width == place.width && above.column > place.column;
            columns.push(Some(above.column).filter(|_| fits)?);
        }
        let in_row: Vec<(usize, &Token<'_>)> = self
            .tokens
            .iter()
            .enumerate()
            .skip(at + 1)
            .take_while(|(_, token)| token.row.is_some() && token.row == label.row)
            .collect();
        let is_column = |token: &Token<'_>| token.place.is_some_and(|place| columns.contains(&place.column));
        if in_row.iter().any(|(_, token)| !is_column(token) && !token.value.is_empty()) {
            return None;
        }
        if in_row.iter().any(|(_, token)| is_column(token) && token.naming.is_some()) {
            return None;
        }
        let under = |column: &usize| {
            in_row.iter().find(|(_, token)| token.place.is_some_and(|place| place.column == *column))
        };
        columns.iter().map(|column| under(column).map(|(place, _)| *place)).collect()
    }

    fn read_under(&mut self, at: usize, values: &[usize]) {
        self.head.closed = true;
        let Some(row) = self.rows.get(at) else { return };
        let cells = row.columns.iter().zip(values).filter_map(|(column, value)| {
            Some((column.cell, self.tokens.get(*value)?.value.clone(), *value))
        });
        let mut cells: Vec<(usize, CellText, usize)> = cells.collect();
        cells.sort_by_key(|(cell, _, _)| *cell);
        self.use_up(values);
        self.keep(at, RowState::Read(cells));
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
    fn read_row(&mut self, at: usize, values: &[usize]) {
        let Some(row) = self.rows.get(at) else { return };
        let width = row.columns.len();
        let filled = self.filled(values);
        // Merged cells may leave empty ones before and behind the values; between them an empty one is a cell.
        let block = filled.first().and_then(|first| values.iter().position(|value| value == first));
        let block = block.and_then(|from| values.get(from..from + width));
        let whole = block.filter(|block| *block == filled.as_slice() && self.all_values(block));
        let exact = if values.len() == width { Some(values) } else { whole };
        let state = match (exact, self.head.order_of(row)) {
            (Some(exact), Some(order)) if self.stand_under_labels(row, exact, &order) => {
                RowState::Read(self.assign(row, exact, &order))
            }
            _ => self.unread(values),
        };
        self.use_up(values);
        self.keep(at, state);
    }

    /// Whether each value stands in the column of its label, as far as both have a place in one table.
    fn stand_under_labels(&self, row: &Row, values: &[usize], order: &Order) -> bool {
        order.places.iter().zip(values).all(|(place, value)| {
            let label = row.columns.get(*place).and_then(|column| *self.head.places.get(&column.key)?);
            let value = self.tokens.get(*value).and_then(|token| token.place);
            match label.zip(value) {
                Some((label, value)) if label.table == value.table && label.width == value.width => {
                    label.column == value.column
                }
                _ => true,
            }
        })
    }

    fn assign(&self, row: &Row, values: &[usize], order: &Order) -> Vec<(usize, CellText, usize)> {
        let mut cells: Vec<(usize, CellText, usize)> = order
            .places
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
                RowState::Unread(format!("{} | {}", known.stood(), state.stood()), state.first())
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

    fn unread(&self, values: &[usize]) -> RowState {
        RowState::Unread(self.stood(values), values.first().copied().unwrap_or_default())
    }

    fn origin(&self, token: usize) -> Origin {
        let token = self.tokens.get(token);
        Origin { line: token.map_or(0, |token| token.line), place: token.and_then(|token| token.place) }
    }

    fn stood(&self, values: &[usize]) -> String {
        let texts: Vec<&str> =
            values.iter().filter_map(|place| self.tokens.get(*place)).map(|token| &*token.text).collect();
        texts.join(" ").chars().take(200).collect()
    }

    /// Gathers the readings, and sorts what was not used into sentences and strays.
    fn finish(mut self) -> TableOutcome {
        for (row, state) in self.rows.iter().zip(std::mem::take(&mut self.states)) {
            match state {
                Some(RowState::Read(cells)) => {
                    let cells: Vec<_> = cells
                        .into_iter()
                        .map(|(cell, text, token)| (cell, text, self.origin(token)))
                        .collect();
                    self.outcome.cells.extend(cells);
                }
                Some(RowState::Unread(stood, first)) => {
                    let origin = self.origin(first);
                    let cells = row.columns.iter().map(|column| (column.cell, stood.clone(), origin));
                    self.outcome.unread.extend(cells);
                }
                None => {}
            }
        }
        for token in self.tokens.into_iter().filter(|token| !token.used && !token.text.trim().is_empty()) {
            if is_prose(&token.text) {
                self.outcome.prose.push(token.raw.to_owned());
            } else {
                self.outcome.strays.push((token.line, token.text.into_owned()));
            }
        }
        self.outcome
    }
}

/// Whether a text is a sentence or a remark, and not a label in a wording nobody knows.
fn is_prose(text: &str) -> bool {
    let remark = ["注：", "注:", "备注", "说明：", "说明:"].iter().any(|mark| text.starts_with(mark));
    (text.contains(['。', '；', '！']) || remark) && text.chars().count() >= 6
}
