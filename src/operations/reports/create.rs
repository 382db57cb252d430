//! Opening a report: every section exists from the first moment.

use super::ReportView;
use super::elsewhere::{Subject, previous_of};
use super::read::find_raw;
use super::transition::{Transited, TransitionOrder, transition};
use crate::domain::agency::{Agency, Kind};
use crate::domain::id::ReportId;
use crate::domain::report::{Content, Heading, Report, ReportDocument, Revision, Scope, SectionMark};
use crate::domain::rights::Role;
use crate::domain::rules::Previous;
use crate::domain::workflow::{Action, State};
use crate::domain::year::YearState;
use crate::operations::agencies::resolve;
use crate::operations::refusal::taken;
use crate::operations::statistics::{settle_report, sum_below};
use crate::operations::{AgencyRef, Asking, Conflict, Desk, InputFault, Refusal};
use crate::storage::roster::{self, RosterEntry};
use crate::storage::sources::{self, SourceFile};
use crate::storage::years::StoredYear;
use crate::storage::{AnyConnection, Note, reports, revisions, years};
use chrono::NaiveDate;
use serde_json::json;
use std::str::FromStr;

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
    pub prefill: Option<Prefill>,
    /// The file it comes from, kept with it.
    pub source: Option<SourceFile>,
    /// How it came: `report.create`, `report.import` or `report.load`.
    pub action: &'static str,
}

/// What empty cells of a new report are filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefill {
    /// Last year's carried-forward row becomes this year's carried-over row.
    Previous,
    /// A consolidated report begins as the sum of the subtree's published own reports.
    Subordinates,
}

impl FromStr for Prefill {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Prefill, &'static str> {
        match text {
            "previous" => Ok(Prefill::Previous),
            "subordinates" => Ok(Prefill::Subordinates),
            _ => Err("invalid_value"),
        }
    }
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
            prefill: None,
            source: None,
            action: "report.import",
        }
    }
}

/// The action of a document of a past year that is loaded and archived at once.
const LOADED: &str = "report.load";

/// Takes a document of a past year in as published on its true day: created and archived in one write.
/// Its findings are recorded and block nothing.
pub fn load(
    desk: &mut Desk<'_>,
    new: &NewReport,
    transition_id: &str,
    published_on: NaiveDate,
) -> Result<Transited, Refusal> {
    if !desk.asking.rights.is_admin() {
        return Err(Refusal::Forbidden);
    }
    if published_on > desk.asking.today {
        return Err(Refusal::invalid("/published_on", "in_the_future"));
    }
    let new = NewReport { action: LOADED, ..new.clone() };
    let view = create(desk, &new)?;
    let order = TransitionOrder {
        id: transition_id.to_owned(),
        report_id: view.report.id,
        action: Action::Archive,
        comment: None,
        published_on: Some(published_on),
        version: view.report.version,
    };
    transition(desk, &order)
}

fn may_file(asking: &Asking, agency: &Agency, scope: Scope) -> bool {
    // Whoever supervises a place consolidates it.
    let roles: &[Role] = match scope {
        Scope::Own => &[Role::Editor],
        Scope::Consolidated => &[Role::Editor, Role::Supervisor],
    };
    asking.rights.holds(roles, &agency.path)
}

/// Refuses whoever may file nothing for an agency, asked before what they send is looked at; without a scope
/// whoever may file neither. Tells whether the agency is there.
pub fn require_filing_right(
    connection: &mut AnyConnection,
    asking: &Asking,
    agency: &AgencyRef,
    scope: Option<Scope>,
) -> Result<bool, Refusal> {
    let Some(agency) = resolve(connection, agency)? else { return Ok(false) };
    let scope = scope.unwrap_or(Scope::Consolidated);
    if may_file(asking, &agency, scope) { Ok(true) } else { Err(Refusal::Forbidden) }
}

/// What a new report is for must be there; both are told at once.
fn require_both(agency: Option<Agency>, year: Option<StoredYear>) -> Result<(Agency, StoredYear), Refusal> {
    match (agency, year) {
        (Some(agency), Some(year)) => Ok((agency, year)),
        (agency, year) => {
            let missing = [("/agency_id", agency.is_none()), ("/year", year.is_none())];
            let missing = missing.into_iter().filter(|(_, missing)| *missing);
            let faults = missing.map(|(pointer, _)| InputFault::new(pointer, "not_found"));
            Err(Refusal::Invalid(faults.collect()))
        }
    }
}

