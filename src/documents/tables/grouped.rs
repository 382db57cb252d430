//! A table all of whose values stand in one row under a grouped head, as Table IV often does.

use super::head::column_items;
use super::token::{Span, Token, is_short};
use super::{GATHERED_MOST, Reader, RowState};
use crate::documents::label::{Naming, group_key};
use crate::documents::order::{Item, Mark, order};
use crate::domain::form::Row;
use std::ops::Range;

/// Most cells of a table that may stand in one row under a grouped head (Table IV has 15).
const GROUPED_MOST: usize = 24;
/// How many pieces above a run of values its head is looked for.
const HEAD_MOST: usize = 256;

/// A label of the lower storey: the row and the column whose value stands under it, and where it stands.
struct Pair {
    row: usize,
    column: usize,
    span: Span,
}

impl Reader<'_, '_> {
    /// The width of the rows of a table that may stand under a grouped head in one row of values.
    fn grouped_width(&self) -> Option<usize> {
        let first = self.rows.first()?;
        let width = first.columns.len();
        let keys = |row: &Row| row.columns.iter().map(|column| column.key.clone()).collect::<Vec<_>>();
        let alike = self.rows.iter().all(|row| keys(row) == keys(first));
        (self.rows.len() > 1 && alike && width > 0 && width * self.rows.len() <= GROUPED_MOST)
            .then_some(width)
    }

    /// Values under a grouped head that are not as many as its cells are all unread.
    pub(super) fn refuse_incomplete_run(&mut self) {
        if self.grouped_width().is_none() || self.states.iter().any(Option::is_some) {
            return;
        }
        let values: Vec<usize> = self
            .tokens
            .iter()
            .enumerate()
            .filter(|(_, token)| token.is_value() && token.is_filled())
            .map(|(place, _)| place)
            .take(GATHERED_MOST)
            .collect();
        if values.len() > 1 {
            let state = self.not_told_apart(&values);
            self.use_up(&values);
            self.states = vec![Some(state); self.rows.len()];
        }
    }

    /// Reads a table all of whose values stand in one run under a grouped head; tells whether it was one. The
    /// table may stand twice, as pages for large and small screens have it.
    pub(super) fn read_grouped(&mut self) -> bool {
        let Some(width) = self.grouped_width() else { return false };
        let (mut since, mut head, mut is_read) = (0, 0..0, false);
        for run in self.runs() {
            let Some((first, last)) = run.first().copied().zip(run.last().copied()) else { continue };
            if run.len() < width * self.rows.len() {
                continue;
            }
            let from = first.saturating_sub(HEAD_MOST).max(since);
            let fresh = self.tokens.get(from..first).unwrap_or_default();
            if fresh.iter().any(|token| token.naming.is_some()) {
                head = from..first;
            }
            let Some(states) = self.grouped(&head, &run, width) else { continue };
            for (at, state) in states {
                self.keep(at, state);
            }
            self.use_up(&run);
            (since, is_read) = (last + 1, true);
        }
        if is_read {
            for token in self.tokens.iter_mut().filter(|token| token.naming.is_some()) {
                token.used = true;
            }
        }
        is_read
    }

    /// The runs of values: the cells of a row that holds no labels, or values each by itself.
    fn runs(&self) -> Vec<Vec<usize>> {
        let mut runs: Vec<Vec<usize>> = Vec::new();
        let mut before = None;
        for (at, token) in self.tokens.iter().enumerate() {
            let strand = token.strand();
            let belongs = match strand.and_then(|row| self.facts.get(&row)) {
                Some(facts) => {
                    facts.valued && !facts.names_row && !facts.names_column && token.naming.is_none()
                }
                None => token.is_value(),
            };
            let here = belongs.then_some(strand);
            match runs.last_mut().filter(|_| here.is_some() && here == before) {
                Some(run) => run.push(at),
                None if belongs => runs.push(vec![at]),
                None => {}
            }
            before = here;
        }
        runs
    }

