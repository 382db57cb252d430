//! What the public reads of a report, rendered: found with what it was rendered from, in one statement.

use super::connection::AnyConnection;
use super::error::StorageError;
use super::listing::Sql;
use super::roster::is_due_with_governments;
use crate::domain::agency::Uscc;
use crate::domain::id::{AgencyId, ReportId};
use crate::domain::page::PageValue as Bind;
use crate::domain::report::Scope;
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Date, Integer, Text, Timestamp};
use std::sync::LazyLock;

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
    #[diesel(sql_type = Text)]
    pub report: ReportId,
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

/// When a report is due: as its line of the roster says, else by the year's plan.
static DUE: LazyLock<String> = LazyLock::new(|| {
    let with_governments = is_due_with_governments("a.level", "r.scope");
    format!(
        "COALESCE(s.due_on, CASE WHEN {with_governments} THEN y.government_due_on ELSE y.department_due_on END)"
    )
});

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

/// Which report is asked for: by its id, or by whose it is and for which year.
#[derive(Debug, Clone)]
pub enum Wanted {
    Report(ReportId),
    Agency(AgencyId, i32, Scope),
    /// Of the one active agency with this code.
    Uscc(Uscc, i32, Scope),
}

/// What this program has rendered of a report, if all that it was rendered from is as it was.
pub fn find(
    connection: &mut AnyConnection,
    wanted: &Wanted,
    program: &str,
) -> Result<Option<Rendered>, StorageError> {
    let body = match connection {
        AnyConnection::Postgres(_) => "convert_to(d.body, 'UTF8')",
        AnyConnection::Sqlite(_) => "d.body",
    };
    let mut sql = Sql::new("SELECT ");
    sql.push(body).push(
        " AS body, d.report_id AS report, d.version AS version, d.around AS around, d.modified AS modified, \
         (SELECT audit_seq FROM ledger) AS seq FROM renditions d \
         JOIN reports r ON r.id = d.report_id JOIN agencies a ON a.id = r.agency_id \
         JOIN years y ON y.year = r.year \
         LEFT JOIN roster s ON s.year = r.year AND s.agency_id = r.agency_id AND s.scope = r.scope \
         WHERE r.withdrawn_at IS NULL AND r.published_revision = d.revision \
         AND r.public_version = d.version AND COALESCE(a.uscc, '') = d.uscc AND d.due_on = ",
    );
    sql.push(&DUE);
    match wanted {
        Wanted::Report(id) => {
            sql.push(" AND d.report_id = ").bind_text(id.as_str());
        }
        Wanted::Agency(agency, year, scope) => {
            sql.push(" AND r.agency_id = ").bind_text(agency.as_str());
            by_key(&mut sql, *year, *scope);
        }
        Wanted::Uscc(code, year, scope) => {
            sql.push(" AND a.status = 'active' AND a.uscc = ").bind_text(code.as_str());
            by_key(&mut sql, *year, *scope);
        }
    }
    sql.push(" AND d.program = ").bind_text(program);
    Ok(sql.load::<Rendered>(connection)?.pop())
}

fn by_key(sql: &mut Sql, year: i32, scope: Scope) {
    sql.push(" AND r.year = ").bind(Bind::Integer(year));
    sql.push(" AND r.scope = ").bind_text(scope.as_str());
}

#[derive(QueryableByName)]
struct Stored {
    #[diesel(sql_type = Text)]
    report: ReportId,
    #[diesel(sql_type = Integer)]
    revision: i32,
    #[diesel(sql_type = BigInt)]
    version: i64,
    #[diesel(sql_type = Date)]
    due_on: NaiveDate,
    #[diesel(sql_type = Text)]
    uscc: String,
    #[diesel(sql_type = Text)]
    around: String,
    #[diesel(sql_type = Timestamp)]
    modified: NaiveDateTime,
    #[diesel(sql_type = Text)]
    body: String,
}

/// What this program has rendered of some reports, right or not.
pub fn of_reports(
    connection: &mut AnyConnection,
    reports: &[String],
    program: &str,
) -> Result<Vec<Rendition>, StorageError> {
    let mut sql = Sql::new(
        "SELECT report_id AS report, revision, version, due_on, uscc, around, modified, body FROM renditions \
         WHERE program = ",
    );
    sql.bind_text(program).push(" AND report_id IN ('-'");
    for report in reports {
        sql.push(", ").bind_text(report.as_str());
    }
    sql.push(")");
    let rows: Vec<Stored> = sql.load(connection)?;
    let rendition = |row: Stored| Rendition {
        report: row.report,
        revision: row.revision,
        version: row.version,
        due_on: row.due_on,
        uscc: Some(row.uscc).filter(|uscc| !uscc.is_empty()),
        around: row.around,
        modified: row.modified,
        body: row.body,
    };
    Ok(rows.into_iter().map(rendition).collect())
}

/// Whether anything stands that another program has rendered.
pub fn any_of_another(connection: &mut AnyConnection, program: &str) -> Result<bool, StorageError> {
    let mut sql = Sql::new("SELECT report_id AS id FROM renditions WHERE program < ");
    sql.bind_text(program).push(" OR program > ").bind_text(program).push(" LIMIT 1");
    Ok(!sql.ids(connection)?.is_empty())
}
