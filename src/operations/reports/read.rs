//! Reading reports: whoever's grant covers the agency sees the working revision, all others the published one.

use crate::domain::agency::Agency;
use crate::domain::id::ReportId;
use crate::domain::page::Page;
use crate::domain::report::{
    Report, ReportDocument, ReportFilter, ReportHead, ReportOrder, Revision, Scope, Timeliness,
};
use crate::domain::rights::{Right, Rights};
use crate::domain::workflow::{Action, actions_from};
use crate::domain::year::ReportingYear;
use crate::operations::agencies::{path_of, resolve};
use crate::operations::{AgencyRef, Answer, Asking, Refusal, permit};
use crate::storage::reports;
use crate::storage::whole::{self, Whole};
use crate::storage::{AnyConnection, StorageError, revisions};
use chrono::NaiveDate;

/// A report as somebody may see it: one of its revisions, with what is needed to show and judge it.
#[derive(Debug, Clone)]
pub struct ReportView {
    /// The report, whichever of its revisions is seen.
    pub report: Report,
    /// The revision that whoever asks sees.
    pub revision: Revision,
    /// Whose it is.
    pub agency: Agency,
    /// Its reporting year.
    pub year: ReportingYear,
    /// The last day to publish it in time.
    pub due_on: NaiveDate,
    /// Seen under a grant: findings, persons and drafts are shown.
    pub working: bool,
    /// Why and when the present revision corrected the one before.
    pub corrected: bool,
}

impl ReportView {
    /// Whether whoever asks has a right over it.
    pub fn allows(&self, asking: &Asking, right: Right) -> bool {
        asking.rights.may(right, &self.agency.path, self.report.year)
    }

    /// What the table allows from where it stands, whoever asks.
    pub(super) fn actions(&self, stages: u8) -> Vec<Action> {
        actions_from(self.revision.state, self.report.shown_revision().is_some(), stages)
    }

