//! Fills: what a step of the schema leaves to be written into rows that are there already. A statement in the step itself
//! would hold its tables, and whoever writes, until it ends; so the step only enters the fill among the positions, and
//! `migrate` fills some rows at a time, each time in the turn of a write. Nobody serves before all are filled; programs
//! that do not know the column go on meanwhile.

use super::Sql;
use crate::domain::agency::Level;
use crate::domain::id::AgencyId;
use crate::domain::page::PageValue as Bind;
use crate::domain::report::Scope;
use crate::domain::year;
use crate::storage::progress;
use crate::storage::schema::onward::positions;
use crate::storage::{AnyConnection, Stored};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use std::time::{Duration, Instant};

/// One fill, from the first key of its table to the last.
struct Fill {
    /// As its step has entered it among the positions.
    name: &'static str,
    table: &'static str,
    key: Key,
    /// Rows filled in one turn: few enough that a write behind them does not notice.
    most: i64,
    fill: fn(&mut AnyConnection, &Slice<'_>) -> Stored<()>,
}

#[derive(Clone, Copy)]
enum Key {
    Text(&'static str),
    Number(&'static str),
}

impl Key {
    fn column(self) -> &'static str {
        match self {
            Key::Text(column) | Key::Number(column) => column,
        }
    }

    fn bind(self, sql: &mut Sql, value: &str) {
        match self {
            Key::Text(_) => sql.bind_text(value),
            Key::Number(_) => sql.bind(Bind::BigInt(value.parse().unwrap_or(i64::MIN))),
        };
    }
}

/// The rows behind a key up to another.
struct Slice<'k> {
    key: Key,
    after: &'k str,
    last: &'k str,
}

impl Slice<'_> {
    /// `AND` it is one of these rows.
    fn among(&self, sql: &mut Sql) {
        let column = self.key.column();
        sql.push(&format!(" AND {column} > "));
        self.key.bind(sql, self.after);
        sql.push(&format!(" AND {column} <= "));
        self.key.bind(sql, self.last);
    }
}

/// Everything that a step has left to be filled since 0.1.0, in this order.
const FILLS: &[Fill] = &[
    Fill {
        name: "fill.search_revisions",
        table: "search_documents",
        key: Key::Number("search_documents.row_id"),
        most: 1_000,
        fill: search_revisions,
    },
    Fill {
        name: "fill.timeliness",
        table: "reports",
        key: Key::Text("reports.id"),
        most: 100,
        fill: timeliness,
    },
    Fill {
        name: "fill.revisions_year",
        table: "revisions",
        key: Key::Text("revisions.report_id"),
        most: 100,
        fill: revisions_year,
    },
    Fill {
        name: "fill.sketches",
        table: "search_documents",
        key: Key::Number("search_documents.row_id"),
        most: 200,
        fill: sketches,
    },
];

/// The index held what readers saw.
fn search_revisions(connection: &mut AnyConnection, slice: &Slice<'_>) -> Stored<()> {
    let mut sql = Sql::new(
        "UPDATE search_documents SET revision = (SELECT published_revision FROM reports WHERE id = report_id) \
         WHERE revision IS NULL",
    );
    slice.among(&mut sql);
    sql.execute(connection)?;
    Ok(())
}

/// The parts of sketches name the year.
fn sketches(connection: &mut AnyConnection, slice: &Slice<'_>) -> Stored<()> {
    let mut sql = Sql::new(
        "UPDATE search_sketches SET band = (SELECT CAST(r.year AS TEXT) || '.' FROM search_documents \
         JOIN reports r ON r.id = report_id WHERE search_documents.row_id = search_sketches.row_id) || band \
         WHERE band NOT LIKE '%.%' AND row_id IN (SELECT search_documents.row_id FROM search_documents WHERE 1 = 1",
    );
    slice.among(&mut sql);
    sql.push(")");
    sql.execute(connection)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Integer)]
    year: i32,
    #[diesel(sql_type = Text)]
    agency: AgencyId,
    #[diesel(sql_type = Text)]
    scope: Scope,
}

/// Whether a report is due with those of the governments, as the domain says of each level and scope.
fn is_due_with_governments(level: &str, scope: &str) -> String {
    let all = Level::ALL.iter().flat_map(|level| Scope::ALL.iter().map(move |scope| (*level, *scope)));
    let these = all.filter(|(level, scope)| year::is_due_with_governments(*level, *scope));
    let named: Vec<String> = these.map(|(level, scope)| format!("'{} {scope}'", level.as_str())).collect();
    format!("{level} || ' ' || {scope} IN ({})", named.join(", "))
}

