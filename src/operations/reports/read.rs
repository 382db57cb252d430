//! Reading reports: whoever's grant covers the agency sees the working revision, all others the published one.

use crate::domain::agency::Agency;
use crate::domain::id::ReportId;
use crate::domain::report::{Report, ReportDocument, Revision, Scope, Timeliness, judge_timeliness};
use crate::domain::rights::Rights;
use crate::operations::agencies::{path_of, resolve};
use crate::operations::{AgencyRef, Asking, Refusal};
use crate::storage::reports::{self, ReportFilter};
use crate::storage::roster::RosterEntry;
use crate::storage::whole::{self, Whole};
use crate::storage::years::{self, StoredYear};
use crate::storage::{AnyConnection, Page, StorageError, agencies, revisions, roster};
use chrono::NaiveDate;
use std::collections::HashMap;

/// A report as somebody may see it: one of its revisions, with what is needed to show and judge it.
#[derive(Debug, Clone)]
pub struct ReportView {
    pub report: Report,
    pub revision: Revision,
    pub agency: Agency,
    pub year: StoredYear,
    pub due_on: NaiveDate,
    /// Seen under a grant: findings, persons and drafts are shown.
    pub working: bool,
    /// Why and when the present revision corrected the one before.
    pub corrected: bool,
}

impl ReportView {
    pub fn timeliness(&self) -> Option<Timeliness> {
        judge_timeliness(self.report.first_published_on, self.due_on)
    }

    /// The report as a document of its own.
    pub fn document(&self) -> ReportDocument {
        let heading = &self.revision.heading;
        ReportDocument {
            title: heading.title.clone(),
            agency_name: Some(self.revision.agency_name.clone()),
            agency_id: Some(self.agency.id.to_string()),
            year: Some(self.report.year),
            scope: Some(self.report.scope),
            signed_by: heading.signed_by.clone(),
            signed_on: heading.signed_on,
            index_number: heading.index_number.clone(),
            source_url: self.report.source_url.clone(),
            content: self.revision.content.clone(),
            faults: Vec::new(),
        }
    }

    /// The number in the `ETag` of this view.
    pub fn version(&self) -> i64 {
        if self.working {
            self.report.version
        } else {
            self.report.public_version.unwrap_or(self.report.version)
        }
    }
}

/// A listing's filter as asked for, agencies still by reference.
#[derive(Debug, Clone, Default)]
pub struct ReportQuery {
    pub filter: ReportFilter,
    pub agency: Option<AgencyRef>,
    pub within: Option<AgencyRef>,
}

pub fn find(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &ReportId,
    published_only: bool,
) -> Result<ReportView, Refusal> {
    let report = reports::find(connection, id)?.ok_or(Refusal::NotFound)?;
    view(connection, asking, report, published_only)
}

/// The same by agency, year and scope.
pub fn find_by_key(
    connection: &mut AnyConnection,
    asking: &Asking,
    agency: &AgencyRef,
    year: i32,
    scope: Scope,
    published_only: bool,
) -> Result<ReportView, Refusal> {
    let agency = resolve(connection, agency)?.ok_or(Refusal::NotFound)?;
    let report = reports::find_by_key(connection, &agency.id, year, scope)?.ok_or(Refusal::NotFound)?;
    view(connection, asking, report, published_only)
}

/// The working revision, whoever asks; for operations that check rights themselves.
pub fn find_raw(connection: &mut AnyConnection, report: Report) -> Result<ReportView, Refusal> {
    let agency = agencies::find(connection, &report.agency_id)?.ok_or_else(|| missing("agency"))?;
    let number = report.working_revision;
    build(connection, report, agency, number, true)
}

/// The same with the report's line of the roster, in one statement; for acts, which check rights themselves.
pub(super) fn find_for_act(
    connection: &mut AnyConnection,
    id: &ReportId,
) -> Result<(ReportView, Option<RosterEntry>), Refusal> {
    let Whole { report, revision, agency, year, line } =
        whole::find_working(connection, id)?.ok_or(Refusal::NotFound)?;
    let due_on = due_on(line.as_ref(), &year, &agency, &report);
    let corrected = revision.number > 1;
    Ok((ReportView { report, revision, agency, year, due_on, working: true, corrected }, line))
}

fn view(
    connection: &mut AnyConnection,
    asking: &Asking,
    report: Report,
    published_only: bool,
) -> Result<ReportView, Refusal> {
    let agency = agencies::find(connection, &report.agency_id)?.ok_or_else(|| missing("agency"))?;
    let working = !published_only && asking.rights.may_see(&agency.path);
    if working {
        let number = report.working_revision;
        return build(connection, report, agency, number, true);
    }
    if report.withdrawn_at.is_some() {
        return Err(Refusal::Withdrawn { reason: report.withdrawn_reason, at: report.withdrawn_at });
    }
    let number = report.published_revision.ok_or(Refusal::NotFound)?;
    build(connection, report, agency, number, false)
}

