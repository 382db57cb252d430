//! What the public reads of a report, rendered: found with what it was rendered from, in one statement.

use super::connection::AnyConnection;
use super::dsl::{bytes, text_or};
use super::error::StorageError;
use super::prepared::Prepare;
use super::schema::{agencies, ledger, renditions, reports, roster, years};
use crate::domain::agency::{AgencyStatus, Level, Uscc};
use crate::domain::id::{AgencyId, ReportId};
use crate::domain::report::Scope;
use crate::domain::year::due_on;
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

/// A published report as it is answered, and all that it was rendered from.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = renditions, treat_none_as_default_value = false)]
pub struct Rendition {
    #[diesel(column_name = report_id)]
    pub report: ReportId,
    pub revision: i32,
    /// The version readers see.
    pub version: i64,
    pub due_on: NaiveDate,
    /// Empty: the agency has none.
    pub uscc: String,
    /// What of the tag tells apart what stands around.
    pub around: String,
    pub modified: NaiveDateTime,
    pub body: String,
}

/// A rendition that is still right.
#[derive(Debug, Clone)]
pub struct Rendered {
    pub report: ReportId,
    pub version: i64,
    pub around: String,
    pub modified: NaiveDateTime,
    /// As bytes: it is sent as it is, and need not be read as text.
    pub body: Vec<u8>,
    /// Up to which entry the audit stands in this snapshot.
    pub seq: i64,
}

/// Puts a rendition in the place of the one that is there.
pub fn put(connection: &mut AnyConnection, rendition: &Rendition, program: &str) -> Result<(), StorageError> {
    delete_of(connection, &rendition.report)?;
    let row = (rendition, renditions::program.eq(program));
    Ok(insert!(connection, renditions::table, row)?)
}

pub fn delete_of(connection: &mut AnyConnection, report: &ReportId) -> Result<(), StorageError> {
    diesel::delete(renditions::table.find(report)).execute(connection)?;
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

/// A rendition, for when it was due, and what that is settled by now.
type Row = (
    (ReportId, i64, String, NaiveDateTime, Vec<u8>, Option<i64>),
    NaiveDate,
    (Option<NaiveDate>, Level, Scope, NaiveDate, NaiveDate),
);

/// What this program has rendered of a report, if all that it was rendered from is as it was.
pub fn find(
    connection: &mut AnyConnection,
    wanted: &Wanted,
    program: &str,
) -> Result<Option<Rendered>, StorageError> {
    macro_rules! found {
        ($those:expr) => {
            on_each!(connection, |c| {
                let line = roster::year
                    .eq(reports::year)
                    .and(roster::agency_id.eq(reports::agency_id))
                    .and(roster::scope.eq(reports::scope));
                let seq = ledger::table.select(ledger::audit_seq).single_value();
                renditions::table
                    .inner_join(reports::table.on(reports::id.eq(renditions::report_id)))
                    .inner_join(agencies::table.on(agencies::id.eq(reports::agency_id)))
                    .inner_join(years::table.on(years::year.eq(reports::year)))
                    .left_join(roster::table.on(line))
                    .filter(reports::withdrawn_at.is_null())
                    .filter(reports::published_revision.eq(renditions::revision.nullable()))
                    .filter(reports::public_version.eq(renditions::version.nullable()))
                    .filter(text_or(agencies::uscc, "").eq(renditions::uscc))
                    .filter($those)
                    .filter(renditions::program.eq(program))
                    .select((
                        (
                            renditions::report_id,
                            renditions::version,
                            renditions::around,
                            renditions::modified,
                            bytes(renditions::body),
                            seq,
                        ),
                        renditions::due_on,
                        (
                            roster::due_on.nullable(),
                            agencies::level,
                            reports::scope,
                            years::department_due_on,
                            years::government_due_on,
                        ),
                    ))
                    .prepared()
                    .get_result(c)
                    .optional()
            })
        };
    }
    let row: Option<Row> = match wanted {
        Wanted::Report(id) => found!(renditions::report_id.eq(id))?,
        Wanted::Agency(agency, year, scope) => {
            found!(reports::agency_id.eq(agency).and(reports::year.eq(year)).and(reports::scope.eq(scope)))?
        }
        Wanted::Uscc(code, year, scope) => found!(
            (agencies::status.eq(AgencyStatus::Active).and(agencies::uscc.eq(code)))
                .and(reports::year.eq(year).and(reports::scope.eq(scope)))
        )?,
    };
    let is_right = |(_, rendered_for, (line, level, scope, department, government)): &Row| {
        line.unwrap_or_else(|| due_on(*level, *scope, *department, *government)) == *rendered_for
    };
    Ok(row.filter(is_right).map(|((report, version, around, modified, body, seq), ..)| Rendered {
        report,
        version,
        around,
        modified,
        body,
        seq: seq.unwrap_or_default(),
    }))
}

/// What this program has rendered of some reports, right or not.
pub fn of_reports(
    connection: &mut AnyConnection,
    reports: &[String],
    program: &str,
) -> Result<Vec<Rendition>, StorageError> {
    Ok(renditions::table
        .filter(renditions::program.eq(program).and(renditions::report_id.eq_any(reports)))
        .select(Rendition::as_select())
        .load(connection)?)
}

/// Whether anything stands that another program has rendered.
pub fn any_of_another(connection: &mut AnyConnection, program: &str) -> Result<bool, StorageError> {
    let other = renditions::program.lt(program).or(renditions::program.gt(program));
    let one = renditions::table.filter(other).select(renditions::report_id).limit(1);
    Ok(one.first::<ReportId>(connection).optional()?.is_some())
}