/// What was loaded of past years was counted as on time or late; it is neither.
fn timeliness(connection: &mut AnyConnection, slice: &Slice<'_>) -> Stored<()> {
    let mut sql = Sql::new(&format!(
        "UPDATE reports SET timeliness = CASE \
         WHEN EXISTS (SELECT 1 FROM transitions t WHERE t.report_id = reports.id AND t.action = 'archive') THEN 'archived' \
         WHEN first_published_on <= COALESCE(\
         (SELECT s.due_on FROM roster s WHERE s.agency_id = reports.agency_id AND s.year = reports.year \
         AND s.scope = reports.scope), \
         (SELECT CASE WHEN {} THEN y.government_due_on ELSE y.department_due_on END \
         FROM agencies a, years y WHERE a.id = reports.agency_id AND y.year = reports.year)) \
         THEN 'on_time' ELSE 'late' END WHERE first_published_on IS NOT NULL AND timeliness IS NULL",
        is_due_with_governments("a.level", "reports.scope"),
    ));
    slice.among(&mut sql);
    sql.execute(connection)?;
    let mut sql = Sql::new(
        "SELECT s.year AS year, s.agency_id AS agency, s.scope AS scope FROM reports JOIN roster s \
         ON s.year = reports.year AND s.agency_id = reports.agency_id AND s.scope = reports.scope \
         WHERE reports.timeliness = 'archived' AND s.counted IN ('on_time', 'late')",
    );
    slice.among(&mut sql);
    let lines = sql.load::<Line>(connection)?.into_iter().map(|line| (line.year, line.scope, line.agency));
    progress::settle(connection, &lines.collect::<Vec<_>>())?;
    Ok(())
}

/// A revision is of its report's year.
fn revisions_year(connection: &mut AnyConnection, slice: &Slice<'_>) -> Stored<()> {
    let mut sql = Sql::new(
        "UPDATE revisions SET year = (SELECT year FROM reports WHERE id = report_id) WHERE year IS NULL",
    );
    slice.among(&mut sql);
    sql.execute(connection)?;
    Ok(())
}

/// How far a fill is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filled {
    pub name: &'static str,
    pub rows: i64,
    pub of: i64,
}

/// Whether a step has left anything that is not filled yet.
pub(in crate::storage) fn are_left(connection: &mut AnyConnection) -> QueryResult<bool> {
    let names = FILLS.iter().map(|fill| fill.name);
    let left = positions::table.filter(positions::name.eq_any(names)).select(positions::name).limit(1);
    Ok(left.first::<String>(connection).optional()?.is_some())
}

/// Fills all that is left, from where it was left.
pub(in crate::storage) fn run(connection: &mut AnyConnection, tell: &mut dyn FnMut(Filled)) -> Stored<()> {
    for fill in FILLS {
        let mut of = None;
        loop {
            let began = Instant::now();
            let Some(rows) = in_turn(connection, |connection| fill.step(connection))? else { break };
            let took = began.elapsed();
            let of = match of {
                Some(of) => of,
                None => *of.insert(
                    Sql::new(&format!("SELECT count(*) AS total FROM {}", fill.table)).total(connection)?,
                ),
            };
            tell(Filled { name: fill.name, rows, of });
            give_way(connection, took)?;
        }
    }
    Ok(())
}

/// Whoever writes has the database in between: a server gives it to them in turn, a file to whoever looks when it is free,
/// so that it is to be free for longer than it is not. Nobody else folds the log of a file in.
fn give_way(connection: &mut AnyConnection, took: Duration) -> Stored<()> {
    let rest = match connection {
        AnyConnection::Postgres(_) => took,
        AnyConnection::Sqlite(inner) => {
            inner.batch_execute("PRAGMA wal_checkpoint(PASSIVE)")?;
            took * 4
        }
    };
    std::thread::sleep(rest);
    Ok(())
}

impl Fill {
    /// Fills the next rows; how many are filled by now. `None`: there are no more, or nothing was left to be filled.
    fn step(&self, connection: &mut AnyConnection) -> Stored<Option<i64>> {
        let at = positions::table.find(self.name).select((positions::seq, positions::key));
        let Some((filled, after)) = at.first::<(i64, Option<String>)>(connection).optional()? else {
            return Ok(None);
        };
        let after = after.unwrap_or_default();
        let column = self.key.column();
        let mut sql =
            Sql::new(&format!("SELECT CAST({column} AS TEXT) AS id FROM {} WHERE {column} > ", self.table));
        self.key.bind(&mut sql, &after);
        sql.push(&format!(" ORDER BY {column} LIMIT ")).bind(Bind::BigInt(self.most));
        let keys = sql.ids(connection)?;
        let Some(last) = keys.last() else {
            diesel::delete(positions::table.find(self.name)).execute(connection)?;
            return Ok(None);
        };
        (self.fill)(connection, &Slice { key: self.key, after: &after, last })?;
        let filled = filled + i64::try_from(keys.len()).unwrap_or_default();
        diesel::update(positions::table.find(self.name))
            .set((positions::seq.eq(filled), positions::key.eq(last)))
            .execute(connection)?;
        Ok(Some(filled))
    }
}

/// Works while no other writes: the row that every write holds is held, whichever program writes.
fn in_turn<T>(
    connection: &mut AnyConnection,
    work: impl FnOnce(&mut AnyConnection) -> Stored<T>,
) -> Stored<T> {
    let begin = match connection {
        AnyConnection::Postgres(_) => "BEGIN; SELECT id FROM ledger FOR UPDATE",
        AnyConnection::Sqlite(_) => "BEGIN IMMEDIATE",
    };
    connection.batch_execute(begin)?;
    let done = work(connection);
    connection.batch_execute(if done.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    done
}
