//! Statements that stay prepared, known by their text.
//!
//! diesel keeps prepared what it can tell apart by its type, and prepares anew what it cannot: plain SQL, lists of
//! values, rows with empty columns. Preparing costs more than most of these statements; their texts are few. What it can
//! tell apart is left to it: no text need be written to find it.

use diesel::backend::Backend;
use diesel::internal::derives::multiconnection::AstPassHelper;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryBuilder, QueryFragment, QueryId};
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, RunQueryDsl};
use std::cell::OnceCell;

/// Most values with which a statement is kept on SQLite: longer lists come in too many lengths to keep them all.
/// PostgreSQL takes a list as one value.
const MOST_VALUES: usize = 24;

/// A statement whose text alone is the key of what is kept prepared.
pub(super) struct Prepared<Q> {
    statement: Q,
    kept: bool,
    /// Asked for more than once each time it is run.
    text: OnceCell<String>,
}

/// Marks a statement as one to be kept.
pub(super) trait Prepare: Sized {
    fn prepared(self) -> Prepared<Self> {
        Prepared { statement: self, kept: true, text: OnceCell::new() }
    }

    /// The same for one whose text depends on how many values it has.
    fn prepared_for(self, values: usize) -> Prepared<Self> {
        Prepared { statement: self, kept: values <= MOST_VALUES, text: OnceCell::new() }
    }
}

impl<Q> Prepare for Q {}

/// The two engines, each as the value that statements are rendered with.
pub(super) trait Engine: Backend + 'static {
    const VALUE: &'static Self;
    /// Whether the text of a statement is the same for lists of any length.
    const TAKES_LISTS: bool;
}

impl Engine for Pg {
    const VALUE: &'static Pg = &Pg;
    const TAKES_LISTS: bool = true;
}

impl Engine for Sqlite {
    const VALUE: &'static Sqlite = &Sqlite;
    const TAKES_LISTS: bool = false;
}

impl<Q, DB> QueryFragment<DB> for Prepared<Q>
where
    Q: QueryFragment<DB> + QueryId,
    DB: Engine,
    DB::QueryBuilder: Default,
{
    /// Hands the text over whole, so that no part of it can say that it must not be kept.
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if Q::HAS_STATIC_QUERY_ID || (!self.kept && !DB::TAKES_LISTS) {
            return self.statement.walk_ast(out);
        }
        if let Some((values, lookup)) = out.bind_collector() {
            return self.statement.collect_binds(values, lookup, DB::VALUE);
        }
        if self.text.get().is_none() {
            let mut text = DB::QueryBuilder::default();
            self.statement.to_sql(&mut text, DB::VALUE)?;
            let _first = self.text.set(text.finish());
        }
        out.push_sql(self.text.get().map_or("", String::as_str));
        Ok(())
    }
}

impl<Q: QueryId> QueryId for Prepared<Q> {
    type QueryId = Q::QueryId;
    const HAS_STATIC_QUERY_ID: bool = Q::HAS_STATIC_QUERY_ID;
}

impl<Q: Query> Query for Prepared<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, C> RunQueryDsl<C> for Prepared<Q> {}