pub fn create(desk: &mut Desk<'_>, new: &NewReport) -> Result<ReportView, Refusal> {
    let agency = resolve(desk.connection, &new.agency)?;
    if agency.as_ref().is_some_and(|agency| !may_file(desk.asking, agency, new.scope)) {
        return Err(Refusal::Forbidden);
    }
    let author = desk.asking.person.as_ref().ok_or(Refusal::Forbidden)?;
    let (agency, year) = require_both(agency, years::find(desk.connection, new.year)?)?;
    if !new.scope.is_for(agency.kind) {
        return Err(Refusal::ScopeNotForKind);
    }
    // What was published long ago enters in a year of any state.
    if year.plan.state != YearState::Open && new.action != LOADED {
        return Err(Refusal::conflict(Conflict::YearNotOpen));
    }
    let form = crate::domain::form::by_id(&year.plan.format)
        .unwrap_or_else(|| crate::domain::form::for_year(year.plan.year));
    let mut content = new.content.clone().unwrap_or_else(|| Content::empty(form));
    // Every section is there from the first moment; what was not found in a file is empty.
    content.sections.iter_mut().for_each(|section| section.present = true);
    if new.prefill == Some(Prefill::Previous) {
        let subject = Subject {
            id: None,
            agency: agency.id.clone(),
            year: new.year,
            scope: new.scope,
            period_end: year.plan.period_end,
            form,
            changed: false,
            agency_name: agency.name.clone(),
            texts: Vec::new(),
        };
        carry_over(desk.connection, &subject, &mut content)?;
    }
    if new.prefill == Some(Prefill::Subordinates) {
        add_up(desk.connection, &agency, new, &mut content)?;
    }
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
        created_at: desk.act.at,
        updated_at: desk.act.at,
    };
    let revision = Revision {
        report_id: new.id.clone(),
        number: 1,
        state: State::Draft,
        round: 1,
        heading: new.heading.clone(),
        marks: vec![SectionMark { version: 1, updated_at: desk.act.at }; content.sections.len()],
        agency_name: agency.name.clone(),
        digest: Revision::compute_digest(&new.heading, &content),
        content,
        reason: None,
        authors: vec![author.id.clone()],
        submitted_by: None,
        submitted_at: None,
        published_at: None,
        created_at: desk.act.at,
        updated_at: desk.act.at,
    };
    reports::insert(desk.connection, &report).map_err(|error| taken(error, Conflict::ReportExists))?;
    revisions::insert(desk.connection, &revision)?;
    if let Some(source) = &new.source {
        sources::insert(desk.connection, source)?;
    }
    // A government's own report is due once it has been filed; what is loaded counts where it was loaded.
    let added = agency.kind == Kind::Government && new.scope != Scope::expected_of(agency.kind);
    if ((added && year.plan.state.roster_follows()) || new.action == LOADED)
        && roster::find(desk.connection, new.year, &agency.id, new.scope)?.is_none()
    {
        roster::insert(desk.connection, &RosterEntry::of(&agency, &year.plan, new.scope))?;
    }
    // What is loaded is published in the same write, and counted then.
    if new.action != LOADED {
        settle_report(desk.connection, &report, &agency)?;
    }
    desk.notes.audit(Note {
        action: new.action,
        agency_id: Some(agency.id.to_string()),
        report_id: Some(new.id.to_string()),
        detail: json!({
            "year": new.year,
            "scope": new.scope.as_str(),
            "digest": revision.digest,
            "declared_zero": declared_zero(&revision.content),
            "source_sha256": new.source.as_ref().map(|source| source.sha256.as_str()),
        }),
    });
    find_raw(desk.connection, report)
}

/// Fills the empty cells of the carried-over row from what last year's report carried forward.
fn carry_over(
    connection: &mut AnyConnection,
    subject: &Subject,
    content: &mut Content,
) -> Result<(), Refusal> {
    let previous = previous_of(connection, std::slice::from_ref(subject))?.pop();
    let Some(Previous::Known(previous)) = previous else {
        return Err(Refusal::invalid("/prefill", "previous_unknown"));
    };
    for continuation in content.form().continuations.iter().filter(|one| one.is_plain()) {
        if content.figures.get(continuation.cell).is_none() {
            let (section, row, column) = &continuation.last;
            content.figures.set(continuation.cell, previous.value(section, row, column));
        }
    }
    Ok(())
}

/// Fills the empty cells of a consolidated report with the sums of what is published below.
fn add_up(
    connection: &mut AnyConnection,
    agency: &Agency,
    new: &NewReport,
    content: &mut Content,
) -> Result<(), Refusal> {
    if new.scope != Scope::Consolidated {
        return Err(Refusal::invalid("/prefill", "misplaced"));
    }
    let sum = sum_below(connection, agency, new.year, content.form())?;
    for cell in 0..content.form().cells.len() {
        if content.figures.get(cell).is_none() {
            content.figures.set(cell, sum.get(cell));
        }
    }
    Ok(())
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
