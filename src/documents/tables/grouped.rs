//! A table all of whose values stand in one row under a grouped head, as Table IV often does.

use super::head::column_items;
use super::{GATHERED_MOST, Reader, RowState};
use crate::documents::label::group_key;
use crate::documents::order::{Item, Mark, Order, order};
use crate::domain::form::Row;

/// Most cells of a table that may stand in one row under a grouped head (Table IV has 15).
const GROUPED_MOST: usize = 24;
impl Reader<'_, '_> {
    /// The width of the rows of a table that may stand under a grouped head in one row of values.
    pub(super) fn grouped_width(&self) -> Option<usize> {
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
            .filter(|(_, token)| token.is_value() && !token.value.is_empty())
            .map(|(place, _)| place)
            .take(GATHERED_MOST)
            .collect();
        if values.len() > 1 {
            let state = self.unread(&values);
            self.use_up(&values);
            self.states = vec![Some(state); self.rows.len()];
        }
    }

    /// Reads a table all of whose values stand in one run under a grouped head; tells whether it was one.
    pub(super) fn read_grouped(&mut self) -> bool {
        let rows = self.rows;
        let (Some(first), Some(width)) = (rows.first(), self.grouped_width()) else { return false };
        let Some(run) = self.only_run(width * rows.len()) else { return false };
        let Some((row_marks, column_marks)) = self.grouped_marks(&run) else { return false };
        let row_items: Vec<Item<'_>> = rows
            .iter()
            .map(|row| Item { key: &row.key, group: row.group.as_deref().map(group_key) })
            .collect();
        let row_order = order(&row_items, &row_marks);
        let column_order = grouped_columns(&column_items(first), &column_marks, rows.len());
        for (number, values) in run.chunks(width).enumerate() {
            let at = row_order.as_ref().map_or(Some(&number), |order| order.places.get(number)).copied();
            let Some((at, row)) = at.and_then(|at| Some((at, rows.get(at)?))) else { continue };
            let state = match (&row_order, &column_order) {
                (Some(_), Some(columns)) => RowState::Read(self.assign(row, values, columns)),
                _ => self.unread(&run),
            };
            self.keep(at, state);
        }
        self.use_up(&run);
        for token in self.tokens.iter_mut().filter(|token| token.naming.is_some()) {
            token.used = true;
        }
        true
    }

    /// The only run of exactly so many values, all in one row or each by itself.
    fn only_run(&self, length: usize) -> Option<Vec<usize>> {
        let mut runs: Vec<Vec<usize>> = Vec::new();
        let mut strand = None;
        for (place, token) in self.tokens.iter().enumerate() {
            let here = token.is_value().then(|| token.strand());
            if here.is_some() {
                if here == strand
                    && let Some(run) = runs.last_mut()
                {
                    run.push(place);
                } else {
                    runs.push(vec![place]);
                }
            }
            strand = here;
        }
        let mut fitting = runs.into_iter().filter(|run| run.len() == length && !self.filled(run).is_empty());
        let run = fitting.next()?;
        fitting.next().is_none().then_some(run)
    }

    /// The labels of rows and columns above a run; `None` if there are none or foreign ones.
    fn grouped_marks(&self, run: &[usize]) -> Option<(Vec<Mark>, Vec<Mark>)> {
        let (mut rows, mut columns) = (Vec::new(), Vec::new());
        let before = self.tokens.iter().take(*run.first()?);
        for naming in before.filter_map(|token| token.naming.as_ref()) {
            if naming.foreign {
                return None;
            }
            if let Some(row) = naming.row.and_then(|row| self.rows.get(row)) {
                rows.push(Mark::Item(row.key.clone()));
            } else if let Some(group) = &naming.row_group {
                rows.push(Mark::Group(group.clone()));
            } else if let Some(column) = &naming.column {
                columns.push(Mark::Item(column.clone()));
            }
        }
        (!rows.is_empty() || !columns.is_empty()).then_some((rows, columns))
    }
}

/// The order of the columns that stand once under each row's heading.
fn grouped_columns(items: &[Item<'_>], marks: &[Mark], rows: usize) -> Option<Order> {
    let width = items.len();
    if marks.len() <= width {
        return order(items, marks);
    }
    if marks.len() == width * rows {
        let mut orders = marks.chunks(width).map(|chunk| order(items, chunk));
        let first = orders.next()??;
        return orders.all(|other| other.as_ref() == Some(&first)).then_some(first);
    }
    // Some label was not recognised: the others must follow the form's order all the way.
    let forms_own = items.iter().map(|item| Mark::Item(item.key.to_owned())).cycle().take(width * rows);
    let mut rest = marks.iter().peekable();
    for mark in forms_own {
        if rest.peek().is_some_and(|next| **next == mark) {
            rest.next();
        }
    }
    rest.peek().is_none().then(|| Order { places: (0..width).collect(), complete: false })
}
