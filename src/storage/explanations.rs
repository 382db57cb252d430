//! Rows of the explanations: why findings may stand.

use super::dsl::among;
use super::guarded::Rows;
use super::prepared::Prepare;
use super::schema::explanations::dsl;
use super::seals::{vanishing, wrote};
use super::types::grouped;
use super::{AnyConnection, Stored};
use crate::domain::audit::guarded::EXPLANATIONS;
use crate::domain::id::{PersonId, ReportId};
use crate::domain::rules::Explanation;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use std::collections::HashMap;

/// An explanation with who gave it when.
#[derive(Debug, Clone, Insertable, AsChangeset, Queryable, Selectable)]
#[diesel(table_name = super::schema::explanations, treat_none_as_default_value = false)]
pub struct StoredExplanation {
    pub report_id: String,
    /// The finding's key.
    pub finding: String,
    pub inputs: String,
    pub text: String,
    pub person_id: String,
    pub person_name: String,
    pub role: String,
    pub at: NaiveDateTime,
}

/// Puts an explanation in the place of an older one of the same finding.
pub fn put(connection: &mut AnyConnection, explanation: &StoredExplanation) -> QueryResult<()> {
    remove_one(connection, &explanation.report_id, &explanation.finding)?;
    insert!(connection, dsl::explanations, explanation)
}

/// Whether there was one.
pub fn remove_one(connection: &mut AnyConnection, report: &str, finding: &str) -> QueryResult<bool> {
    let here = dsl::report_id.eq(report).and(dsl::finding.eq(finding));
    wrote(&EXPLANATIONS, format!("{report}/{finding}"));
    diesel::delete(dsl::explanations.filter(here)).execute(connection).map(|rows| rows > 0)
}

pub fn delete_of(connection: &mut AnyConnection, report: &ReportId) -> Stored<()> {
    vanishing(connection, &EXPLANATIONS, &Rows::Report(report.to_string()))?;
    diesel::delete(dsl::explanations.filter(dsl::report_id.eq(report.as_str()))).execute(connection)?;
    Ok(())
}

/// Who has given those of a report.
pub fn givers(connection: &mut AnyConnection, report: &ReportId) -> QueryResult<Vec<PersonId>> {
    dsl::explanations
        .filter(dsl::report_id.eq(report.as_str()))
        .select(dsl::person_id)
        .distinct()
        .load(connection)
        .map(|ids: Vec<String>| ids.into_iter().map(PersonId::from_stored).collect())
}

/// The explanations of some reports, by report.
pub fn of_reports(
    connection: &mut AnyConnection,
    reports: &[String],
) -> Stored<HashMap<String, Vec<Explanation>>> {
    let rows: Vec<StoredExplanation> = on_each!(connection, |c| dsl::explanations
        .filter(among!(dsl::report_id, reports))
        .select(StoredExplanation::as_select())
        .prepared_for(reports.len())
        .load(c))?;
    let explanation = |row: StoredExplanation| {
        (row.report_id, Explanation { finding: row.finding, inputs: row.inputs, text: row.text })
    };
    Ok(grouped(rows.into_iter().map(explanation)))
}