    /// Whether it was published in time; `None`: it is not published, and not yet overdue.
    pub fn timeliness(&self) -> Option<Timeliness> {
        self.report.timeliness
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

    /// What is said around its sections.
    pub fn head(&self) -> ReportHead {
        let revision = &self.revision;
        ReportHead {
            report: self.report.clone(),
            number: revision.number,
            state: revision.state,
            form: revision.content.form().id.clone(),
            heading: revision.heading.clone(),
            agency_name: revision.agency_name.clone(),
            reason: revision.reason.clone(),
            submitted_at: revision.submitted_at,
            published_at: revision.published_at,
            created_at: revision.created_at,
            updated_at: revision.updated_at,
            uscc: self.agency.uscc.clone(),
            due_on: self.due_on,
            working: self.working,
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
    /// Which reports.
    pub filter: ReportFilter,
    /// Of this agency alone.
    pub agency: Option<AgencyRef>,
    /// Of this agency and all below it.
    pub within: Option<AgencyRef>,
}

impl From<Whole> for ReportView {
    fn from(whole: Whole) -> ReportView {
        let Whole { report, revision, agency, year, line } = whole;
        let due_on = line.map_or_else(|| year.plan.due_on(agency.level, report.scope), |line| line.due_on);
        ReportView { corrected: revision.number > 1, report, revision, agency, year, due_on, working: true }
    }
}

/// The report of this id as whoever asks may see it.
pub fn find(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &ReportId,
    published_only: bool,
) -> Answer<ReportView> {
    let present = find_raw(connection, id)?;
    if !published_only && present.allows(asking, Right::SeeDrafts) {
        asking.sees(Some(&present.agency.id), Some(&present.report.id));
        return Ok(present);
    }
    if present.report.withdrawn_at.is_some() {
        let (reason, at) = (present.report.withdrawn_reason, present.report.withdrawn_at);
        return Err(Refusal::Withdrawn { reason, at });
    }
    let number = present.report.published_revision.ok_or(Refusal::NotFound)?;
    at_revision(connection, ReportView { working: false, ..present }, number)
}

/// The same by agency, year and scope.
pub fn find_by_key(
    connection: &mut AnyConnection,
    asking: &Asking,
    agency: &AgencyRef,
    year: i32,
    scope: Scope,
    published_only: bool,
) -> Answer<ReportView> {
    let agency = resolve(connection, agency)?.ok_or(Refusal::NotFound)?;
    let report = reports::find_by_key(connection, &agency.id, year, scope)?.ok_or(Refusal::NotFound)?;
    find(connection, asking, &report.id, published_only)
}

/// The working revision, whoever asks, in one statement; for operations that check rights themselves.
pub fn find_raw(connection: &mut AnyConnection, id: &ReportId) -> Answer<ReportView> {
    Ok(whole::find_working(connection, id)?.ok_or(Refusal::NotFound)?.into())
}

/// What everybody sees of a report; `None`: nothing.
pub(super) fn published(connection: &mut AnyConnection, id: &ReportId) -> Answer<Option<ReportView>> {
    let Some(whole) = whole::find_working(connection, id)? else { return Ok(None) };
    let Some(number) = whole.report.shown_revision() else { return Ok(None) };
    at_revision(connection, ReportView { working: false, ..whole.into() }, number).map(Some)
}

/// The report as of another of its revisions.
pub(super) fn at_revision(
    connection: &mut AnyConnection,
    view: ReportView,
    number: i32,
) -> Answer<ReportView> {
    if view.revision.number == number {
        return Ok(view);
    }
    let missing = || StorageError::Malformed { what: "revision", value: "missing row".to_owned() };
    let revision = revisions::find(connection, &view.report.id, number)?.ok_or_else(missing)?;
    Ok(ReportView { corrected: revision.number > 1, revision, ..view })
}

/// Whether what was said about a report may be read: where it is seen under a grant, and, where it was hidden since,
/// by those who could read it.
pub(super) fn require_said_readable(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &ReportId,
) -> Answer<()> {
    let (place, year) = match find(connection, asking, id, false) {
        Ok(view) => (view.agency.path, view.report.year),
        Err(Refusal::NotFound) => {
            let hidden = reports::place_of_hidden(connection, id)?;
            let hidden = hidden.filter(|(place, year)| asking.rights.may_see(place, *year));
            return hidden.map(drop).ok_or(Refusal::NotFound);
        }
        Err(refusal) => return Err(refusal),
    };
    permit(asking.rights.may_see(&place, year))
}

/// What whoever has no grant over a report is told about it: no where everybody may read it, that it was
/// withdrawn, else that it is not there.
pub(super) fn refuse_outsider(report: &Report) -> Refusal {
    if report.withdrawn_at.is_some() {
        return Refusal::Withdrawn { reason: report.withdrawn_reason.clone(), at: report.withdrawn_at };
    }
    if report.published_revision.is_some() { Refusal::Forbidden } else { Refusal::NotFound }
}

/// `None`: an agency is named that is not there; nothing is found.
fn complete(connection: &mut AnyConnection, query: &ReportQuery) -> Answer<Option<ReportFilter>> {
    let mut filter = query.filter.clone();
    if let Some(agency) = &query.agency {
        let Some(agency) = resolve(connection, agency)? else { return Ok(None) };
        filter.agency_id = Some(agency.id);
    }
    if let Some(within) = &query.within {
        let Some(path) = path_of(connection, within)? else { return Ok(None) };
        filter.within = Some(path);
    }
    Ok(Some(filter))
}

pub fn count(connection: &mut AnyConnection, rights: &Rights, query: &ReportQuery) -> Answer<i64> {
    let Some(filter) = complete(connection, query)? else { return Ok(0) };
    Ok(reports::count(connection, rights, &filter)?)
}

/// How many there are of all, for work that goes through them.
pub fn count_all(connection: &mut AnyConnection, rights: &Rights, query: &ReportQuery) -> Answer<i64> {
    let Some(filter) = complete(connection, query)? else { return Ok(0) };
    Ok(reports::count_all(connection, rights, &filter)?)
}

/// How many reports stand in each state.
pub fn count_by_state(connection: &mut AnyConnection) -> Answer<Vec<(String, i64)>> {
    Ok(reports::count_by_state(connection)?)
}

/// A page of what the caller may see, in one statement however long the page is.
pub fn list(
    connection: &mut AnyConnection,
    asking: &Asking,
    query: &ReportQuery,
    page: &Page<ReportOrder>,
) -> Answer<Vec<ReportView>> {
    let Some(filter) = complete(connection, query)? else { return Ok(Vec::new()) };
    let view = |whole: Whole| {
        let view = ReportView::from(whole);
        let working = !filter.published_only && view.allows(asking, Right::SeeDrafts);
        if working {
            asking.sees(None, None);
        }
        ReportView { working, ..view }
    };
    Ok(reports::list(connection, &asking.rights, &filter, page)?.into_iter().map(view).collect())
}

/// The same, without what stands in the sections.
pub fn heads(
    connection: &mut AnyConnection,
    asking: &Asking,
    query: &ReportQuery,
    page: &Page<ReportOrder>,
) -> Answer<Vec<ReportHead>> {
    let Some(filter) = complete(connection, query)? else { return Ok(Vec::new()) };
    let heads = reports::heads(connection, &asking.rights, &filter, page)?;
    if heads.iter().any(|head| head.working) {
        asking.sees(None, None);
    }
    Ok(heads)
}
