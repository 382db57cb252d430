//! What bears a label that nobody knows: told by that label, and never read.

use super::state::{RowState, Unread};
use super::token::Token;
use super::{LONGEST_IN_CELL, Reader};
use crate::documents::value::CellText;
use crate::domain::number::NumberFault;

/// Most rows of unknown labels that are looked at, and most that are named for one row of the form.
const MOST_UNKNOWN: usize = 64;
const MOST_NAMED: usize = 3;

impl Reader<'_, '_> {
    /// A row's cells without those under labels that nobody knows, which are told by these.
    pub(super) fn without_unknown(
        &mut self,
        row: usize,
        at: usize,
        cells: Vec<(usize, CellText, usize)>,
    ) -> RowState {
        let rows = self.rows;
        let Some(row) = rows.get(row) else { return RowState::Read(cells) };
        let unknown = self.head.unknown_columns(row);
        let unknown: Vec<usize> =
            unknown.into_iter().filter_map(|place| Some(row.columns.get(place)?.cell)).collect();
        let label = self.head.unknown();
        self.lacking.extend(unknown.iter().map(|cell| {
            let own = cells.iter().find(|(known, _, _)| known == cell);
            let (stood, first) =
                own.map_or((String::new(), at), |(_, text, token)| (text.as_written().to_owned(), *token));
            (*cell, Unread::under(label.clone(), stood, first))
        }));
        RowState::Read(cells.into_iter().filter(|(cell, _, _)| !unknown.contains(cell)).collect())
    }

    /// Tells the cells that are lacking in rows which are read.
    pub(super) fn tell_lacking(&mut self) {
        for (cell, unread) in std::mem::take(&mut self.lacking) {
            let row = self.rows.iter().position(|row| row.columns.iter().any(|column| column.cell == cell));
            let state = row.and_then(|row| self.states.get(row));
            let is_told = self.outcome.unread.iter().any(|(told, _, _)| *told == cell);
            if matches!(state, Some(Some(RowState::Read(_)))) && !is_told {
                let origin = self.origin(unread.first);
                self.outcome.unread.push((cell, unread, origin));
            }
        }
    }

    /// Takes rows whose labels nobody knows for those that were not found, without reading them.
    pub(super) fn tell_unknown_rows(&mut self) {
        let unknown = self.unknown_rows();
        if unknown.is_empty() {
            return;
        }
        let places: Vec<Option<usize>> =
            self.states.iter().map(|state| state.as_ref().map(RowState::first)).collect();
        for at in 0..places.len() {
            if places.get(at).is_none_or(Option::is_some) {
                continue;
            }
            let before = places.get(..at).into_iter().flatten().flatten().next_back().copied();
            let behind = places.get(at + 1..).into_iter().flatten().flatten().next().copied();
            let fits = |token: &&usize| {
                before.is_none_or(|before| before < **token) && behind.is_none_or(|behind| **token < behind)
            };
            let mut named: Vec<usize> = unknown.iter().filter(fits).copied().collect();
            if named.is_empty() {
                named.clone_from(&unknown);
            }
            let labels = named.iter().take(MOST_NAMED).filter_map(|token| self.tokens.get(*token));
            let labels: Vec<&str> = labels.map(|token| token.text.trim()).collect();
            let first = named.first().copied().unwrap_or_default();
            let unread = Unread::under(Some(labels.join("、")), String::new(), first);
            if let Some(state) = self.states.get_mut(at) {
                *state = Some(RowState::Unread(unread));
            }
        }
    }

    /// The labels of rows in words that nobody knows: what stands right before values.
    fn unknown_rows(&self) -> Vec<usize> {
        let filled = |token: &Token<'_>| token.is_value() && token.is_filled();
        let is_label = |(at, token): &(usize, &Token<'_>)| {
            let behind = self.tokens.get(at + 1).filter(|behind| filled(behind) && !behind.used);
            let beside = behind.is_some_and(|behind| behind.strand() == token.strand());
            !token.used && beside && token.may_be_label(LONGEST_IN_CELL)
        };
        let labels = self.tokens.iter().enumerate().filter(is_label);
        labels.map(|(at, _)| at).take(MOST_UNKNOWN).collect()
    }

    /// Tells one cell as it was read: none of a table in another unit.
    pub(super) fn tell(&mut self, (cell, text, token): (usize, CellText, usize)) {
        let origin = self.origin(token);
        let unit = self.form.cells.get(cell).map(|cell| cell.unit.as_str()).unwrap_or_default();
        if self.units.hold_for(unit) && !text.is_empty() {
            let stood = text.as_written().to_owned();
            let why = NumberFault::OtherUnit;
            self.outcome.unread.push((cell, Unread { stood, first: token, why, label: None }, origin));
        } else {
            self.outcome.cells.push((cell, text, origin));
        }
    }
}
