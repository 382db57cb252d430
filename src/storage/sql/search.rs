//! The search index: one row for each published narrative; FTS5 on SQLite, a text vector on PostgreSQL.

use super::Sql;
use crate::domain::id::{AgencyId, ReportId};
use crate::domain::page::PageValue as Bind;
use crate::domain::report::SearchFilter;
use crate::storage::dsl::number_or;
use crate::storage::schema::{search_documents, search_sketches};
use crate::storage::types::grouped;
use crate::storage::{AnyConnection, Stored};
use diesel::dsl::max;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};
use std::collections::HashMap;

/// A narrative that may hold what was asked for.
#[derive(Debug, Clone, QueryableByName)]
pub struct Candidate {
    #[diesel(sql_type = BigInt)]
    pub row_id: i64,
    #[diesel(sql_type = Text)]
    pub report_id: String,
    #[diesel(sql_type = Text)]
    pub section: String,
    #[diesel(sql_type = Text)]
    pub text: String,
    #[diesel(sql_type = Text)]
    pub agency_id: String,
    #[diesel(sql_type = Text)]
    pub agency_name: String,
    #[diesel(sql_type = Integer)]
    pub year: i32,
    /// 1: readers see the revision that it is of.
    #[diesel(sql_type = Integer)]
    pub shown: i32,
}

/// A narrative with the words it is found by, made before the lane.
#[derive(Debug, Clone)]
pub struct Indexed {
    pub section: String,
    /// Of which revision it is.
    pub revision: i32,
    pub text: String,
    /// Parted by blanks.
    pub words: String,
    /// The parts of its sketch.
    pub bands: Vec<String>,
}

/// Puts a report's narratives in the place of those that are there.
pub fn put(connection: &mut AnyConnection, report: &ReportId, texts: &[Indexed]) -> Stored<()> {
    delete_of(connection, report)?;
    let last: Option<i64> =
        search_documents::table.select(max(search_documents::row_id)).first(connection)?;
    for (row_id, indexed) in (last.unwrap_or(0) + 1..).zip(texts) {
        let document = (
            search_documents::row_id.eq(row_id),
            search_documents::report_id.eq(report),
            search_documents::section.eq(&indexed.section),
            search_documents::revision.eq(indexed.revision),
            search_documents::text.eq(&indexed.text),
        );
        insert!(connection, search_documents::table, document)?;
        let mut index = match connection {
            AnyConnection::Sqlite(_) => Sql::new("INSERT INTO search_index (rowid, tokens) VALUES ("),
            AnyConnection::Postgres(_) => Sql::new("INSERT INTO search_index (row_id, tokens) VALUES ("),
        };
        index.bind(Bind::BigInt(row_id)).push(", ");
        match connection {
            AnyConnection::Sqlite(_) => index.bind_text(indexed.words.as_str()).push(")"),
            AnyConnection::Postgres(_) => index
                .push("array_to_tsvector(string_to_array(")
                .bind_text(indexed.words.as_str())
                .push(", ' ')))"),
        };
        index.execute(connection)?;
        for band in &indexed.bands {
            let sketch = (search_sketches::row_id.eq(row_id), search_sketches::band.eq(band));
            insert!(connection, search_sketches::table, sketch)?;
        }
    }
    Ok(())
}

/// A narrative as it stands in the index: section, revision and text.
pub type Kept = (String, i32, String);

/// The narratives of some reports as they stand in the index, by report.
pub fn of_reports(connection: &mut AnyConnection, reports: &[String]) -> Stored<HashMap<String, Vec<Kept>>> {
    let rows: Vec<(String, Kept)> = search_documents::table
        .filter(search_documents::report_id.eq_any(reports))
        .select((
            search_documents::report_id,
            (search_documents::section, number_or(search_documents::revision, 0), search_documents::text),
        ))
        .order(search_documents::row_id)
        .load(connection)?;
    Ok(grouped(rows))
}

/// A published narrative that shares a part of its sketch with one asked about.
#[derive(Debug, Clone, QueryableByName)]
pub struct Alike {
    #[diesel(sql_type = Text)]
    pub section: String,
    #[diesel(sql_type = Text)]
    pub agency_name: String,
    #[diesel(sql_type = Text)]
    pub text: String,
}

/// Most narratives compared word by word: what so many share is a template, and one is enough.
const MOST_ALIKE: i64 = 24;
/// How many of them each part of a sketch names, those of the same agency included.
const MOST_OF_A_BAND: i64 = 8;