    /// The rows of one run of values, as far as it is one under the labels of `head`.
    fn grouped(&self, head: &Range<usize>, run: &[usize], width: usize) -> Option<Vec<(usize, RowState)>> {
        if let Some(states) = self.by_columns(head, run, width) {
            return Some(states);
        }
        let values = self.as_many(run, width * self.rows.len())?;
        let (row_marks, column_marks, stranger) = self.grouped_marks(head)?;
        let row_items: Vec<Item<'_>> = self
            .rows
            .iter()
            .map(|row| Item { key: &row.key, group: row.group.as_deref().map(group_key) })
            .collect();
        let is_torn =
            values.first().zip(values.last()).is_some_and(|(first, last)| self.are_torn(*first, *last));
        let is_sure = stranger.is_none() && !is_torn && self.stand_apart(head, &values);
        let rows = order(&row_items, &row_marks).filter(|_| is_sure);
        let columns = self.rows.first().and_then(|row| grouped_columns(row, &column_marks, self.rows.len()));
        let (Some(rows), Some(columns)) = (rows, columns) else {
            return Some(
                (0..self.rows.len()).map(|at| (at, self.unread(&values, stranger.clone()))).collect(),
            );
        };
        let states =
            rows.iter().zip(values.chunks(width)).zip(columns).filter_map(|((at, values), columns)| {
                Some((*at, RowState::Read(self.assign(self.rows.get(*at)?, values, &columns))))
            });
        Some(states.collect())
    }

    /// Exactly so many values: the whole run, or what is filled of it where only empty cells stand around.
    fn as_many(&self, run: &[usize], length: usize) -> Option<Vec<usize>> {
        let is_value = |place: &&usize| self.tokens.get(**place).is_some_and(Token::is_value);
        let values: Vec<usize> = run.iter().skip_while(|place| !is_value(place)).copied().collect();
        let filled = self.filled(&values);
        let from = values.iter().position(|value| Some(value) == filled.first())?;
        let block = values.get(from..from + filled.len()).filter(|block| *block == filled.as_slice());
        match values.len() == length {
            true => Some(values),
            false => block.filter(|block| block.len() == length).map(<[usize]>::to_vec),
        }
    }

    /// The labels of rows and columns of a head, and a stranger that stands among them; `None` if there is
    /// no label at all.
    fn grouped_marks(&self, head: &Range<usize>) -> Option<(Vec<Mark>, Vec<Mark>, Option<String>)> {
        let (mut rows, mut columns, mut stranger) = (Vec::new(), Vec::new(), None);
        for at in head.clone().take(GATHERED_MOST) {
            let Some(token) = self.tokens.get(at) else { continue };
            let Some(naming) = &token.naming else {
                let in_row = token.strand().is_some() && self.is_stranger(at);
                let loose =
                    token.strand().is_none() && is_short(token) && !(rows.is_empty() && columns.is_empty());
                if in_row || loose {
                    stranger.get_or_insert_with(|| token.text.trim().to_owned());
                }
                continue;
            };
            if naming.foreign {
                stranger.get_or_insert_with(|| token.text.trim().to_owned());
            }
            if let Some(row) = naming.row.and_then(|row| self.rows.get(row)) {
                rows.push(Mark::Item(row.key.clone()));
            } else if let Some(group) = &naming.row_group {
                rows.push(Mark::Group(group.clone()));
            } else if let Some(column) = &naming.column {
                columns.push(Mark::Item(column.clone()));
            }
        }
        (!rows.is_empty() || !columns.is_empty()).then_some((rows, columns, stranger))
    }

    /// Reads the values by the columns of the grid, where each label of the lower storey stands under one row's.
    fn by_columns(&self, head: &Range<usize>, run: &[usize], width: usize) -> Option<Vec<(usize, RowState)>> {
        let place = self.tokens.get(*run.first()?)?.span()?;
        let (pairs, strangers) = self.pairs(head, &place)?;
        if pairs.len() != width * self.rows.len() {
            return None;
        }
        let spans: Vec<Option<Span>> = pairs.iter().map(|pair| Some(pair.span)).collect();
        let found = self.under(&spans, run, &|span| strangers.iter().any(|stranger| stranger.meets(span)))?;
        let mut cells = vec![Vec::new(); self.rows.len()];
        for (pair, found) in pairs.iter().zip(found) {
            let (text, token) = found?;
            let cell = self.rows.get(pair.row)?.columns.get(pair.column)?.cell;
            cells.get_mut(pair.row)?.push((cell, text, token));
        }
        for row in &mut cells {
            row.sort_by_key(|(cell, _, _)| *cell);
        }
        Some(cells.into_iter().map(RowState::Read).enumerate().collect())
    }

