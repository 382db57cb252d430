//! What diesel's language lacks for lists: places as ranges of paths, one of several conditions, pages that begin after a
//! row.

mod pages;

pub(super) use pages::{Fragment, Ordered, after, bind, by_id, in_order};

use super::prepared::Engine;
use crate::domain::agency::AgencyPath;
use crate::domain::rights::{Extent, Reach, Years};
use diesel::backend::Backend;
use diesel::dsl::{And, GtEq, Lt};
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::expression_methods::ExpressionMethods;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, Text, Timestamp};
use diesel::sqlite::Sqlite;
use diesel::{BoolExpressionMethods, QueryResult, RunQueryDsl};

diesel::define_sql_function! {
    fn lower(text: Text) -> Text;
}

diesel::define_sql_function! {
    fn length(text: Text) -> Integer;
}

diesel::define_sql_function! {
    fn substr(text: Text, from: Integer) -> Text;
}

diesel::define_sql_function! {
    #[sql_name = "coalesce"]
    fn text_or(text: Nullable<Text>, other: Text) -> Text;
}

diesel::define_sql_function! {
    #[sql_name = "coalesce"]
    fn number_or(number: Nullable<Integer>, other: Integer) -> Integer;
}

diesel::define_sql_function! {
    #[sql_name = "coalesce"]
    fn time_or(time: Nullable<Timestamp>, other: Timestamp) -> Timestamp;
}

/// Makes something a condition in whatever statement its parts may stand.
macro_rules! condition {
    ([$($part:ident),*] $condition:ty) => {
        impl<$($part: diesel::Expression),*> diesel::Expression for $condition {
            type SqlType = diesel::sql_types::Bool;
        }
        impl<$($part: diesel::AppearsOnTable<QS>,)* QS> diesel::AppearsOnTable<QS> for $condition {}
        impl<$($part,)* GB> diesel::expression::ValidGrouping<GB> for $condition {
            type IsAggregate = diesel::expression::is_aggregate::No;
        }
        impl<$($part),*> diesel::query_builder::QueryId for $condition {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }
    };
}
pub(super) use condition;

/// One of some conditions holds; of none, none does.
pub(super) struct AnyOf<E>(Vec<E>);

pub(super) fn any_of<E>(conditions: impl IntoIterator<Item = E>) -> AnyOf<E> {
    AnyOf(conditions.into_iter().collect())
}

/// `column` stands in one of some ranges.
type Below<C> = AnyOf<And<GtEq<C, String>, Lt<C, String>>>;

/// `column` stands at or below one of some places: an agency and all below it are one range of paths.
pub(super) fn below<'p, C>(column: C, places: impl IntoIterator<Item = &'p AgencyPath>) -> Below<C>
where
    C: ExpressionMethods<SqlType = Text> + Copy,
{
    let range = |path: &AgencyPath| column.ge(path.as_str().to_owned()).and(column.lt(path.range_end()));
    any_of(places.into_iter().map(range))
}

/// A column is one of some values: [`among`].
pub(super) enum Among<E, A> {
    One(E),
    Any(A),
}

/// A column is one of some values. Of one it is said by that value alone: of a list, however short, PostgreSQL expects
/// ten, may rather walk a whole year, and plans it anew each time.
macro_rules! among {
    ($column:expr, $values:expr) => {{
        let mut values: Vec<_> = $values.into_iter().collect();
        match values.pop() {
            Some(only) if values.is_empty() => $crate::storage::dsl::Among::One($column.eq(only)),
            last => {
                values.extend(last);
                $crate::storage::dsl::Among::Any($column.eq_any(values))
            }
        }
    }};
}
pub(super) use among;

impl<E: QueryFragment<DB>, A: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Among<E, A> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        match self {
            Among::One(one) => one.walk_ast(out),
            Among::Any(any) => any.walk_ast(out),
        }
    }
}

/// A pattern for what holds a text, letter by letter.
pub(super) fn containing(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

/// Where what stands below `from` is to be once that stands at `to`.
macro_rules! moved {
    ($column:expr, $from:expr, $to:expr) => {{
        use diesel::IntoSql as _;
        let behind = i32::try_from($from.as_str().len() + 1).unwrap_or(i32::MAX);
        $to.as_str()
            .into_sql::<diesel::sql_types::Text>()
            .concat($crate::storage::dsl::substr($column, behind))
    }};
}
pub(super) use moved;

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

/// A text as its bytes, which need not be read as one.
#[derive(Clone, Copy)]
pub(super) struct Bytes<C>(C);

pub(super) fn bytes<C>(column: C) -> Bytes<C> {
    Bytes(column)
}

/// How many rows a statement finds.
pub(super) struct Counted<Q>(Q);

/// How many rows `statement` finds, which says itself how many at the most.
pub(super) fn counted<Q>(statement: Q) -> Counted<Q> {
    Counted(statement)
}

impl<Q> Query for Counted<Q> {
    type SqlType = BigInt;
}

impl<Q> QueryId for Counted<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q, C> RunQueryDsl<C> for Counted<Q> {}

impl<Q: QueryFragment<DB>, DB: Engine> QueryFragment<DB> for Counted<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT count(*) FROM (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(") counted");
        Ok(())
    }
}

impl<E: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for AnyOf<E> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        // One alone, without any "or", is a range that SQLite goes through by its index.
        out.push_sql(if self.0.is_empty() { "(1 = 0" } else { "(" });
        for (at, condition) in self.0.iter().enumerate() {
            out.push_sql(if at == 0 { "" } else { " OR " });
            condition.walk_ast(out.reborrow())?;
        }
        out.push_sql(")");
        Ok(())
    }
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

/// What stands at a path is in the place of one of some extents, whichever years they are of.
pub(super) fn standing_in<P: Copy>(path: P, extents: &[Extent]) -> Covered<P, P> {
    let place = |extent: &Extent| Covering { years: None, ..Covering::of(extent) };
    Covered { path, year: path, extents: extents.iter().map(place).collect() }
}

/// What stands at a path and is of a year is covered by one of some extents.
pub(super) fn covered<P, Y>(path: P, year: Y, extents: &[Extent]) -> Covered<P, Y> {
    Covered { path, year, extents: extents.iter().map(Covering::of).collect() }
}

condition!([E] AnyOf<E>);
condition!([E, A] Among<E, A>);
condition!([P, Y] Covered<P, Y>);

/// Makes something a column said in another way.
macro_rules! column {
    ($column:ident of $type:ty) => {
        impl<C: Expression> Expression for $column<C> {
            type SqlType = $type;
        }
        impl<C: AppearsOnTable<QS>, QS> AppearsOnTable<QS> for $column<C> {}
        impl<C: SelectableExpression<QS>, QS> SelectableExpression<QS> for $column<C> {}
        impl<C, GB> ValidGrouping<GB> for $column<C> {
            type IsAggregate = is_aggregate::No;
        }
    };
}

column!(Unindexed of C::SqlType);
column!(Bytes of Binary);

impl<C> QueryId for Unindexed<C> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C: QueryId> QueryId for Bytes<C> {
    type QueryId = Bytes<C::QueryId>;
    const HAS_STATIC_QUERY_ID: bool = C::HAS_STATIC_QUERY_ID;
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

impl<C: QueryFragment<Pg>> QueryFragment<Pg> for Bytes<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("convert_to(");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(", 'UTF8')");
        Ok(())
    }
}
impl<C: QueryFragment<Sqlite>> QueryFragment<Sqlite> for Bytes<C> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

macro_rules! on_engine {
    ($($engine:ty),+) => {$(
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

    )+};
}

on_engine!(Pg, Sqlite);