/// What everybody sees of a report; `None`: nothing.
pub(super) fn published(
    connection: &mut AnyConnection,
    report: Report,
) -> Result<Option<ReportView>, Refusal> {
    let Some(number) = report.shown_revision() else { return Ok(None) };
    let agency = agencies::find(connection, &report.agency_id)?.ok_or_else(|| missing("agency"))?;
    build(connection, report, agency, number, false).map(Some)
}

/// As its line of the roster says, else by the year's plan.
fn due_on(line: Option<&RosterEntry>, year: &StoredYear, agency: &Agency, report: &Report) -> NaiveDate {
    line.map_or_else(|| year.plan.due_on(agency.level, report.scope), |line| line.due_on)
}

pub(super) fn build(
    connection: &mut AnyConnection,
    report: Report,
    agency: Agency,
    number: i32,
    working: bool,
) -> Result<ReportView, Refusal> {
    let revision = revisions::find(connection, &report.id, number)?.ok_or_else(|| missing("revision"))?;
    let year = years::find(connection, report.year)?.ok_or_else(|| missing("year"))?;
    let line = roster::find(connection, report.year, &agency.id, report.scope)?;
    let due_on = due_on(line.as_ref(), &year, &agency, &report);
    Ok(ReportView { corrected: revision.number > 1, report, revision, agency, year, due_on, working })
}

/// What whoever has no grant over a report is told about it: no where everybody may read it, that it was
/// withdrawn, else that it is not there.
pub(super) fn refuse_outsider(report: &Report) -> Refusal {
    if report.withdrawn_at.is_some() {
        return Refusal::Withdrawn { reason: report.withdrawn_reason.clone(), at: report.withdrawn_at };
    }
    if report.published_revision.is_some() { Refusal::Forbidden } else { Refusal::NotFound }
}

fn missing(what: &'static str) -> Refusal {
    Refusal::Storage(StorageError::Malformed { what, value: "missing row".to_owned() })
}

fn complete(connection: &mut AnyConnection, query: &ReportQuery) -> Result<ReportFilter, Refusal> {
    let mut filter = query.filter.clone();
    if let Some(agency) = &query.agency {
        let unknown = || crate::domain::id::AgencyId::from_stored("?".to_owned());
        filter.agency_id = Some(resolve(connection, agency)?.map_or_else(unknown, |agency| agency.id));
    }
    if let Some(within) = &query.within {
        filter.within = Some(path_of(connection, within)?);
    }
    Ok(filter)
}

pub fn count(connection: &mut AnyConnection, rights: &Rights, query: &ReportQuery) -> Result<i64, Refusal> {
    let filter = complete(connection, query)?;
    Ok(reports::count(connection, rights, &filter)?)
}

/// How many there are of all, for work that goes through them.
pub fn count_all(
    connection: &mut AnyConnection,
    rights: &Rights,
    query: &ReportQuery,
) -> Result<i64, Refusal> {
    let filter = complete(connection, query)?;
    Ok(reports::count_all(connection, rights, &filter)?)
}

/// How many reports stand in each state.
pub fn count_by_state(connection: &mut AnyConnection) -> Result<Vec<(String, i64)>, Refusal> {
    Ok(reports::count_by_state(connection)?)
}

/// A page of what the caller may see, in few statements however long the page is.
pub fn list(
    connection: &mut AnyConnection,
    asking: &Asking,
    query: &ReportQuery,
    page: &Page,
) -> Result<Vec<ReportView>, Refusal> {
    let filter = complete(connection, query)?;
    let found = reports::list(connection, &asking.rights, &filter, page)?;
    let ids: Vec<String> = found.iter().map(|report| report.id.to_string()).collect();
    let mut agency_ids: Vec<String> = found.iter().map(|report| report.agency_id.to_string()).collect();
    agency_ids.sort_unstable();
    agency_ids.dedup();
    let agencies: HashMap<String, Agency> = agencies::find_many(connection, &agency_ids)?
        .into_iter()
        .map(|agency| (agency.id.to_string(), agency))
        .collect();
    let mut revisions: HashMap<(String, i32), Revision> = revisions::find_many(connection, &ids)?
        .into_iter()
        .map(|revision| ((revision.report_id.to_string(), revision.number), revision))
        .collect();
    let years: HashMap<i32, StoredYear> =
        years::list(connection, 0, 200)?.into_iter().map(|year| (year.plan.year, year)).collect();
    let due_days = roster::due_days(connection, &agency_ids)?;
    found
        .into_iter()
        .map(|report| {
            let agency = agencies.get(report.agency_id.as_str()).cloned().ok_or_else(|| missing("agency"))?;
            let working = !filter.published_only && asking.rights.may_see(&agency.path);
            let number = if working { Some(report.working_revision) } else { report.published_revision };
            let revision = number
                .and_then(|number| revisions.remove(&(report.id.to_string(), number)))
                .ok_or_else(|| missing("revision"))?;
            let year = years.get(&report.year).cloned().ok_or_else(|| missing("year"))?;
            let key = (report.year, agency.id.to_string(), report.scope.as_str().to_owned());
            let due_on =
                due_days.get(&key).copied().unwrap_or_else(|| year.plan.due_on(agency.level, report.scope));
            Ok(ReportView { corrected: revision.number > 1, report, revision, agency, year, due_on, working })
        })
        .collect()
}