    /// The labels of the lower storey above a row of values, each once and in columns of its own; and where
    /// words stand that nobody knows.
    fn pairs(&self, head: &Range<usize>, values: &Span) -> Option<(Vec<Pair>, Vec<Span>)> {
        let above = head.clone().filter_map(|at| {
            let span =
                self.tokens.get(at)?.span().filter(|span| span.is_beside(values) && span.row < values.row)?;
            Some((at, span))
        });
        let above: Vec<(usize, Span)> = above.take(GATHERED_MOST).collect();
        let naming = |at: usize| self.tokens.get(at).and_then(|token| token.naming.as_ref());
        if above.iter().any(|(at, _)| naming(*at).is_some_and(|naming| naming.foreign)) {
            return None;
        }
        let strangers: Vec<Span> =
            above.iter().filter(|(at, _)| self.is_stranger(*at)).map(|(_, span)| *span).collect();
        let mut pairs: Vec<Pair> = Vec::new();
        for (at, span) in &above {
            let Some(key) = naming(*at).and_then(|naming| naming.column.as_deref()) else { continue };
            // Where merged cells are not known as such, a label reaches up to the next one.
            let is_known = self.has_merged.contains(&span.table);
            let holds = |at: usize, row: &Span| {
                let token = self.tokens.get(at);
                let reach = token.map_or(0, |token| if is_known { token.to } else { token.reach });
                // No further than where the next label of a storey above it begins.
                let is_cut = |(at, upper): &(usize, Span)| {
                    let names_row = |naming: &Naming| naming.row.is_some() || naming.row_group.is_some();
                    let is_next = upper.row < row.row && row.from < upper.from && upper.from <= span.from;
                    is_next && naming(*at).is_some_and(names_row)
                };
                row.row < span.row
                    && row.from <= span.from
                    && span.to <= reach
                    && (is_known || !above.iter().any(is_cut))
            };
            let rows = above.iter().filter(|(at, row)| holds(*at, row));
            let mut rows = rows.filter_map(|(at, _)| naming(*at).and_then(|naming: &Naming| naming.row));
            let row = rows.next().filter(|row| rows.all(|other| other == *row))?;
            let column = self.rows.get(row)?.columns.iter().position(|column| column.key == key)?;
            // A label written out in each row it reaches over stands once.
            let again = |pair: &Pair| (pair.row, pair.column) == (row, column) && pair.span.is_over(span);
            if pairs.iter().any(again) {
                continue;
            }
            let alone =
                !pairs.iter().any(|pair| (pair.row, pair.column) == (row, column) || pair.span.meets(span));
            let free = !strangers.iter().any(|stranger| stranger.meets(span));
            if !alone || !free {
                return None;
            }
            pairs.push(Pair { row, column, span: *span });
        }
        Some((pairs, strangers))
    }

    /// Whether nothing in the places of labels and values speaks against reading them in one line: the columns
    /// cannot be compared, or the labels were pushed together, or each value stands in its label's column.
    fn stand_apart(&self, head: &Range<usize>, values: &[usize]) -> bool {
        let is_column =
            |token: &&Token<'_>| token.naming.as_ref().is_some_and(|naming| naming.column.is_some());
        let labels = self.tokens.get(head.clone()).unwrap_or_default().iter().filter(is_column);
        let labels: Vec<Option<Span>> = labels.take(GATHERED_MOST).map(Token::span).collect();
        if labels.len() != values.len() {
            return true;
        }
        let spans = self.spans(values);
        let meet =
            |one: &Option<Span>, two: &Option<Span>| one.zip(*two).is_some_and(|(one, two)| one.meets(&two));
        if labels.iter().enumerate().any(|(at, one)| labels.iter().skip(at + 1).any(|two| meet(one, two))) {
            return true;
        }
        labels.iter().zip(&spans).all(|(label, value)| match label.zip(*value) {
            Some((label, value)) => !label.is_beside(&value) || label.meets(&value),
            None => true,
        })
    }
}

/// The order of the columns under each row's heading: they stand once for all rows, or once for each.
fn grouped_columns(row: &Row, marks: &[Mark], rows: usize) -> Option<Vec<Vec<usize>>> {
    let items = column_items(row);
    if marks.len() == items.len() {
        return Some(vec![order(&items, marks)?; rows]);
    }
    if marks.len() != items.len() * rows {
        return None;
    }
    marks.chunks(items.len()).map(|chunk| order(&items, chunk)).collect()
}
