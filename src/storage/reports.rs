//! Rows of the reports.

mod lists;
mod order;

use super::dsl::among;
use super::prepared::Prepare;
use super::quick::Quick;
use super::revisions::RevisionRow;
use super::schema::reports::dsl;
use super::schema::{agencies, revisions};
use super::seals::wrote;
use super::types::row;
use super::{AnyConnection, Stored};
use crate::domain::agency::AgencyPath;
use crate::domain::audit::guarded::REPORTS;
use crate::domain::id::{AgencyId, ReportId};
use crate::domain::report::{Report, Revision, Scope, Timeliness};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::exists;
use diesel::prelude::*;
pub use lists::{count, count_all, heads, list};

// What never changes is not written again: SQLite would put it anew into every index that it stands in.
row!(
    #[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
    #[diesel(table_name = super::schema::reports, treat_none_as_null = true, treat_none_as_default_value = false)]
    ReportRow of Report {
        id: ReportId,
        #[diesel(skip_update)]
        agency_id: AgencyId,
        #[diesel(skip_update)]
        year: i32,
        #[diesel(skip_update)]
        scope: Scope,
        version: i64,
        public_version: Option<i64>,
        working_revision: i32,
        published_revision: Option<i32>,
        #[diesel(deserialize_as = Quick<Option<NaiveDate>>)]
        first_published_on: Option<NaiveDate>,
        timeliness: Option<Timeliness>,
        source_url: Option<String>,
        #[diesel(deserialize_as = Quick<Option<NaiveDate>>)]
        source_published_on: Option<NaiveDate>,
        #[diesel(deserialize_as = Quick<Option<NaiveDateTime>>)]
        withdrawn_at: Option<NaiveDateTime>,
        withdrawn_reason: Option<String>,
        #[diesel(skip_update)]
        #[diesel(deserialize_as = Quick<NaiveDateTime>)]
        created_at: NaiveDateTime,
        #[diesel(deserialize_as = Quick<NaiveDateTime>)]
        updated_at: NaiveDateTime,
    }
);

pub fn insert(connection: &mut AnyConnection, report: &Report) -> QueryResult<()> {
    wrote(&REPORTS, report.id.as_str());
    insert!(connection, dsl::reports, report)
}

pub fn update(connection: &mut AnyConnection, report: &Report) -> QueryResult<()> {
    let row = ReportRow::from(report);
    wrote(&REPORTS, report.id.as_str());
    update!(connection, dsl::reports.find(&row.id), &row)
}

pub fn delete(connection: &mut AnyConnection, id: &ReportId) -> QueryResult<()> {
    wrote(&REPORTS, id.as_str());
    diesel::delete(dsl::reports.filter(dsl::id.eq(id.as_str()))).execute(connection).map(|_| ())
}

/// Hides a report: its place (agency, year, scope) is free again, and it is found no more.
pub fn hide(
    connection: &mut AnyConnection,
    id: &ReportId,
    scope: Scope,
    at: NaiveDateTime,
) -> QueryResult<()> {
    wrote(&REPORTS, id.as_str());
    let place = format!("{}/{}", scope.as_str(), id.as_str());
    diesel::update(dsl::reports.filter(dsl::id.eq(id.as_str())))
        .set((dsl::scope.eq(place), dsl::hidden_at.eq(at)))
        .execute(connection)
        .map(|_| ())
}

/// Where the agency of a hidden report stands, and its year; `None`: there is no such report.
pub fn place_of_hidden(connection: &mut AnyConnection, id: &ReportId) -> Stored<Option<(AgencyPath, i32)>> {
    Ok(dsl::reports
        .inner_join(agencies::table)
        .filter(dsl::id.eq(id.as_str()).and(dsl::hidden_at.is_not_null()))
        .select((agencies::path, dsl::year))
        .first(connection)
        .optional()?)
}

pub fn find(connection: &mut AnyConnection, id: &ReportId) -> Stored<Option<Report>> {
    Ok(dsl::reports
        .filter(dsl::id.eq(id.as_str()).and(dsl::hidden_at.is_null()))
        .select(Report::as_select())
        .first(connection)
        .optional()?)
}

pub fn find_by_key(
    connection: &mut AnyConnection,
    agency: &AgencyId,
    year: i32,
    scope: Scope,
) -> Stored<Option<Report>> {
    Ok(dsl::reports
        .filter(dsl::agency_id.eq(agency.as_str()).and(dsl::year.eq(year)).and(dsl::scope.eq(scope.as_str())))
        .select(Report::as_select())
        .first(connection)
        .optional()?)
}

/// The published reports of some agencies in some years, each with the revision that everybody reads.
pub fn published_of(
    connection: &mut AnyConnection,
    agencies: &[String],
    years: &[i32],
) -> Stored<Vec<(Report, Revision)>> {
    let shown =
        revisions::report_id.eq(dsl::id).and(revisions::number.nullable().eq(dsl::published_revision));
    let rows: Vec<(Report, RevisionRow)> = on_each!(connection, |c| dsl::reports
        .inner_join(revisions::table.on(shown))
        .filter(among!(dsl::agency_id, agencies).and(among!(dsl::year, years)))
        .filter(dsl::withdrawn_at.is_null())
        .select((Report::as_select(), RevisionRow::as_select()))
        .order(dsl::id)
        .prepared_for(agencies.len())
        .load(c))?;
    rows.into_iter().map(|(report, row)| Ok((report, row.try_into()?))).collect()
}

/// The reports, published or not, that rest on one of this agency: the next year's of the agencies
/// given, and the consolidated ones above it.
pub fn resting_on(
    connection: &mut AnyConnection,
    report: &Report,
    heirs: &[String],
    above: &[String],
) -> Stored<Vec<Report>> {
    let next_year = dsl::agency_id
        .eq_any(heirs)
        .and(dsl::year.eq(report.year + 1))
        .and(dsl::scope.eq(report.scope.as_str()));
    let holding = dsl::agency_id
        .eq_any(above)
        .and(dsl::year.eq(report.year))
        .and(dsl::scope.eq(Scope::Consolidated.as_str()));
    Ok(dsl::reports
        .filter(next_year.or(holding))
        .filter(dsl::id.ne(report.id.as_str()))
        .select(Report::as_select())
        .order(dsl::id)
        .load(connection)?)
}

pub fn exists_for_agency(connection: &mut AnyConnection, agency: &AgencyId) -> QueryResult<bool> {
    diesel::select(exists(dsl::reports.filter(dsl::agency_id.eq(agency)))).get_result(connection)
}

pub fn exists_for_year(connection: &mut AnyConnection, year: i32) -> QueryResult<bool> {
    diesel::select(exists(dsl::reports.filter(dsl::year.eq(year)))).get_result(connection)
}

/// How many reports stand in each state, by their working revision.
pub fn count_by_state(connection: &mut AnyConnection) -> Stored<Vec<(String, i64)>> {
    Ok(dsl::reports
        .inner_join(revisions::table)
        .filter(revisions::number.eq(dsl::working_revision).and(dsl::hidden_at.is_null()))
        .group_by(revisions::state)
        .select((revisions::state, diesel::dsl::count_star()))
        .load(connection)?)
}
