//! Marks that corrections leave on the reports that rest on the corrected one.

use super::dsl::among;
use super::prepared::Prepare;
use super::schema::upstream_changes::dsl;
use super::types::grouped;
use super::{AnyConnection, Stored};
use crate::domain::id::ReportId;
use crate::domain::rules::SourceReport;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use std::collections::HashMap;

pub fn mark(
    connection: &mut AnyConnection,
    report: &ReportId,
    source: &ReportId,
    revision: i32,
    at: NaiveDateTime,
) -> QueryResult<()> {
    clear(connection, report, source.as_str())?;
    let row = (
        dsl::report_id.eq(report.as_str()),
        dsl::source_id.eq(source.as_str()),
        dsl::revision.eq(revision),
        dsl::at.eq(at),
    );
    insert!(connection, dsl::upstream_changes, row)
}

/// The marks a report bears: which report was corrected, and when its correction was published.
pub fn of_report(
    connection: &mut AnyConnection,
    report: &ReportId,
) -> QueryResult<Vec<(String, NaiveDateTime)>> {
    dsl::upstream_changes
        .filter(dsl::report_id.eq(report.as_str()))
        .select((dsl::source_id, dsl::at))
        .order(dsl::source_id)
        .load(connection)
}

/// Takes one mark off a report.
pub fn clear(connection: &mut AnyConnection, report: &ReportId, source: &str) -> QueryResult<()> {
    let here = dsl::report_id.eq(report.as_str()).and(dsl::source_id.eq(source));
    diesel::delete(dsl::upstream_changes.filter(here)).execute(connection).map(|_| ())
}

/// Takes every mark away that a report bears or has left; before it is deleted.
pub fn delete_of(connection: &mut AnyConnection, report: &ReportId) -> QueryResult<()> {
    let here = dsl::report_id.eq(report.as_str()).or(dsl::source_id.eq(report.as_str()));
    diesel::delete(dsl::upstream_changes.filter(here)).execute(connection).map(|_| ())
}

/// The marks of some reports, by report.
pub fn of_reports(
    connection: &mut AnyConnection,
    reports: &[String],
) -> Stored<HashMap<String, Vec<SourceReport>>> {
    use super::schema::{agencies, reports as r};
    let marks: Vec<(String, String, i32)> = on_each!(connection, |c| dsl::upstream_changes
        .filter(among!(dsl::report_id, reports))
        .order((dsl::report_id, dsl::source_id))
        .select((dsl::report_id, dsl::source_id, dsl::revision))
        .prepared_for(reports.len())
        .load(c))?;
    // Few reports bear one: whose they are is asked of those alone.
    if marks.is_empty() {
        return Ok(HashMap::new());
    }
    let sources: Vec<&str> = marks.iter().map(|(_, source, _)| source.as_str()).collect();
    let named: Vec<(String, (String, String, i32))> = r::table
        .inner_join(agencies::table.on(agencies::id.eq(r::agency_id)))
        .filter(r::id.eq_any(sources))
        .select((r::id, (agencies::id, agencies::name, r::year)))
        .load(connection)?;
    let named: HashMap<String, (String, String, i32)> = named.into_iter().collect();
    Ok(grouped(marks.into_iter().filter_map(|(report, report_id, revision)| {
        let (agency_id, agency_name, year) = named.get(&report_id)?.clone();
        Some((report, SourceReport { report_id, agency_id, agency_name, year, revision }))
    })))
}
