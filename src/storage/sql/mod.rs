//! What diesel's language does not say, as text, and all of it here: full-text search, trees that are walked, what is
//! written of a whole year at once, what a step of the schema leaves to be filled, rows of whichever table.

pub mod fills;
pub mod guarded;
pub mod past;
pub mod search;
pub mod yearly;

use super::connection::AnyConnection;
use super::deadline::still_wanted;
use super::dsl::{bind, condition};
use super::prepared::Prepare;
use crate::domain::agency::AgencyPath;
use crate::domain::page::PageValue as Bind;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment};
use diesel::sql_types::{BigInt, Text, Untyped};
use diesel::sqlite::Sqlite;

/// Text and its values, grown together: a statement, or a condition of one.
#[derive(Debug, Default, Clone)]
struct Sql(Vec<Part>);

#[derive(Debug, Clone)]
enum Part {
    Text(String),
    Value(Bind),
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = Text)]
    id: String,
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    total: i64,
}

impl Sql {
    fn new(text: &str) -> Sql {
        Sql(vec![Part::Text(text.to_owned())])
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn push(&mut self, text: &str) -> &mut Sql {
        match self.0.last_mut() {
            Some(Part::Text(before)) => before.push_str(text),
            _ => self.0.push(Part::Text(text.to_owned())),
        }
        self
    }

    fn append(&mut self, other: Sql) -> &mut Sql {
        self.0.extend(other.0);
        self
    }

    fn bind(&mut self, value: Bind) -> &mut Sql {
        self.0.push(Part::Value(value));
        self
    }

    fn bind_text(&mut self, text: impl Into<String>) -> &mut Sql {
        self.bind(Bind::Text(text.into()))
    }

    /// `AND path >= … AND path < …`: an agency and all below it, one index range.
    fn within(&mut self, column: &str, path: &AgencyPath) -> &mut Sql {
        self.push(&format!(" AND {column} >= ")).bind_text(path.as_str());
        self.push(&format!(" AND {column} < ")).bind_text(path.range_end())
    }

    fn values(&self) -> usize {
        self.0.iter().filter(|part| matches!(part, Part::Value(_))).count()
    }

    fn load<R>(self, connection: &mut AnyConnection) -> QueryResult<Vec<R>>
    where
        R: QueryableByName<Pg> + QueryableByName<Sqlite> + 'static,
    {
        still_wanted()?;
        let values = self.values();
        on_each!(connection, |c| self.prepared_for(values).load(c))
    }

    /// Runs a query that selects `id`.
    fn ids(self, connection: &mut AnyConnection) -> QueryResult<Vec<String>> {
        Ok(self.load::<IdRow>(connection)?.into_iter().map(|row| row.id).collect())
    }

    /// Runs a query that selects `total`.
    fn total(self, connection: &mut AnyConnection) -> QueryResult<i64> {
        Ok(self.load::<CountRow>(connection)?.first().map_or(0, |row| row.total))
    }

    /// Runs a statement and gives the number of rows it touched.
    fn execute(self, connection: &mut AnyConnection) -> QueryResult<usize> {
        let values = self.values();
        on_each!(connection, |c| self.prepared_for(values).execute(c))
    }
}

impl Query for Sql {
    type SqlType = Untyped;
}

condition!([] Sql);

macro_rules! on_engine {
    ($($engine:ty),+) => {$(
        impl QueryFragment<$engine> for Sql {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, $engine>) -> QueryResult<()> {
                out.unsafe_to_cache_prepared();
                self.0.iter().try_for_each(|part| match part {
                    Part::Text(text) => {
                        out.push_sql(text);
                        Ok(())
                    }
                    Part::Value(value) => bind::<$engine>(out.reborrow(), value),
                })
            }
        }
    )+};
}

on_engine!(Pg, Sqlite);
