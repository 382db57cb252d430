//! Pages of lists: by which order, where the last one ended, and how many rows.

use chrono::{NaiveDate, NaiveDateTime};

/// Rows are counted up to here: to count all would cost what there is, not what was asked for.
pub const COUNTED: i64 = 1_000;

/// What a row has where the list is ordered.
#[derive(Debug, Clone, PartialEq)]
pub enum PageValue {
    Text(String),
    Integer(i32),
    BigInt(i64),
    Date(NaiveDate),
    Time(NaiveDateTime),
}

/// The order of lists that have but one: by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ById {}

/// One field of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct SortKey<O = ById> {
    /// Which field.
    pub order: O,
    /// The greatest first.
    pub descending: bool,
    /// The field's value in the last row of the page before.
    pub after: Option<PageValue>,
}

/// Which page: the order, the last row's id and the number of rows.
#[derive(Debug, Clone)]
pub struct Page<O = ById> {
    /// The order's fields, the first weighs most; the id breaks ties.
    pub keys: Vec<SortKey<O>>,
    /// The id of the last row of the page before; `None`: the first page.
    pub after_id: Option<String>,
    /// How many rows at most.
    pub limit: i64,
}

impl<O: Copy> Page<O> {
    /// The same page by the columns of its fields.
    pub fn by<C>(&self, column: impl Fn(O) -> C) -> Page<C> {
        let key = |key: &SortKey<O>| SortKey {
            order: column(key.order),
            descending: key.descending,
            after: key.after.clone(),
        };
        Page { keys: self.keys.iter().map(key).collect(), after_id: self.after_id.clone(), limit: self.limit }
    }
}
