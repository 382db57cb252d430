//! Rows that the chain answers for, read column by column whatever their table, the same way on both engines.

use super::Sql;
use crate::domain::audit::guarded::{Guarded, KeyPart};
use crate::domain::audit::seal::{Cell, Row};
use crate::domain::page::PageValue as Bind;
use crate::storage::seals::{Layouts, Lines};
use crate::storage::{AnyConnection, StorageError, Stored};
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Rows read by one statement where there are many.
const PAGE: i64 = 2_000;
/// Rows found by their keys in one statement.
const TOGETHER: usize = 2_000;

/// Which rows of a table.
pub(in crate::storage) enum Rows {
    Lines(Lines),
    /// Those of a report.
    Report(String),
    /// Those of an agency.
    Agency(String),
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    of: String,
    #[diesel(sql_type = Text)]
    row: String,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// The columns of a table that are sealed, in the order of the alphabet.
pub fn columns(connection: &mut AnyConnection, table: &Guarded) -> Stored<Rc<Vec<String>>> {
    let mut sql = Sql::new(match connection {
        AnyConnection::Postgres(_) => {
            "SELECT CAST(column_name AS TEXT) AS name FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = "
        }
        AnyConnection::Sqlite(_) => "SELECT name FROM pragma_table_info(",
    });
    sql.bind_text(table.table);
    if matches!(connection, AnyConnection::Sqlite(_)) {
        sql.push(")");
    }
    let names: Vec<Name> = sql.load(connection)?;
    let mut columns: Vec<String> =
        names.into_iter().map(|found| found.name).filter(|name| !table.leaves(name)).collect();
    columns.sort();
    Ok(Rc::new(columns))
}

/// The selection of a row as one text: what stands in each column, in their order.
fn select(connection: &AnyConnection, table: &Guarded, columns: &[String], sql: &mut Sql) {
    let cells: Vec<String> = columns.iter().map(|column| format!("t.\"{column}\"")).collect();
    let cells = match connection {
        AnyConnection::Postgres(_) => format!("CAST(json_build_array({}) AS TEXT)", cells.join(", ")),
        AnyConnection::Sqlite(_) => format!("json_array({})", cells.join(", ")),
    };
    sql.push(&format!("SELECT '{0}' AS of, {cells} AS row FROM {0} t WHERE ", table.table));
}

fn read(columns: &Rc<Vec<String>>, text: &str) -> Stored<Row> {
    let cells = serde_json::from_str(text)
        .map_err(|_| StorageError::Malformed { what: "row", value: text.chars().take(80).collect() })?;
    Ok(Row::of(columns, cells))
}

/// What names a row, parted by `/`.
fn key_of(table: &Guarded, row: &Row) -> String {
    let parts = table.key.iter().map(|part| match row.get(part.column()) {
        Some(Cell::Text(text)) => text.clone(),
        Some(Cell::Number(number)) => number.to_string(),
        Some(Cell::Null) | None => String::new(),
    });
    parts.collect::<Vec<_>>().join("/")
}

fn bind_part(sql: &mut Sql, part: KeyPart, text: &str) {
    match part {
        KeyPart::Text(_) => sql.bind_text(text),
        KeyPart::Number(_) => sql.bind(Bind::BigInt(text.parse().unwrap_or(i64::MIN))),
    };
}

/// The parts of a key; what comes after the last `/` that parts them belongs to the last one.
fn parts<'k>(table: &Guarded, key: &'k str) -> Vec<&'k str> {
    key.splitn(table.key.len(), '/').collect()
}

/// Rows by table and key, in few statements whose text depends on the tables alone; those that are not there are not
/// among them.
pub(in crate::storage) fn find(
    connection: &mut AnyConnection,
    layouts: &Layouts,
    wanted: HashSet<(usize, &str)>,
) -> Stored<HashMap<(usize, String), Row>> {
    let mut wanted: Vec<(usize, &str)> = wanted.into_iter().collect();
    wanted.sort_unstable();
    let mut found = HashMap::with_capacity(wanted.len());
    for some in wanted.chunks(TOGETHER) {
        let mut sql = Sql::default();
        for of_table in some.chunk_by(|one, other| one.0 == other.0) {
            let Some((table, columns)) = of_table.first().and_then(|(place, _)| layouts.get(place)) else {
                continue;
            };
            if !sql.is_empty() {
                sql.push(" UNION ALL ");
            }
            select(connection, table, columns, &mut sql);
            let keys: Vec<Vec<&str>> = of_table.iter().map(|(_, key)| parts(table, key)).collect();
            among(connection, table, &keys, &mut sql);
        }
        for row in sql.load::<Found>(connection)? {
            let Some(table) = Guarded::of(&row.of) else { continue };
            let Some((_, columns)) = layouts.get(&table.place()) else { continue };
            let row = read(columns, &row.row)?;
            found.insert((table.place(), key_of(table, &row)), row);
        }
    }
    Ok(found)
}

