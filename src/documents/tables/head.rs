//! The labels above the rows that are being read, and the order of columns they prove.

use super::LONGEST_IN_CELL;
use super::token::{Span, Token};
use crate::documents::label::{Naming, group_key};
use crate::documents::order::{Item, Mark, order, stand_ins};
use crate::domain::form::Row;
use std::collections::HashMap;

/// Most labels of a head; the widest of any form has sixteen.
const MOST_MARKS: usize = 64;
/// Most words nobody knows that are named.
const MOST_NAMED: usize = 3;

/// The labels above the rows that are being read.
#[derive(Default)]
pub(super) struct Head {
    pub marks: Vec<Mark>,
    /// Where in a table each column's label stands, by the column's key; doubled ones prove nothing.
    places: HashMap<String, Option<Span>>,
    /// Where words stand that nobody knows.
    strangers: Vec<Span>,
    /// Something stood among the labels that nobody knows: their order proves nothing then.
    strange: bool,
    /// A row has been read under these labels; the next label begins a new head.
    closed: bool,
    /// A caption of a table was met since: what follows may be a head.
    begun: bool,
}

impl Head {
    /// Takes in a text that names something above the rows.
    pub fn see(&mut self, naming: &Naming, span: Option<Span>) {
        let mark = if naming.foreign {
            Mark::Foreign
        } else if let Some(column) = &naming.column {
            if self.closed && !self.begun && naming.row.is_some() {
                // 总计 and 其他 below rows already read are rather a row that lost its values.
                return;
            }
            Mark::Item(column.clone())
        } else if let Some(group) = &naming.column_group {
            Mark::Group(group.clone())
        } else {
            self.begun |= naming.caption;
            return;
        };
        self.open();
        if let Mark::Item(key) = &mark {
            // A label written out in each row it reaches over stands once.
            let again = |known: &Span| span.is_some_and(|span| known.is_over(&span));
            let place = self.places.entry(key.clone());
            place.and_modify(|known| *known = known.filter(again)).or_insert(span);
        }
        self.push(mark);
    }

    fn push(&mut self, mark: Mark) {
        if self.marks.len() < MOST_MARKS {
            self.marks.push(mark);
        } else {
            self.strange = true;
        }
    }

    /// Takes in a text among the labels that names nothing.
    pub fn meet(&mut self, stranger: &Token<'_>) {
        self.open();
        self.strange = true;
        self.push(Mark::Stranger(stranger.text.chars().take(LONGEST_IN_CELL).collect()));
        if self.strangers.len() < MOST_MARKS {
            self.strangers.extend(stranger.span());
        }
    }

    fn open(&mut self) {
        if self.closed {
            *self = Head::default();
        }
        self.begun = true;
    }

    pub fn close(&mut self) {
        self.closed = true;
        self.begun = false;
    }

    /// Whether labels are being gathered, so that a text alone may be one of them.
    pub fn is_open(&self) -> bool {
        self.begun
    }

    /// The words among the labels that nobody knows.
    pub fn unknown(&self) -> Option<String> {
        let names = self.marks.iter().filter_map(|mark| match mark {
            Mark::Stranger(name) => Some(name.as_str()),
            _ => None,
        });
        let names: Vec<&str> = names.take(MOST_NAMED).collect();
        (!names.is_empty()).then(|| names.join("、"))
    }

    /// The columns of a row that words stand for that nobody knows: where all labels stand in the form's own order.
    pub fn unknown_columns(&self, row: &Row) -> Vec<usize> {
        stand_ins(&column_items(row), &self.marks).unwrap_or_default()
    }

    /// The order of a row's values, as far as the labels above it prove one.
    pub fn order_of(&self, row: &Row) -> Option<Vec<usize>> {
        if self.marks.contains(&Mark::Foreign) {
            return None;
        }
        if self.strange {
            let is_official = !self.unknown_columns(row).is_empty();
            return is_official.then(|| (0..row.columns.len()).collect());
        }
        // A value alone behind its row's label needs no order.
        if row.columns.len() == 1 { Some(vec![0]) } else { order(&column_items(row), &self.marks) }
    }

    /// Where the labels of a row's columns stand, in the form's order; `None` unless each stands once and in
    /// columns of its own, right of `label`, without words that nobody knows above or below it.
    ///
    /// A column may be missing from the table, but only where no words are left that may stand for it.
    pub fn spans_of(&self, row: &Row, label: &Span) -> Option<Vec<Option<Span>>> {
        if self.marks.contains(&Mark::Foreign) {
            return None;
        }
        let mut spans: Vec<Option<Span>> = Vec::with_capacity(row.columns.len());
        for column in &row.columns {
            let Some(place) = self.places.get(&column.key) else {
                spans.push(None);
                continue;
            };
            let span = (*place)?;
            let fits = span.is_beside(label) && span.from > label.from;
            let is_free = || !spans.iter().flatten().chain(&self.strangers).any(|known| known.meets(&span));
            spans.push(Some(Some(span).filter(|_| fits && is_free())?));
        }
        let whole = spans.iter().all(Option::is_some);
        let unknown = self.unknown_columns(row);
        let is_official = unknown.iter().all(|at| spans.get(*at).is_some_and(Option::is_none));
        let known = !self.strange || (is_official && !unknown.is_empty());
        let enough = spans.iter().flatten().count() > 1 && known;
        (whole || enough).then_some(spans)
    }

    /// Whether words that nobody knows stand above a place: what stands there is another column's.
    pub fn is_strangers(&self, span: &Span) -> bool {
        self.strangers.iter().any(|stranger| stranger.meets(span))
    }

    /// Whether a row's values stand where their labels do, as far as both can be compared.
    pub fn agrees(&self, row: &Row, values: &[Option<Span>], order: &[usize]) -> bool {
        let keys: Vec<&String> = row.columns.iter().map(|column| &column.key).collect();
        let label = |place: &usize| keys.get(*place).and_then(|key| *self.places.get(*key)?);
        let labels: Vec<Span> = order.iter().filter_map(label).collect();
        // Labels that stand over each other were pushed together, and their places tell nothing.
        let pushed =
            labels.iter().enumerate().any(|(at, one)| labels.iter().skip(at + 1).any(|two| one.meets(two)));
        pushed
            || order.iter().zip(values).all(|(place, value)| match label(place).zip(*value) {
                Some((label, value)) => !label.is_beside(&value) || label.meets(&value),
                None => true,
            })
    }
}

pub(super) fn column_items(row: &Row) -> Vec<Item<'_>> {
    row.columns
        .iter()
        .map(|column| Item { key: &column.key, group: column.group.as_deref().map(group_key) })
        .collect()
}
