//! Opening a report: every section exists from the first moment.

use super::ReportView;
use super::read::find_raw;
use crate::domain::id::ReportId;
use crate::domain::report::{Content, Heading, Report, ReportDocument, Revision, Scope, SectionMark};
use crate::domain::rights::Role;
use crate::domain::workflow::State;
use crate::domain::year::YearState;
use crate::operations::agencies::resolve;
use crate::operations::refusal::taken;
use crate::operations::{AgencyRef, Asking, Conflict, Refusal};
use crate::storage::roster::{self, RosterEntry};
use crate::storage::{Act, AnyConnection, Note, Notes, reports, revisions, years};
use serde_json::json;

/// A report that is to be.
#[derive(Debug, Clone)]
pub struct NewReport {
    pub id: ReportId,
    pub agency: AgencyRef,
    pub year: i32,
    pub scope: Scope,
    pub heading: Heading,
    pub source_url: Option<String>,
    /// `None`: the year's form, nothing filled in.
    pub content: Option<Content>,
    /// How it came: `report.create` or `report.import`.
    pub action: &'static str,
}

impl NewReport {
    /// The report a document becomes when it is stored for an agency and a year.
    pub fn of_document(id: ReportId, agency: AgencyRef, year: i32, document: ReportDocument) -> NewReport {
        NewReport {
            id,
            agency,
            year,
            scope: document.scope.unwrap_or(Scope::Own),
            heading: Heading {
                title: document.title,
                signed_by: document.signed_by,
                signed_on: document.signed_on,
                index_number: document.index_number,
            },
            source_url: document.source_url,
            content: Some(document.content),
            action: "report.import",
        }
    }
}

pub fn create(
    connection: &mut AnyConnection,
    act: &Act,
    notes: &mut Notes,
    asking: &Asking,
    new: &NewReport,
) -> Result<ReportView, Refusal> {
    let agency =
        resolve(connection, &new.agency)?.ok_or_else(|| Refusal::invalid("/agency_id", "not_found"))?;
    if !asking.rights.holds(&[Role::Editor], &agency.path) {
        return Err(Refusal::Forbidden);
    }
    let author = asking.person.as_ref().ok_or(Refusal::Forbidden)?;
    let Some(year) = years::find(connection, new.year)? else {
        return Err(Refusal::invalid("/year", "not_found"));
    };
    if !new.scope.is_for(agency.kind) {
        return Err(Refusal::ScopeNotForKind);
    }
    if year.plan.state != YearState::Open {
        return Err(Refusal::conflict(Conflict::YearNotOpen));
    }
    let form = crate::domain::form::by_id(&year.plan.format)
        .unwrap_or_else(|| crate::domain::form::for_year(year.plan.year));
    let content = new.content.clone().unwrap_or_else(|| Content::empty(form));
    let report = Report {
        id: new.id.clone(),
        agency_id: agency.id.clone(),
        year: new.year,
        scope: new.scope,
        version: 1,
        public_version: None,
        working_revision: 1,
        published_revision: None,
        first_published_on: None,
        source_url: new.source_url.clone(),
        source_published_on: None,
        withdrawn_at: None,
        withdrawn_reason: None,
        created_at: act.at,
        updated_at: act.at,
    };
    let revision = Revision {
        report_id: new.id.clone(),
        number: 1,
        state: State::Draft,
        round: 1,
        heading: new.heading.clone(),
        marks: vec![SectionMark { version: 1, updated_at: act.at }; content.sections.len()],
        agency_name: agency.name.clone(),
        digest: Revision::compute_digest(&new.heading, &content),
        content,
        reason: None,
        authors: vec![author.id.clone()],
        submitted_by: None,
        submitted_at: None,
        published_at: None,
        created_at: act.at,
        updated_at: act.at,
    };
    reports::insert(connection, &report).map_err(|error| taken(error, Conflict::ReportExists))?;
    revisions::insert(connection, &revision)?;
    if year.plan.state.roster_follows()
        && new.scope != Scope::expected_of(agency.kind)
        && agency.kind == crate::domain::agency::Kind::Government
        && roster::find(connection, new.year, &agency.id, new.scope)?.is_none()
    {
        // A government's own report is due once it has been filed.
        roster::insert(connection, &RosterEntry::of(&agency, &year.plan, new.scope))?;
    }
    notes.audit(Note {
        action: new.action,
        agency_id: Some(agency.id.to_string()),
        report_id: Some(new.id.to_string()),
        detail: json!({
            "year": new.year,
            "scope": new.scope.as_str(),
            "digest": revision.digest,
            "declared_zero": declared_zero(&revision.content),
        }),
    });
    find_raw(connection, report)
}

/// The sections whose zeros were declared, for the audit.
pub(super) fn declared_zero(content: &Content) -> Vec<&str> {
    content
        .form()
        .sections
        .iter()
        .zip(&content.sections)
        .filter(|(_, state)| state.declared_zero)
        .map(|(section, _)| section.key.as_str())
        .collect()
}
