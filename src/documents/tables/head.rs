//! The labels above the rows that are being read, and the order of columns they prove.

use crate::documents::grid::Place;
use crate::documents::label::{Naming, group_key};
use crate::documents::order::{Item, Mark, Order, order};
use crate::domain::form::Row;
use std::collections::HashMap;

/// The labels above the rows that are being read.
#[derive(Default)]
pub(super) struct Head {
    pub marks: Vec<Mark>,
    /// Where in a table each column's label stands, by the column's key; doubled ones prove nothing.
    pub places: HashMap<String, Option<Place>>,
    /// A row has been read under these labels; the next label begins a new head.
    pub closed: bool,
    /// A head in another order than the form's was met: an incomplete one below it proves nothing.
    unusual: bool,
    /// Something stood among the labels that nobody knows: an incomplete head proves nothing then.
    pub unknown: bool,
}

impl Head {
    pub fn see(&mut self, naming: &Naming, place: Option<Place>) {
        let mark = if naming.foreign {
            Mark::Foreign
        } else if let Some(column) = &naming.column {
            if self.closed && naming.row.is_some() {
                // 总计 and 其他 below rows already read are rather a row that lost its values.
                return;
            }
            Mark::Item(column.clone())
        } else if let Some(group) = &naming.column_group {
            Mark::Group(group.clone())
        } else {
            return;
        };
        if self.closed {
            self.marks.clear();
            self.places.clear();
            self.closed = false;
            self.unknown = false;
        }
        if let Mark::Item(key) = &mark {
            self.places.entry(key.clone()).and_modify(|known| *known = None).or_insert(place);
        }
        self.marks.push(mark);
    }

    /// The order of a row's columns, as far as the labels above it prove one.
    pub fn order_of(&mut self, row: &Row) -> Option<Order> {
        self.closed = true;
        let found = order(&column_items(row), &self.marks)?;
        if found.complete && !found.is_forms_own() {
            self.unusual = true;
        }
        (found.complete || !(self.unusual || self.unknown)).then_some(found)
    }
}

pub(super) fn column_items(row: &Row) -> Vec<Item<'_>> {
    row.columns
        .iter()
        .map(|column| Item { key: &column.key, group: column.group.as_deref().map(group_key) })
        .collect()
}
