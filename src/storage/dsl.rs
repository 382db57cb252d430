//! What diesel's language lacks for lists: places as ranges of paths, and pages that begin after a row.

use crate::domain::agency::AgencyPath;
use crate::domain::page::{Page, PageValue};
use crate::domain::rights::{Extent, Reach, Years};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::backend::Backend;
use diesel::expression::expression_types::NotSelectable;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, Text, Timestamp};
use diesel::sqlite::Sqlite;
use diesel::{Connection, QueryResult};

diesel::define_sql_function! {
    fn lower(text: Text) -> Text;
}

diesel::define_sql_function! {
    #[sql_name = "coalesce"]
    fn text_or(text: Nullable<Text>, other: Text) -> Text;
}

diesel::define_sql_function! {
    #[sql_name = "coalesce"]
    fn time_or(time: Nullable<Timestamp>, other: Timestamp) -> Timestamp;
}

/// Part of a statement on one engine.
pub(super) type Fragment<DB> = Box<dyn QueryFragment<DB> + Send>;

/// The columns that rows stand in order by, never null.
pub(super) trait Ordered<DB: Backend>: Copy {
    /// `aside`: by its index SQLite shall not go.
    fn column(self, aside: bool) -> Fragment<DB>;
}

/// `column` stands at or below one of some places; below none of none.
pub(super) struct Below<C> {
    column: C,
    ranges: Vec<(String, String)>,
}

/// An agency and all below it are one range of paths.
pub(super) fn below<'p, C>(column: C, places: impl IntoIterator<Item = &'p AgencyPath>) -> Below<C> {
    let range = |path: &AgencyPath| (path.as_str().to_owned(), path.range_end());
    Below { column, ranges: places.into_iter().map(range).collect() }
}

/// A column by whose index SQLite shall not go, if so said; its planner leaves alone what stands behind a plus.
#[derive(Clone, Copy)]
pub(super) struct Unindexed<C> {
    column: C,
    so: bool,
}

/// `column`, by whose index SQLite shall not go if `so`.
pub(super) fn unindexed<C>(column: C, so: bool) -> Unindexed<C> {
    Unindexed { column, so }
}

/// What stands at `path` and is of a `year` is covered by one of some extents; see [`covered`].
pub(super) struct Covered<P, Y> {
    path: P,
    year: Y,
    extents: Vec<Covering>,
}

/// One extent as the statement asks for it.
struct Covering {
    /// From here, and before there; alone, that place and no other.
    place: Option<(String, Option<String>)>,
    years: Option<Years>,
}

impl Covering {
    fn of(extent: &Extent) -> Covering {
        let end = |at: &AgencyPath| (extent.reach == Reach::Subtree).then(|| at.range_end());
        let place = extent.at.as_ref().map(|at| (at.as_str().to_owned(), end(at)));
        Covering { place, years: extent.years }
    }
}

/// What stands at a path and is of a year is covered by one of some extents.
pub(super) fn covered<P, Y>(path: P, year: Y, extents: &[Extent]) -> Covered<P, Y> {
    Covered { path, year, extents: extents.iter().map(Covering::of).collect() }
}

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
pub(super) struct After<DB: Backend>(Vec<Begun<DB>>);

/// The rows' order; see [`in_order`].
pub(super) struct InOrder<DB: Backend>(Vec<(Fragment<DB>, bool)>);

