//! Keyset pages in plain SQL: filters, an order of documented fields, and where the last page ended.

use super::connection::AnyConnection;
use super::deadline::still_wanted;
use super::prepared::Prepare;
use crate::domain::agency::{AgencyOrder, AgencyPath};
use crate::domain::page::{ById, COUNTED, Page, PageValue as Bind};
use crate::domain::rights::{Extent, Reach};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Integer, Text, Timestamp};

/// The columns of an order, never null.
pub(super) trait Columns: Copy {
    fn column(self) -> &'static str;
}

impl Columns for ById {
    fn column(self) -> &'static str {
        match self {}
    }
}

impl Columns for AgencyOrder {
    fn column(self) -> &'static str {
        match self {
            AgencyOrder::Name => "name",
            AgencyOrder::Level => "level",
            AgencyOrder::Kind => "kind",
            AgencyOrder::DivisionCode => "COALESCE(division_code, '')",
            AgencyOrder::CreatedAt => "created_at",
            AgencyOrder::UpdatedAt => "updated_at",
        }
    }
}

/// SQL text and its values, grown together.
#[derive(Debug, Default, Clone)]
pub(super) struct Sql {
    text: String,
    binds: Vec<Bind>,
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
    pub fn new(text: &str) -> Sql {
        Sql { text: text.to_owned(), binds: Vec::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub fn push(&mut self, text: &str) -> &mut Sql {
        self.text.push_str(text);
        self
    }

    pub fn bind(&mut self, bind: Bind) -> &mut Sql {
        self.binds.push(bind);
        self.text.push_str(&format!("${}", self.binds.len()));
        self
    }

    pub fn bind_text(&mut self, text: impl Into<String>) -> &mut Sql {
        self.bind(Bind::Text(text.into()))
    }

    /// `AND path >= … AND path < …`: an agency and all below it, one index range.
    pub fn within(&mut self, column: &str, path: &AgencyPath) -> &mut Sql {
        self.push(&format!(" AND {column} >= ")).bind_text(path.as_str());
        self.push(&format!(" AND {column} < ")).bind_text(path.range_end())
    }

    /// `AND` what stands at a path and is of a year is covered by one of these.
    pub fn granted(&mut self, path: &str, year: &str, extents: &[Extent]) -> &mut Sql {
        self.push(" AND (1 = 0");
        for extent in extents {
            self.push(" OR (1 = 1").covered(path, extent);
            if let Some(years) = extent.years {
                self.push(&format!(" AND {year} BETWEEN ")).bind(Bind::Integer(years.from));
                self.push(" AND ").bind(Bind::Integer(years.to));
            }
            self.push(")");
        }
        self.push(")")
    }

    /// `AND` a path is covered, whatever the year.
    pub fn covered(&mut self, column: &str, extent: &Extent) -> &mut Sql {
        match (&extent.at, extent.reach) {
            (None, _) => self,
            (Some(at), Reach::Subtree) => self.within(column, at),
            (Some(at), Reach::Agency) => self.push(&format!(" AND {column} = ")).bind_text(at.as_str()),
        }
    }

    /// `AND column contains needle`, letters of either case; the same on both engines.
    pub fn contains(&mut self, column: &str, needle: &str) -> &mut Sql {
        let escaped = needle.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        self.push(&format!(" AND lower({column}) LIKE lower(")).bind_text(format!("%{escaped}%"));
        self.push(") ESCAPE '\\'")
    }

    /// `AND column starts with prefix`; the prefix holds digits only.
    pub fn starts_with(&mut self, column: &str, prefix: &str) -> &mut Sql {
        self.push(&format!(" AND {column} LIKE ")).bind_text(format!("{prefix}%"))
    }

    /// Adds where the page begins, its order and its length (`id_column` breaks ties).
    pub fn page<O: Columns>(&mut self, page: &Page<O>, id_column: &str) -> &mut Sql {
        if let Some(id) = &page.after_id {
            self.push(" AND (");
            let mut closing = 0;
            for key in &page.keys {
                let Some(after) = &key.after else { continue };
                let beyond = if key.descending { "<" } else { ">" };
                self.push(&format!("{} {beyond} ", key.order.column())).bind(after.clone());
                self.push(&format!(" OR ({} = ", key.order.column())).bind(after.clone());
                self.push(" AND (");
                closing += 2;
            }
            self.push(&format!("{id_column} > ")).bind_text(id.clone());
            self.push(&")".repeat(closing + 1));
        }
        self.push(" ORDER BY ");
        for key in &page.keys {
            self.push(&format!("{}{}, ", key.order.column(), if key.descending { " DESC" } else { "" }));
        }
        self.push(id_column).push(" LIMIT ").bind(Bind::BigInt(page.limit))
    }

    pub fn load<R>(self, connection: &mut AnyConnection) -> QueryResult<Vec<R>>
    where
        R: QueryableByName<diesel::pg::Pg> + QueryableByName<diesel::sqlite::Sqlite> + 'static,
    {
        still_wanted()?;
        let values = self.binds.len();
        on_each!(connection, |c| {
            let mut query = diesel::sql_query(self.text).into_boxed();
            for bind in self.binds {
                query = match bind {
                    Bind::Text(value) => query.bind::<Text, _>(value),
                    Bind::Integer(value) => query.bind::<Integer, _>(value),
                    Bind::BigInt(value) => query.bind::<BigInt, _>(value),
                    Bind::Date(value) => query.bind::<Date, _>(value),
                    Bind::Time(value) => query.bind::<Timestamp, _>(value),
                };
            }
            query.prepared_for(values).load(c)
        })
    }

    /// How many rows a query finds, before its page is cut out; beyond [`COUNTED`] one more than that.
    pub fn count(&self, connection: &mut AnyConnection) -> QueryResult<i64> {
        let text = format!("SELECT count(*) AS total FROM ({} LIMIT {}) counted", self.text, COUNTED + 1);
        Sql { text, binds: self.binds.clone() }.total(connection)
    }

    /// Runs a query that selects `id`.
    pub fn ids(self, connection: &mut AnyConnection) -> QueryResult<Vec<String>> {
        Ok(self.load::<IdRow>(connection)?.into_iter().map(|row| row.id).collect())
    }

    /// Runs a query that selects `total`.
    pub fn total(self, connection: &mut AnyConnection) -> QueryResult<i64> {
        Ok(self.load::<CountRow>(connection)?.first().map_or(0, |row| row.total))
    }

    /// Runs a statement and gives the number of rows it touched.
    pub fn execute(self, connection: &mut AnyConnection) -> QueryResult<usize> {
        let values = self.binds.len();
        on_each!(connection, |c| {
            let mut query = diesel::sql_query(self.text).into_boxed();
            for bind in self.binds {
                query = match bind {
                    Bind::Text(value) => query.bind::<Text, _>(value),
                    Bind::Integer(value) => query.bind::<Integer, _>(value),
                    Bind::BigInt(value) => query.bind::<BigInt, _>(value),
                    Bind::Date(value) => query.bind::<Date, _>(value),
                    Bind::Time(value) => query.bind::<Timestamp, _>(value),
                };
            }
            query.prepared_for(values).execute(c)
        })
    }
}

/// Puts rows into the order of the ids they were found by.
pub(super) fn in_order<R>(ids: &[String], rows: Vec<R>, id_of: impl Fn(&R) -> &str) -> Vec<R> {
    let mut by_id: std::collections::HashMap<String, R> =
        rows.into_iter().map(|row| (id_of(&row).to_owned(), row)).collect();
    ids.iter().filter_map(|id| by_id.remove(id)).collect()
}
