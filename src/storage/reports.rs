//! Rows of the reports, and who may find which of them in a list.

use super::agencies::AgencyRow;
use super::connection::AnyConnection;
use super::deadline::still_wanted;
use super::dsl::{after, below, covered, in_order, lower, text_or};
use super::error::StorageError;
use super::prepared::Prepare;
use crate::domain::page::{COUNTED, Page};

use super::revisions::RevisionRow;
use super::roster::RosterRow;
use super::schema::reports::dsl;
use super::schema::{agencies, reports, revisions, roster, years};
use super::seals::wrote;
use super::types::row;
use super::whole::Whole;
use super::years::YearRow;
use crate::domain::agency::{AgencyPath, Level, Uscc};
use crate::domain::audit::guarded::REPORTS;
use crate::domain::id::{AgencyId, ReportId};
use crate::domain::report::{Heading, Report, ReportFilter, ReportHead, ReportOrder, Scope, Timeliness};
use crate::domain::rights::{Extent, Right, Rights};
use crate::domain::workflow::State;
use crate::domain::year::ReportingYear;
use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::count_star;
use diesel::prelude::*;

row!(
    #[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
    #[diesel(table_name = super::schema::reports, treat_none_as_null = true)]
    pub(super) ReportRow of Report {
        id: ReportId,
        agency_id: AgencyId,
        year: i32,
        scope: Scope,
        version: i64,
        public_version: Option<i64>,
        working_revision: i32,
        published_revision: Option<i32>,
        first_published_on: Option<NaiveDate>,
        timeliness: Option<Timeliness>,
        source_url: Option<String>,
        source_published_on: Option<NaiveDate>,
        withdrawn_at: Option<NaiveDateTime>,
        withdrawn_reason: Option<String>,
        created_at: NaiveDateTime,
        updated_at: NaiveDateTime,
    }
);

pub fn insert(connection: &mut AnyConnection, report: &Report) -> QueryResult<()> {
    let row = ReportRow::from(report);
    wrote(&REPORTS, report.id.as_str());
    on_each!(connection, |c| diesel::insert_into(dsl::reports).values(&row).prepared().execute(c)).map(|_| ())
}