/// Only rows after the last one of the page before; `aside`: SQLite shall not go by the indexes of the order. The
/// connection tells for which engine.
pub(super) fn after<C: Connection, O: Ordered<C::Backend>>(
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

pub(super) fn in_order<C: Connection, O: Ordered<C::Backend>>(
    _: &C,
    page: &Page<O>,
    id: O,
    aside: bool,
) -> InOrder<C::Backend> {
    InOrder(columns(page, id, aside))
}

impl<C> Expression for Below<C> {
    type SqlType = Bool;
}
impl<C: AppearsOnTable<QS>, QS> AppearsOnTable<QS> for Below<C> {}
impl<C: SelectableExpression<QS>, QS> SelectableExpression<QS> for Below<C> {}
impl<C, GB> ValidGrouping<GB> for Below<C> {
    type IsAggregate = is_aggregate::No;
}
impl<C> QueryId for Below<C> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C: Expression> Expression for Unindexed<C> {
    type SqlType = C::SqlType;
}
impl<C: AppearsOnTable<QS>, QS> AppearsOnTable<QS> for Unindexed<C> {}
impl<C: SelectableExpression<QS>, QS> SelectableExpression<QS> for Unindexed<C> {}
impl<C, GB> ValidGrouping<GB> for Unindexed<C> {
    type IsAggregate = is_aggregate::No;
}
impl<C> QueryId for Unindexed<C> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<C: QueryFragment<Pg>> QueryFragment<Pg> for Unindexed<C> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.column.walk_ast(out)
    }
}
impl<C: QueryFragment<Sqlite>> QueryFragment<Sqlite> for Unindexed<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        if self.so {
            out.push_sql("+");
        }
        self.column.walk_ast(out)
    }
}

impl<P, Y> Expression for Covered<P, Y> {
    type SqlType = Bool;
}
impl<P: AppearsOnTable<QS>, Y: AppearsOnTable<QS>, QS> AppearsOnTable<QS> for Covered<P, Y> {}
impl<P: SelectableExpression<QS>, Y: SelectableExpression<QS>, QS> SelectableExpression<QS>
    for Covered<P, Y>
{
}
impl<P, Y, GB> ValidGrouping<GB> for Covered<P, Y> {
    type IsAggregate = is_aggregate::No;
}
impl<P, Y> QueryId for Covered<P, Y> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
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
        impl<C: QueryFragment<$engine>> QueryFragment<$engine> for Below<C> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, $engine>) -> QueryResult<()> {
                out.unsafe_to_cache_prepared();
                // One range alone, without any "or", is one that SQLite goes through by its index.
                out.push_sql(if self.ranges.is_empty() { "(1 = 0" } else { "(" });
                for (at, (from, end)) in self.ranges.iter().enumerate() {
                    out.push_sql(if at == 0 { "(" } else { " OR (" });
                    self.column.walk_ast(out.reborrow())?;
                    out.push_sql(" >= ");
                    out.push_bind_param::<Text, String>(from)?;
                    out.push_sql(" AND ");
                    self.column.walk_ast(out.reborrow())?;
                    out.push_sql(" < ");
                    out.push_bind_param::<Text, String>(end)?;
                    out.push_sql(")");
                }
                out.push_sql(")");
                Ok(())
            }
        }

        impl<P: QueryFragment<$engine>, Y: QueryFragment<$engine>> QueryFragment<$engine> for Covered<P, Y> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, $engine>) -> QueryResult<()> {
                out.unsafe_to_cache_prepared();
                out.push_sql("(1 = 0");
                for Covering { place, years } in &self.extents {
                    out.push_sql(" OR (1 = 1");
                    if let Some((from, end)) = place {
                        out.push_sql(" AND ");
                        self.path.walk_ast(out.reborrow())?;
                        out.push_sql(if end.is_some() { " >= " } else { " = " });
                        out.push_bind_param::<Text, String>(from)?;
                        if let Some(end) = end {
                            out.push_sql(" AND ");
                            self.path.walk_ast(out.reborrow())?;
                            out.push_sql(" < ");
                            out.push_bind_param::<Text, String>(end)?;
                        }
                    }
                    if let Some(years) = years {
                        out.push_sql(" AND ");
                        self.year.walk_ast(out.reborrow())?;
                        out.push_sql(" BETWEEN ");
                        out.push_bind_param::<Integer, i32>(&years.from)?;
                        out.push_sql(" AND ");
                        out.push_bind_param::<Integer, i32>(&years.to)?;
                    }
                    out.push_sql(")");
                }
                out.push_sql(")");
                Ok(())
            }
        }

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

fn bind<'b, DB>(mut out: AstPass<'_, 'b, DB>, value: &'b PageValue) -> QueryResult<()>
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
