//! Rows of the reports, and who may find which of them in a list.

use super::connection::AnyConnection;
use super::error::{StorageError, stored};
use super::listing::{Bind, Page, Sql, in_order};
use super::prepared::Prepare;
use super::roster::RosterEntry;
use super::schema::reports::dsl;
use crate::domain::agency::AgencyPath;
use crate::domain::id::{AgencyId, ReportId};
use crate::domain::report::{Report, Scope, Timeliness};
use crate::domain::rights::Rights;
use crate::domain::workflow::State;
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = super::schema::reports, treat_none_as_null = true)]
pub(super) struct ReportRow {
    id: String,
    agency_id: String,
    year: i32,
    scope: String,
    version: i64,
    public_version: Option<i64>,
    working_revision: i32,
    published_revision: Option<i32>,
    first_published_on: Option<NaiveDate>,
    source_url: Option<String>,
    source_published_on: Option<NaiveDate>,
    withdrawn_at: Option<NaiveDateTime>,
    withdrawn_reason: Option<String>,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

impl From<&Report> for ReportRow {
    fn from(report: &Report) -> ReportRow {
        ReportRow {
            id: report.id.to_string(),
            agency_id: report.agency_id.to_string(),
            year: report.year,
            scope: report.scope.as_str().to_owned(),
            version: report.version,
            public_version: report.public_version,
            working_revision: report.working_revision,
            published_revision: report.published_revision,
            first_published_on: report.first_published_on,
            source_url: report.source_url.clone(),
            source_published_on: report.source_published_on,
            withdrawn_at: report.withdrawn_at,
            withdrawn_reason: report.withdrawn_reason.clone(),
            created_at: report.created_at,
            updated_at: report.updated_at,
        }
    }
}

impl TryFrom<ReportRow> for Report {
    type Error = StorageError;

