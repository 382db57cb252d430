//! What diesel's language lacks for lists: places as ranges of paths, and pages that begin after a row.

use crate::domain::agency::AgencyPath;
use crate::domain::page::{Page, PageValue};
use crate::domain::report::ReportOrder;
use crate::domain::rights::{Extent, Reach, Years};
use crate::storage::schema::{reports, revisions};
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
type Fragment<DB> = Box<dyn QueryFragment<DB> + Send>;

/// The columns of an order, never null; the last of them is the id.
pub(super) trait Ordered<DB: Backend>: Copy {
    fn column(self) -> Fragment<DB>;
    /// The id; `aside`: by its index SQLite shall not go.
    fn id(aside: bool) -> Fragment<DB>;
}

/// Sorts before every time there is.
fn never() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or(NaiveDate::MIN).and_time(chrono::NaiveTime::MIN)
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

/// The keys of a page with where the page before ended.
struct Keys<DB: Backend> {
    keys: Vec<(Fragment<DB>, bool, Option<PageValue>)>,
    id: Fragment<DB>,
    after_id: Option<String>,
}

impl<DB: Backend> Keys<DB> {
    fn of<O: Ordered<DB>>(page: &Page<O>, aside: bool) -> Keys<DB> {
        let keys = page.keys.iter().map(|key| (key.order.column(), key.descending, key.after.clone()));
        Keys { keys: keys.collect(), id: O::id(aside), after_id: page.after_id.clone() }
    }
}

/// Only rows after the last one of the page before; see [`after`].
pub(super) struct After<DB: Backend>(Keys<DB>);

/// The rows' order; see [`in_order`].
pub(super) struct InOrder<DB: Backend>(Keys<DB>);

/// Only rows after the last one of the page before; `aside`: SQLite shall not go by the index of ids. The connection
/// tells for which engine.
pub(super) fn after<C: Connection, O: Ordered<C::Backend>>(
    _: &C,
    page: &Page<O>,
    aside: bool,
) -> After<C::Backend> {
    After(Keys::of(page, aside))
}

pub(super) fn in_order<C: Connection, O: Ordered<C::Backend>>(
    _: &C,
    page: &Page<O>,
    aside: bool,
) -> InOrder<C::Backend> {
    InOrder(Keys::of(page, aside))
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

        impl QueryFragment<$engine> for After<$engine> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, $engine>) -> QueryResult<()> {
                out.unsafe_to_cache_prepared();
                let Some(id) = &self.0.after_id else {
                    out.push_sql("1 = 1");
                    return Ok(());
                };
                let mut closing = 1;
                out.push_sql("(");
                for (column, descending, after) in &self.0.keys {
                    let Some(after) = after else { continue };
                    column.walk_ast(out.reborrow())?;
                    out.push_sql(if *descending { " < " } else { " > " });
                    bind::<$engine>(out.reborrow(), after)?;
                    out.push_sql(" OR (");
                    column.walk_ast(out.reborrow())?;
                    out.push_sql(" = ");
                    bind::<$engine>(out.reborrow(), after)?;
                    out.push_sql(" AND (");
                    closing += 2;
                }
                self.0.id.walk_ast(out.reborrow())?;
                out.push_sql(" > ");
                out.push_bind_param::<Text, String>(id)?;
                (0..closing).for_each(|_| out.push_sql(")"));
                Ok(())
            }
        }

        impl QueryFragment<$engine> for InOrder<$engine> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, $engine>) -> QueryResult<()> {
                out.unsafe_to_cache_prepared();
                for (column, descending, _) in &self.0.keys {
                    column.walk_ast(out.reborrow())?;
                    out.push_sql(if *descending { " DESC, " } else { ", " });
                }
                self.0.id.walk_ast(out.reborrow())
            }
        }

        impl Ordered<$engine> for ReportOrder {
            fn column(self) -> Fragment<$engine> {
                match self {
                    ReportOrder::Year => Box::new(reports::year),
                    ReportOrder::Status => Box::new(revisions::state),
                    ReportOrder::AgencyName => Box::new(revisions::agency_name),
                    ReportOrder::PublishedAt => Box::new(time_or(revisions::published_at, never())),
                    ReportOrder::CreatedAt => Box::new(reports::created_at),
                    ReportOrder::UpdatedAt => Box::new(revisions::updated_at),
                }
            }

            fn id(aside: bool) -> Fragment<$engine> {
                Box::new(unindexed(reports::id, aside))
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
