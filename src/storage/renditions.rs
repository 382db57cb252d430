//! What the public reads of a report, rendered: found with what it was rendered from, in one statement.

use super::connection::AnyConnection;
use super::error::StorageError;
use super::listing::{Bind, Sql};
use super::reports::DUE;
use crate::domain::id::ReportId;
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text, Timestamp};

/// A published report as it is answered, and all that it was rendered from.
#[derive(Debug, Clone)]
pub struct Rendition {
    pub report: ReportId,
    pub revision: i32,
    /// The version readers see.
    pub version: i64,
    pub due_on: NaiveDate,
    pub uscc: Option<String>,
    /// What of the tag tells apart what stands around.
    pub around: String,
    pub modified: NaiveDateTime,
    pub body: String,
}

/// A rendition that is still right.
#[derive(Debug, Clone, QueryableByName)]
pub struct Rendered {
    #[diesel(sql_type = BigInt)]
    pub version: i64,
    #[diesel(sql_type = Text)]
    pub around: String,
    #[diesel(sql_type = Timestamp)]
    pub modified: NaiveDateTime,
    /// As bytes: it is sent as it is, and need not be read as text.
    #[diesel(sql_type = Binary)]
    pub body: Vec<u8>,
    /// Up to which entry the audit stands in this snapshot.
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
}

/// Puts a rendition in the place of the one that is there.
pub fn put(connection: &mut AnyConnection, rendition: &Rendition, program: &str) -> Result<(), StorageError> {
    delete_of(connection, &rendition.report)?;
    let mut row = Sql::new(
        "INSERT INTO renditions \
         (report_id, revision, version, due_on, uscc, program, around, modified, body) VALUES (",
    );
    row.bind_text(rendition.report.as_str()).push(", ").bind(Bind::Integer(rendition.revision));
    row.push(", ").bind(Bind::BigInt(rendition.version));
    row.push(", ").bind(Bind::Date(rendition.due_on));
    row.push(", ").bind_text(rendition.uscc.as_deref().unwrap_or_default());
    row.push(", ").bind_text(program).push(", ").bind_text(rendition.around.as_str());
    row.push(", ").bind(Bind::Time(rendition.modified));
    row.push(", ").bind_text(rendition.body.as_str()).push(")");
    row.execute(connection)?;
    Ok(())
}

pub fn delete_of(connection: &mut AnyConnection, report: &ReportId) -> Result<(), StorageError> {
    let mut row = Sql::new("DELETE FROM renditions WHERE report_id = ");
    row.bind_text(report.as_str());
    row.execute(connection)?;
    Ok(())
}

/// What this program has rendered of a report, if all that it was rendered from is as it was.
pub fn find(
    connection: &mut AnyConnection,
    report: &ReportId,
    program: &str,
) -> Result<Option<Rendered>, StorageError> {
    let body = match connection {
        AnyConnection::Postgres(_) => "convert_to(d.body, 'UTF8')",
        AnyConnection::Sqlite(_) => "d.body",
    };
    let mut sql = Sql::new("SELECT ");
    sql.push(body).push(
        " AS body, d.version AS version, d.around AS around, d.modified AS modified, \
         (SELECT audit_seq FROM ledger) AS seq FROM renditions d \
         JOIN reports r ON r.id = d.report_id JOIN agencies a ON a.id = r.agency_id \
         JOIN years y ON y.year = r.year \
         LEFT JOIN roster s ON s.year = r.year AND s.agency_id = r.agency_id AND s.scope = r.scope \
         WHERE r.withdrawn_at IS NULL AND r.published_revision = d.revision \
         AND r.public_version = d.version AND COALESCE(a.uscc, '') = d.uscc AND d.due_on = ",
    );
    sql.push(DUE).push(" AND d.report_id = ").bind_text(report.as_str());
    sql.push(" AND d.program = ").bind_text(program);
    Ok(sql.load::<Rendered>(connection)?.pop())
}

/// Whether anything stands that another program has rendered.
pub fn any_of_another(connection: &mut AnyConnection, program: &str) -> Result<bool, StorageError> {
    let mut sql = Sql::new("SELECT report_id AS id FROM renditions WHERE program < ");
    sql.bind_text(program).push(" OR program > ").bind_text(program).push(" LIMIT 1");
    Ok(!sql.ids(connection)?.is_empty())
}