/// Narratives of other agencies' reports that share a part of a sketch, and with it the year. However many share it, few
/// are looked at.
pub fn alike(connection: &mut AnyConnection, bands: &[String], agency: &AgencyId) -> Stored<Vec<Alike>> {
    if bands.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new(
        "SELECT d.section AS section, v.agency_name AS agency_name, d.text AS text FROM search_documents d \
         JOIN reports r ON r.id = d.report_id AND r.published_revision = d.revision AND r.withdrawn_at IS NULL \
         JOIN revisions v ON v.report_id = r.id AND v.number = r.published_revision WHERE d.row_id IN (",
    );
    for (at, band) in bands.iter().enumerate() {
        sql.push(if at == 0 { "" } else { " UNION " });
        sql.push("SELECT row_id FROM (SELECT row_id FROM search_sketches WHERE band = ")
            .bind_text(band.as_str());
        sql.push(&format!(" LIMIT {MOST_OF_A_BAND}) b{at}"));
    }
    sql.push(") AND r.agency_id <> ").bind_text(agency.as_str());
    sql.push(" ORDER BY d.row_id LIMIT ").bind(Bind::BigInt(MOST_ALIKE));
    Ok(sql.load(connection)?)
}

pub fn delete_of(connection: &mut AnyConnection, report: &ReportId) -> Stored<()> {
    delete(connection, report, None)
}

/// Takes one revision of a report out of the index.
pub fn delete_revision(connection: &mut AnyConnection, report: &ReportId, revision: i32) -> Stored<()> {
    delete(connection, report, Some(revision))
}

fn delete(connection: &mut AnyConnection, report: &ReportId, revision: Option<i32>) -> Stored<()> {
    let column = match connection {
        AnyConnection::Sqlite(_) => "rowid",
        AnyConnection::Postgres(_) => "row_id",
    };
    for (table, column) in
        [("search_index", column), ("search_sketches", "row_id"), ("search_documents", "row_id")]
    {
        let mut rows = Sql::new(&format!("DELETE FROM {table} WHERE {column} IN "));
        rows.push("(SELECT row_id FROM search_documents WHERE report_id = ").bind_text(report.as_str());
        if let Some(revision) = revision {
            rows.push(" AND revision = ").bind(Bind::Integer(revision));
        }
        rows.push(")");
        rows.execute(connection)?;
    }
    Ok(())
}

/// Narratives that have every word, in order of their rows.
///
/// The index is read in its own order and no further than the limit; texts are fetched for what it found. It may be
/// behind: whether readers may see a row is asked of the report itself, and each row tells whether they may.
pub fn candidates(
    connection: &mut AnyConnection,
    words: &[String],
    filter: &SearchFilter,
    after: i64,
    limit: i64,
) -> Stored<Vec<Candidate>> {
    let row_id = match connection {
        AnyConnection::Sqlite(_) => "i.rowid",
        AnyConnection::Postgres(_) => "i.row_id",
    };
    let mut sql = Sql::new(
        "SELECT d.row_id AS row_id, d.report_id AS report_id, d.section AS section, d.text AS text, \
         r.agency_id AS agency_id, v.agency_name AS agency_name, r.year AS year, \
         CASE WHEN r.withdrawn_at IS NULL AND r.published_revision = d.revision THEN 1 ELSE 0 END AS shown FROM (",
    );
    sql.push(&format!("SELECT {row_id} AS row_id FROM search_index i"));
    if filter.year.is_some() || filter.section.is_some() || filter.within.is_some() {
        sql.push(&format!(
            " JOIN search_documents d ON d.row_id = {row_id} JOIN reports r ON r.id = d.report_id"
        ));
    }
    if filter.within.is_some() {
        sql.push(
            " JOIN agencies a ON a.id = r.agency_id \
             LEFT JOIN roster s ON s.year = r.year AND s.agency_id = r.agency_id AND s.scope = r.scope",
        );
    }
    match connection {
        AnyConnection::Sqlite(_) => sql.push(" WHERE search_index MATCH ").bind_text(words.join(" ")),
        AnyConnection::Postgres(_) => {
            sql.push(" WHERE i.tokens @@ to_tsquery('simple', ").bind_text(words.join(" & ")).push(")")
        }
    };
    sql.push(&format!(" AND {row_id} > ")).bind(Bind::BigInt(after));
    if let Some(year) = filter.year {
        sql.push(" AND r.year = ").bind(Bind::Integer(year));
    }
    if let Some(section) = &filter.section {
        sql.push(" AND d.section = ").bind_text(section.as_str());
    }
    if let Some(path) = &filter.within {
        sql.within("COALESCE(s.path, a.path)", path);
    }
    sql.push(&format!(" ORDER BY {row_id} LIMIT ")).bind(Bind::BigInt(limit));
    sql.push(
        ") found JOIN search_documents d ON d.row_id = found.row_id JOIN reports r ON r.id = d.report_id \
         JOIN revisions v ON v.report_id = r.id AND v.number = COALESCE(r.published_revision, d.revision) \
         ORDER BY d.row_id",
    );
    Ok(sql.load(connection)?)
}