    fn try_from(row: ReportRow) -> Result<Report, StorageError> {
        Ok(Report {
            id: ReportId::from_stored(row.id),
            agency_id: AgencyId::from_stored(row.agency_id),
            year: row.year,
            scope: stored("scope", &row.scope)?,
            version: row.version,
            public_version: row.public_version,
            working_revision: row.working_revision,
            published_revision: row.published_revision,
            first_published_on: row.first_published_on,
            source_url: row.source_url,
            source_published_on: row.source_published_on,
            withdrawn_at: row.withdrawn_at,
            withdrawn_reason: row.withdrawn_reason,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

pub fn insert(connection: &mut AnyConnection, report: &Report) -> QueryResult<()> {
    let row = ReportRow::from(report);
    on_each!(connection, |c| diesel::insert_into(dsl::reports).values(&row).prepared().execute(c)).map(|_| ())
}

pub fn update(connection: &mut AnyConnection, report: &Report) -> QueryResult<()> {
    let row = ReportRow::from(report);
    on_each!(connection, |c| diesel::update(dsl::reports.find(&row.id)).set(&row).prepared().execute(c))
        .map(|_| ())
}

pub fn delete(connection: &mut AnyConnection, id: &ReportId) -> QueryResult<()> {
    diesel::delete(dsl::reports.filter(dsl::id.eq(id.as_str()))).execute(connection).map(|_| ())
}

pub fn find(connection: &mut AnyConnection, id: &ReportId) -> Result<Option<Report>, StorageError> {
    let row = dsl::reports
        .filter(dsl::id.eq(id.as_str()))
        .select(ReportRow::as_select())
        .first(connection)
        .optional()?;
    row.map(Report::try_from).transpose()
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
    row.map(Report::try_from).transpose()
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
    rows.into_iter().map(Report::try_from).collect()
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
    rows.into_iter().map(Report::try_from).collect()
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

/// What a listing of reports is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct ReportFilter {
    pub year: Option<i32>,
    pub agency_id: Option<AgencyId>,
    pub within: Option<AgencyPath>,
    pub scope: Option<Scope>,
    pub status: Option<State>,
    pub published_from: Option<NaiveDateTime>,
    pub published_before: Option<NaiveDateTime>,
    pub updated_since: Option<NaiveDateTime>,
    pub timeliness: Option<Timeliness>,
    pub q: Option<String>,
    /// Only what the public sees, whoever asks.
    pub published_only: bool,
}

/// The revision a caller sees of a report: the working one where a grant covers the agency, else the
/// published one; as a join on `v`.
fn add_visible(sql: &mut Sql, rights: &Rights, published_only: bool) {
    sql.push(
        " FROM reports r JOIN agencies a ON a.id = r.agency_id JOIN revisions v ON v.report_id = r.id AND ",
    );
    let everywhere = rights.grants.iter().any(|grant| grant.at.is_none());
    let published = "(v.number = r.published_revision AND r.withdrawn_at IS NULL)";
    if published_only || rights.grants.is_empty() {
        sql.push(published);
    } else if everywhere {
        sql.push("v.number = r.working_revision");
    } else {
        let granted = rights.grants.iter().filter_map(|grant| grant.at.as_ref());
        sql.push("CASE WHEN ").below("a.path", granted);
        sql.push(" THEN v.number = r.working_revision ELSE ").push(published).push(" END");
    }
    sql.push(" LEFT JOIN roster s ON s.year = r.year AND s.agency_id = r.agency_id AND s.scope = r.scope");
    sql.push(" JOIN years y ON y.year = r.year WHERE 1 = 1");
}

/// When a report is due: as its line of the roster says, else by the year's plan.
pub(super) const DUE: &str = "COALESCE(s.due_on, CASE WHEN r.scope = 'consolidated' AND a.level <> 'township' \
    THEN y.government_due_on ELSE y.department_due_on END)";

impl ReportFilter {
    fn add_to(&self, sql: &mut Sql) {
        if let Some(year) = self.year {
            sql.push(" AND r.year = ").bind(Bind::Integer(year));
        }
        if let Some(agency) = &self.agency_id {
            sql.push(" AND r.agency_id = ").bind_text(agency.as_str());
        }
        if let Some(path) = &self.within {
            sql.within("a.path", path);
        }
        if let Some(scope) = self.scope {
            sql.push(" AND r.scope = ").bind_text(scope.as_str());
        }
        if let Some(status) = self.status {
            sql.push(" AND v.state = ").bind_text(status.as_str());
        }
        if let Some(from) = self.published_from {
            sql.push(" AND v.published_at >= ").bind(Bind::Time(from));
        }
        if let Some(before) = self.published_before {
            sql.push(" AND v.published_at < ").bind(Bind::Time(before));
        }
        if let Some(since) = self.updated_since {
            sql.push(" AND v.updated_at >= ").bind(Bind::Time(since));
        }
        match self.timeliness {
            Some(Timeliness::OnTime) => {
                sql.push(&format!(" AND r.first_published_on <= {DUE}"));
            }
            Some(Timeliness::Late) => {
                sql.push(&format!(" AND r.first_published_on > {DUE}"));
            }
            None => {}
        }
        if let Some(q) = &self.q {
            sql.contains("(COALESCE(v.title, '') || ' ' || v.agency_name || ' ' || a.name)", q);
        }
    }
}

/// Ids of a page of the reports a caller may see.
pub fn list(
    connection: &mut AnyConnection,
    rights: &Rights,
    filter: &ReportFilter,
    page: &Page,
) -> Result<Vec<Report>, StorageError> {
    let mut sql = Sql::new("SELECT r.id AS id");
    add_visible(&mut sql, rights, filter.published_only);
    filter.add_to(&mut sql);
    sql.page(page, "r.id");
    let ids = sql.ids(connection)?;
    let rows: Vec<ReportRow> =
        dsl::reports.filter(dsl::id.eq_any(&ids)).select(ReportRow::as_select()).load(connection)?;
    in_order(&ids, rows, |row| &row.id).into_iter().map(Report::try_from).collect()
}

/// How many there are, up to [`super::COUNTED`] and one.
pub fn count(
    connection: &mut AnyConnection,
    rights: &Rights,
    filter: &ReportFilter,
) -> Result<i64, StorageError> {
    let mut sql = Sql::new("SELECT 1");
    add_visible(&mut sql, rights, filter.published_only);
    filter.add_to(&mut sql);
    Ok(sql.count(connection)?)
}

/// How many there are of all, for work that goes through them.
pub fn count_all(
    connection: &mut AnyConnection,
    rights: &Rights,
    filter: &ReportFilter,
) -> Result<i64, StorageError> {
    let mut sql = Sql::new("SELECT count(*) AS total");
    add_visible(&mut sql, rights, filter.published_only);
    filter.add_to(&mut sql);
    Ok(sql.total(connection)?)
}

/// How many reports stand in each state, by their working revision.
pub fn count_by_state(connection: &mut AnyConnection) -> Result<Vec<(String, i64)>, StorageError> {
    use super::schema::revisions;
    Ok(dsl::reports
        .inner_join(revisions::table)
        .filter(revisions::number.eq(dsl::working_revision))
        .group_by(revisions::state)
        .select((revisions::state, diesel::dsl::count_star()))
        .load(connection)?)
}

/// The published consolidated reports of a year at and below a place, by path: who holds one stands before it.
pub fn published_consolidated(
    connection: &mut AnyConnection,
    year: i32,
    within: Option<&AgencyPath>,
) -> Result<Vec<(RosterEntry, Report)>, StorageError> {
    let mut sql = Sql::new(
        "SELECT r.id AS id FROM reports r JOIN agencies a ON a.id = r.agency_id \
         LEFT JOIN roster s ON s.agency_id = r.agency_id AND s.year = r.year AND s.scope = 'consolidated' \
         LEFT JOIN roster o ON o.agency_id = r.agency_id AND o.year = r.year AND o.scope = 'own' \
         WHERE r.scope = 'consolidated' AND r.published_revision IS NOT NULL \
         AND r.withdrawn_at IS NULL AND r.year = ",
    );
    sql.bind(Bind::Integer(year));
    // Whose consolidated report is not due by the roster counts where its own line does.
    if let Some(path) = within {
        sql.within("COALESCE(s.path, o.path, a.path)", path);
    }
    sql.push(" ORDER BY COALESCE(s.path, o.path, a.path)");
    let mut found = Vec::new();
    for id in sql.ids(connection)? {
        let Some(report) = find(connection, &ReportId::from_stored(id))? else { continue };
        let mut lines = super::roster::of_agency(connection, year, &report.agency_id)?;
        let line = match lines.is_empty() {
            false => Some(lines.swap_remove(0)),
            true => super::agencies::find(connection, &report.agency_id)?
                .zip(super::years::find(connection, year)?)
                .map(|(agency, plan)| RosterEntry::of(&agency, &plan.plan, Scope::Consolidated)),
        };
        found.extend(line.map(|line| (line, report)));
    }
    Ok(found)
}
