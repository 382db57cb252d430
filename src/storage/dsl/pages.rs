//! Pages: an order of documented fields, and the rows that come after the last one of the page before.

use crate::domain::page::{Page, PageValue};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::backend::Backend;
use diesel::expression::expression_types::NotSelectable;
use diesel::expression::{AppearsOnTable, Expression, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{BigInt, Bool, Date, Integer, Text, Timestamp};
use diesel::sqlite::Sqlite;
use diesel::{Connection, QueryResult};

/// Part of a statement on one engine.
pub(in crate::storage) type Fragment<DB> = Box<dyn QueryFragment<DB> + Send>;

/// The columns that rows stand in order by, never null.
pub(in crate::storage) trait Ordered<DB: Backend>: Copy {
    /// `aside`: by its index SQLite shall not go.
    fn column(self, aside: bool) -> Fragment<DB>;
}

/// A page in the one order that its list has: by id.
macro_rules! by_id {
    ($query:expr, $id:expr, $page:expr) => {{
        let page: &$crate::domain::page::Page = $page;
        let mut query = $query;
        if let Some(last) = &page.after_id {
            query = query.filter($id.gt(last));
        }
        query.order($id).limit(page.limit)
    }};
}
pub(in crate::storage) use by_id;

/// The columns of an order, each with whether it descends. What breaks ties goes the way of the last key, so that an
/// index can be gone through either way.
fn columns<DB: Backend, O: Ordered<DB>>(page: &Page<O>, id: O, aside: bool) -> Vec<(Fragment<DB>, bool)> {
    let down = page.keys.last().is_some_and(|key| key.descending);
    let keys = page.keys.iter().map(|key| (key.order, key.descending));
    keys.chain([(id, down)]).map(|(order, down)| (order.column(aside), down)).collect()
}

/// A column, whether it descends, and its value in the last row of the page before.
type Begun<DB> = (Fragment<DB>, bool, PageValue);

/// Only rows after the last one of the page before; see [`after`].
pub(in crate::storage) struct After<DB: Backend>(Vec<Begun<DB>>);

/// The rows' order; see [`in_order`].
pub(in crate::storage) struct InOrder<DB: Backend>(Vec<(Fragment<DB>, bool)>);

/// Only rows after the last one of the page before; `aside`: SQLite shall not go by the indexes of the order. The
/// connection tells for which engine.
pub(in crate::storage) fn after<C: Connection, O: Ordered<C::Backend>>(
    _: &C,
    page: &Page<O>,
    id: O,
    aside: bool,
) -> After<C::Backend> {
    let last = page.after_id.iter().flat_map(|id| {
        let keys = page.keys.iter().filter_map(|key| key.after.clone());
        keys.chain([PageValue::Text(id.clone())])
    });
    let begun = columns(page, id, aside).into_iter().zip(last);
    After(begun.map(|((column, down), value)| (column, down, value)).collect())
}

pub(in crate::storage) fn in_order<C: Connection, O: Ordered<C::Backend>>(
    _: &C,
    page: &Page<O>,
    id: O,
    aside: bool,
) -> InOrder<C::Backend> {
    InOrder(columns(page, id, aside))
}

impl<DB: Backend> Expression for After<DB> {
    type SqlType = Bool;
}
impl<DB: Backend, QS> AppearsOnTable<QS> for After<DB> {}
impl<DB: Backend, GB> ValidGrouping<GB> for After<DB> {
    type IsAggregate = is_aggregate::No;
}

impl<DB: Backend> Expression for InOrder<DB> {
    type SqlType = NotSelectable;
}
impl<DB: Backend, QS> AppearsOnTable<QS> for InOrder<DB> {}

macro_rules! on_engine {
    ($($engine:ty),+) => {$(
        impl After<$engine> {
            /// `(a, b) > (…)`: columns that go one way are one value, and what lies beyond it is a range of an index.
            fn compare<'b>(
                mut out: AstPass<'_, 'b, $engine>,
                begun: &'b [Begun<$engine>],
                or_equal: &str,
            ) -> QueryResult<()> {
                out.push_sql("(");
                for (at, (column, ..)) in begun.iter().enumerate() {
                    out.push_sql(if at == 0 { "" } else { ", " });
                    column.walk_ast(out.reborrow())?;
                }
                out.push_sql(if begun.iter().any(|(_, down, _)| *down) { ") <" } else { ") >" });
                out.push_sql(or_equal);
                for (at, (.., value)) in begun.iter().enumerate() {
                    out.push_sql(if at == 0 { " (" } else { ", " });
                    bind::<$engine>(out.reborrow(), value)?;
                }
                out.push_sql(")");
                Ok(())
            }
        }

        impl QueryFragment<$engine> for After<$engine> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, $engine>) -> QueryResult<()> {
                out.unsafe_to_cache_prepared();
                let mut turns = self.0.chunk_by(|one, next| one.1 == next.1).peekable();
                out.push_sql(if self.0.is_empty() { "(1 = 1" } else { "(" });
                let mut closing = 1;
                while let Some(turn) = turns.next() {
                    if turns.peek().is_some() {
                        After::<$engine>::compare(out.reborrow(), turn, "=")?;
                        out.push_sql(" AND (");
                        After::<$engine>::compare(out.reborrow(), turn, "")?;
                        out.push_sql(" OR (");
                        closing += 2;
                    } else {
                        After::<$engine>::compare(out.reborrow(), turn, "")?;
                    }
                }
                (0..closing).for_each(|_| out.push_sql(")"));
                Ok(())
            }
        }

        impl QueryFragment<$engine> for InOrder<$engine> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, $engine>) -> QueryResult<()> {
                out.unsafe_to_cache_prepared();
                for (at, (column, down)) in self.0.iter().enumerate() {
                    out.push_sql(if at == 0 { "" } else { ", " });
                    column.walk_ast(out.reborrow())?;
                    out.push_sql(if *down { " DESC" } else { "" });
                }
                Ok(())
            }
        }
    )+};
}

on_engine!(Pg, Sqlite);

/// A value of whichever type.
pub(in crate::storage) fn bind<'b, DB>(mut out: AstPass<'_, 'b, DB>, value: &'b PageValue) -> QueryResult<()>
where
    DB: Backend
        + diesel::sql_types::HasSqlType<Text>
        + diesel::sql_types::HasSqlType<Integer>
        + diesel::sql_types::HasSqlType<BigInt>
        + diesel::sql_types::HasSqlType<Date>
        + diesel::sql_types::HasSqlType<Timestamp>,
    String: diesel::serialize::ToSql<Text, DB>,
    i32: diesel::serialize::ToSql<Integer, DB>,
    i64: diesel::serialize::ToSql<BigInt, DB>,
    NaiveDate: diesel::serialize::ToSql<Date, DB>,
    NaiveDateTime: diesel::serialize::ToSql<Timestamp, DB>,
{
    match value {
        PageValue::Text(value) => out.push_bind_param::<Text, String>(value),
        PageValue::Integer(value) => out.push_bind_param::<Integer, i32>(value),
        PageValue::BigInt(value) => out.push_bind_param::<BigInt, i64>(value),
        PageValue::Date(value) => out.push_bind_param::<Date, NaiveDate>(value),
        PageValue::Time(value) => out.push_bind_param::<Timestamp, NaiveDateTime>(value),
    }
}