pub fn update(connection: &mut AnyConnection, report: &Report) -> QueryResult<()> {
    let row = ReportRow::from(report);
    wrote(&REPORTS, report.id.as_str());
    on_each!(connection, |c| diesel::update(dsl::reports.find(&row.id)).set(&row).prepared().execute(c))
        .map(|_| ())
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
pub fn place_of_hidden(
    connection: &mut AnyConnection,
    id: &ReportId,
) -> Result<Option<(AgencyPath, i32)>, StorageError> {
    Ok(dsl::reports
        .inner_join(agencies::table)
        .filter(dsl::id.eq(id.as_str()).and(dsl::hidden_at.is_not_null()))
        .select((agencies::path, dsl::year))
        .first(connection)
        .optional()?)
}

pub fn find(connection: &mut AnyConnection, id: &ReportId) -> Result<Option<Report>, StorageError> {
    let row = dsl::reports
        .filter(dsl::id.eq(id.as_str()).and(dsl::hidden_at.is_null()))
        .select(ReportRow::as_select())
        .first(connection)
        .optional()?;
    Ok(row.map(Report::from))
}

pub fn find_by_key(
    connection: &mut AnyConnection,
    agency: &AgencyId,
    year: i32,
    scope: Scope,
) -> Result<Option<Report>, StorageError> {
    let row = dsl::reports
        .filter(dsl::agency_id.eq(agency.as_str()).and(dsl::year.eq(year)).and(dsl::scope.eq(scope.as_str())))
        .select(ReportRow::as_select())
        .first(connection)
        .optional()?;
    Ok(row.map(Report::from))
}

/// The published reports of some agencies in some years.
pub fn published_of(
    connection: &mut AnyConnection,
    agencies: &[String],
    years: &[i32],
) -> Result<Vec<Report>, StorageError> {
    let rows: Vec<ReportRow> = on_each!(connection, |c| dsl::reports
        .filter(dsl::agency_id.eq_any(agencies).and(dsl::year.eq_any(years)))
        .filter(dsl::published_revision.is_not_null().and(dsl::withdrawn_at.is_null()))
        .select(ReportRow::as_select())
        .order(dsl::id)
        .prepared_for(agencies.len())
        .load(c))?;
    Ok(rows.into_iter().map(Report::from).collect())
}

/// The reports, published or not, that rest on one of this agency: the next year's of the agencies
/// given, and the consolidated ones above it.
pub fn resting_on(
    connection: &mut AnyConnection,
    report: &Report,
    heirs: &[String],
    above: &[String],
) -> Result<Vec<Report>, StorageError> {
    let next_year = dsl::agency_id
        .eq_any(heirs)
        .and(dsl::year.eq(report.year + 1))
        .and(dsl::scope.eq(report.scope.as_str()));
    let holding = dsl::agency_id
        .eq_any(above)
        .and(dsl::year.eq(report.year))
        .and(dsl::scope.eq(Scope::Consolidated.as_str()));
    let rows: Vec<ReportRow> = dsl::reports
        .filter(next_year.or(holding))
        .filter(dsl::id.ne(report.id.as_str()))
        .select(ReportRow::as_select())
        .order(dsl::id)
        .load(connection)?;
    Ok(rows.into_iter().map(Report::from).collect())
}

pub fn exists_for_agency(connection: &mut AnyConnection, agency: &AgencyId) -> QueryResult<bool> {
    let found: Option<String> = dsl::reports
        .filter(dsl::agency_id.eq(agency.as_str()))
        .select(dsl::id)
        .first(connection)
        .optional()?;
    Ok(found.is_some())
}

pub fn exists_for_year(connection: &mut AnyConnection, year: i32) -> QueryResult<bool> {
    let found: Option<String> =
        dsl::reports.filter(dsl::year.eq(year)).select(dsl::id).first(connection).optional()?;
    Ok(found.is_some())
}

/// Which revision of which report a caller sees: the working one where a grant covers it, else what is published.
enum Sees {
    Published,
    Everything,
    Covered(Vec<Extent>),
}

impl Sees {
    fn by(rights: &Rights, published_only: bool) -> Sees {
        let extents = rights.extents(Right::SeeDrafts);
        if published_only || extents.is_empty() {
            return Sees::Published;
        }
        if extents.contains(&Extent::EVERYTHING) { Sees::Everything } else { Sees::Covered(extents) }
    }
}

/// The reports a caller may see, each with the revision they see of it, narrowed by a filter.
macro_rules! visible {
    ($rights:expr, $filter:expr, $select:expr) => {{
        let line = roster::year
            .eq(reports::year)
            .and(roster::agency_id.eq(reports::agency_id))
            .and(roster::scope.eq(reports::scope));
        let mut query = reports::table
            .inner_join(revisions::table.on(revisions::report_id.eq(reports::id)))
            .inner_join(agencies::table.on(agencies::id.eq(reports::agency_id)))
            .inner_join(years::table.on(years::year.eq(reports::year)))
            .left_join(roster::table.on(line))
            .filter(reports::hidden_at.is_null())
            .select($select)
            .into_boxed();
        let working = revisions::number.eq(reports::working_revision);
        let published =
            revisions::number.nullable().eq(reports::published_revision).and(reports::withdrawn_at.is_null());
        query =
            match Sees::by($rights, $filter.published_only) {
                Sees::Published => query.filter(published),
                Sees::Everything => query.filter(working),
                Sees::Covered(extents) => {
                    query.filter(covered(agencies::path, reports::year, &extents).and(working).or(
                        diesel::dsl::not(covered(agencies::path, reports::year, &extents)).and(published),
                    ))
                }
            };
        if let Some(year) = $filter.year {
            query = query.filter(reports::year.eq(year));
        }
        if let Some(agency) = &$filter.agency_id {
            query = query.filter(reports::agency_id.eq(agency.as_str()));
        }
        if let Some(path) = &$filter.within {
            query = query.filter(below(agencies::path, [path]));
        }
        if let Some(scope) = $filter.scope {
            query = query.filter(reports::scope.eq(scope));
        }
        if let Some(status) = $filter.status {
            query = query.filter(revisions::state.eq(status));
        }
        if let Some(from) = $filter.published_from {
            query = query.filter(revisions::published_at.ge(from));
        }
        if let Some(before) = $filter.published_before {
            query = query.filter(revisions::published_at.lt(before));
        }
        if let Some(since) = $filter.updated_since {
            query = query.filter(revisions::updated_at.ge(since));
        }
        if let Some(timeliness) = $filter.timeliness {
            query = query.filter(reports::timeliness.eq(timeliness));
        }
        if let Some(q) = &$filter.q {
            let named = text_or(revisions::title, "")
                .concat(" ")
                .concat(revisions::agency_name)
                .concat(" ")
                .concat(agencies::name);
            query = query.filter(lower(named).like(lower(containing(q))).escape('\\'));
        }
        query
    }};
}

/// A pattern for what holds a text, letter by letter.
fn containing(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

/// A page of the reports a caller may see, whole.
pub fn list(
    connection: &mut AnyConnection,
    rights: &Rights,
    filter: &ReportFilter,
    page: &Page<ReportOrder>,
) -> Result<Vec<Whole>, StorageError> {
    type Row = (ReportRow, RevisionRow, AgencyRow, YearRow, Option<RosterRow>);
    still_wanted()?;
    let rows: Vec<Row> = on_each!(connection, |c| {
        let select = (
            ReportRow::as_select(),
            RevisionRow::as_select(),
            AgencyRow::as_select(),
            YearRow::as_select(),
            Option::<RosterRow>::as_select(),
        );
        let query = visible!(rights, filter, select).filter(after(c, page)).order(in_order(c, page));
        query.limit(page.limit).prepared().load(c)
    })?;
    rows.into_iter().map(Whole::try_from).collect()
}

/// The same, without what stands in the sections.
pub fn heads(
    connection: &mut AnyConnection,
    rights: &Rights,
    filter: &ReportFilter,
    page: &Page<ReportOrder>,
) -> Result<Vec<ReportHead>, StorageError> {
    type Row = (ReportRow, HeadRow, (Option<Uscc>, AgencyPath, Level), YearRow, Option<NaiveDate>);
    still_wanted()?;
    let rows: Vec<Row> = on_each!(connection, |c| {
        let select = (
            ReportRow::as_select(),
            HeadRow::as_select(),
            (agencies::uscc, agencies::path, agencies::level),
            YearRow::as_select(),
            roster::due_on.nullable(),
        );
        let query = visible!(rights, filter, select).filter(after(c, page)).order(in_order(c, page));
        query.limit(page.limit).prepared().load(c)
    })?;
    let head = |(report, row, (uscc, path, level), year, due_on): Row| {
        let (report, year) = (Report::from(report), ReportingYear::from(year));
        ReportHead {
            due_on: due_on.unwrap_or_else(|| year.plan.due_on(level, report.scope)),
            working: !filter.published_only && rights.may_see(&path, report.year),
            report,
            number: row.number,
            state: row.state,
            form: row.form,
            heading: Heading {
                title: row.title,
                signed_by: row.signed_by,
                signed_on: row.signed_on,
                index_number: row.index_number,
            },
            agency_name: row.agency_name,
            reason: row.reason,
            submitted_at: row.submitted_at,
            published_at: row.published_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
            uscc,
        }
    };
    Ok(rows.into_iter().map(head).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = revisions)]
struct HeadRow {
    number: i32,
    state: State,
    form: String,
    title: Option<String>,
    signed_by: Option<String>,
    signed_on: Option<NaiveDate>,
    index_number: Option<String>,
    agency_name: String,
    reason: Option<String>,
    submitted_at: Option<NaiveDateTime>,
    published_at: Option<NaiveDateTime>,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

/// How many there are, up to [`COUNTED`] and one.
pub fn count(
    connection: &mut AnyConnection,
    rights: &Rights,
    filter: &ReportFilter,
) -> Result<i64, StorageError> {
    still_wanted()?;
    let some: Vec<ReportId> = on_each!(connection, |c| {
        visible!(rights, filter, reports::id).limit(COUNTED + 1).prepared().load(c)
    })?;
    Ok(i64::try_from(some.len()).unwrap_or(i64::MAX))
}

/// How many there are of all, for work that goes through them.
pub fn count_all(
    connection: &mut AnyConnection,
    rights: &Rights,
    filter: &ReportFilter,
) -> Result<i64, StorageError> {
    Ok(on_each!(connection, |c| visible!(rights, filter, count_star()).prepared().get_result(c))?)
}

/// How many reports stand in each state, by their working revision.
pub fn count_by_state(connection: &mut AnyConnection) -> Result<Vec<(String, i64)>, StorageError> {
    Ok(dsl::reports
        .inner_join(revisions::table)
        .filter(revisions::number.eq(dsl::working_revision).and(dsl::hidden_at.is_null()))
        .group_by(revisions::state)
        .select((revisions::state, diesel::dsl::count_star()))
        .load(connection)?)
}