/// The condition that a row's key is one of these, all of them one value. PostgreSQL takes the members of a JSON
/// array for a hundred rows, and a small table is then read whole: of an array of its own it expects ten.
fn among(connection: &AnyConnection, table: &Guarded, keys: &[Vec<&str>], sql: &mut Sql) {
    let names: Vec<String> = table.key.iter().map(|part| format!("t.{}", part.column())).collect();
    let part = |(at, part): (usize, &KeyPart)| match part {
        KeyPart::Text(_) => format!("k.value ->> {at}"),
        KeyPart::Number(_) => format!("CAST(k.value ->> {at} AS BIGINT)"),
    };
    let values: Vec<String> = table.key.iter().enumerate().map(part).collect();
    sql.push(&format!("({}) IN (SELECT {} FROM ", names.join(", "), values.join(", ")));
    let keys = serde_json::to_string(keys).unwrap_or_default();
    match connection {
        AnyConnection::Postgres(_) => sql
            .push("unnest(ARRAY(SELECT json_array_elements(CAST(")
            .bind_text(keys)
            .push(" AS JSON)))) k(value))"),
        AnyConnection::Sqlite(_) => sql.push("json_each(").bind_text(keys).push(") k)"),
    };
}

/// Hands over every row of a table, or some, with its key, in the order of the keys, page by page.
pub(in crate::storage) fn each(
    connection: &mut AnyConnection,
    table: &Guarded,
    columns: &Rc<Vec<String>>,
    which: Option<&Rows>,
    mut take: impl FnMut(String, Row),
) -> Stored<()> {
    let mut after = None;
    loop {
        let page = page(connection, table, columns, which, after.as_deref())?;
        let last = i64::try_from(page.len()).unwrap_or(i64::MAX) < PAGE;
        after = page.last().map(|(key, _)| key.clone());
        page.into_iter().for_each(|(key, row)| take(key, row));
        if last {
            return Ok(());
        }
    }
}

/// The next rows of a table, with their keys.
pub fn rows_after(
    connection: &mut AnyConnection,
    table: &Guarded,
    columns: &Rc<Vec<String>>,
    after: Option<&str>,
) -> Stored<Vec<(String, Row)>> {
    page(connection, table, columns, None, after)
}

fn page(
    connection: &mut AnyConnection,
    table: &Guarded,
    columns: &Rc<Vec<String>>,
    which: Option<&Rows>,
    after: Option<&str>,
) -> Stored<Vec<(String, Row)>> {
    let mut sql = Sql::default();
    select(connection, table, columns, &mut sql);
    match which {
        None => sql.push("1 = 1"),
        Some(Rows::Report(report)) => sql.push("t.report_id = ").bind_text(report.as_str()),
        Some(Rows::Agency(agency)) => sql.push("t.agency_id = ").bind_text(agency.as_str()),
        Some(Rows::Lines(lines)) => {
            sql.push("t.year = ").bind(Bind::Integer(lines.year));
            match &lines.within {
                Some(path) => sql.within("t.path", path),
                None => &mut sql,
            }
        }
    };
    let names: Vec<String> = table.key.iter().map(|part| format!("t.{}", part.column())).collect();
    if let Some(after) = after {
        sql.push(&format!(" AND ({}) > (", names.join(", ")));
        for (at, (part, text)) in table.key.iter().zip(parts(table, after)).enumerate() {
            sql.push(if at == 0 { "" } else { ", " });
            bind_part(&mut sql, *part, text);
        }
        sql.push(")");
    }
    sql.push(&format!(" ORDER BY {} LIMIT ", names.join(", "))).bind(Bind::BigInt(PAGE));
    let rows: Vec<Found> = sql.load(connection)?;
    rows.iter().map(|found| read(columns, &found.row).map(|row| (key_of(table, &row), row))).collect()
}
