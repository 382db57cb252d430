//! Opening a report: every section exists from the first moment.

use super::ReportView;
use super::beside::{around_of, note_source};
use super::elsewhere::{Subject, previous_of};
use super::transition::{Transited, TransitionOrder, transition};
use crate::domain::agency::{Agency, Kind, wire_names};
use crate::domain::audit::AuditAction;
use crate::domain::id::ReportId;
use crate::domain::report::{
    Content, Heading, Report, ReportDocument, Revision, Scope, SectionMark, SourceFile,
};
use crate::domain::rights::Right;
use crate::domain::roster::RosterEntry;
use crate::domain::rules::Previous;
use crate::domain::workflow::{Action, State};
use crate::domain::year::{ReportingYear, YearState};
use crate::operations::agencies::resolve;
use crate::operations::statistics::{settle_report, sum_below};
use crate::operations::years::followed;
use crate::operations::{
    AgencyRef, Answer, Asking, Conflict, Desk, InputFault, Ready, Refusal, permit, taken,
};
use crate::storage::{Act, AnyConnection, Note, reports, revisions, roster, sources, years};
use chrono::NaiveDate;
use serde_json::json;

/// A report that is to be.
#[derive(Debug, Clone)]
pub struct NewReport {
    /// Drawn for it.
    pub id: ReportId,
    /// Whose it is to be.
    pub agency: AgencyRef,
    /// Of which reporting year.
    pub year: i32,
    /// For the agency itself, or for all below it too.
    pub scope: Scope,
    /// Title, signature and index number.
    pub heading: Heading,
    /// Where it stands on the agency's own site.
    pub source_url: Option<String>,
    /// `None`: the year's form, nothing filled in.
    pub content: Option<Content>,
    /// What it is to hold from the start, beside what was sent.
    pub prefill: Option<Prefill>,
    /// The file it comes from, kept with it.
    pub source: Option<SourceFile>,
    /// How it comes here.
    pub origin: Origin,
}

/// How a report came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Written here.
    Created,
    /// Read from a file.
    Imported,
    /// A document of a past year, archived at once.
    Loaded,
}

impl Origin {
    fn action(self) -> AuditAction {
        match self {
            Origin::Created => AuditAction::ReportCreate,
            Origin::Imported => AuditAction::ReportImport,
            Origin::Loaded => AuditAction::ReportLoad,
        }
    }
}

wire_names!(
    /// What empty cells of a new report are filled with.
    Prefill {
        /// Last year's carried-forward row becomes this year's carried-over row.
        Previous = "previous",
        /// A consolidated report begins as the sum of the subtree's published own reports.
        Subordinates = "subordinates",
    }
);

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
            origin: Origin::Imported,
        }
    }
}

/// Takes a document of a past year in as published on its true day: created and archived in one write.
/// Its findings are recorded; secrecy and personal data keep it out.
pub fn load(
    desk: &mut Desk<'_>,
    new: &NewReport,
    transition_id: &str,
    published_on: NaiveDate,
) -> Answer<Transited> {
    permit(desk.asking.rights.may_below(Right::Archive, None, new.year))?;
    if published_on > desk.asking.today {
        return Err(Refusal::invalid("/published_on", "in_the_future"));
    }
    let new = NewReport { origin: Origin::Loaded, ..new.clone() };
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

fn right_to_file(scope: Scope) -> Right {
    match scope {
        Scope::Own => Right::File,
        Scope::Consolidated => Right::Consolidate,
    }
}

/// Refuses whoever may file nothing anywhere, asked before anything they send is looked at.
pub fn require_some_filing_right(asking: &Asking) -> Answer<()> {
    let may = [Scope::Own, Scope::Consolidated].map(right_to_file);
    if may.into_iter().any(|right| asking.rights.may_somewhere(right)) {
        Ok(())
    } else {
        Err(Refusal::Forbidden)
    }
}

/// Refuses whoever may file nothing for an agency, asked before what they send is looked at; without a scope
/// whoever may file neither, without a year in none. Tells whether the agency is there.
pub fn require_filing_right(
    connection: &mut AnyConnection,
    asking: &Asking,
    agency: &AgencyRef,
    (scope, year): (Option<Scope>, Option<i32>),
) -> Answer<bool> {
    let Some(agency) = resolve(connection, agency)? else { return Ok(false) };
    let right = right_to_file(scope.unwrap_or(Scope::Consolidated));
    let may = match year {
        Some(year) => asking.rights.may(right, &agency.path, year),
        None => asking.rights.may_ever(right, &agency.path),
    };
    if may { Ok(true) } else { Err(Refusal::Forbidden) }
}

/// What a new report is for must be there; both are told at once.
fn require_both(agency: Option<Agency>, year: Option<ReportingYear>) -> Answer<(Agency, ReportingYear)> {
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

/// A report made ready to be opened.
#[derive(Debug, Clone)]
pub struct ReadyReport {
    view: ReportView,
    /// Its line of the roster, where it has none yet and is to have one.
    line: Option<RosterEntry>,
    source: Option<SourceFile>,
    origin: Origin,
    note: Note,
}

impl ReadyReport {
    /// The report as it will stand.
    pub fn view(&self) -> &ReportView {
        &self.view
    }
}

/// Fills a new report in on a reader. It rests on what the agency has filed; that there is no other one its key
/// decides, in the lane.
pub fn prepare_create(
    connection: &mut AnyConnection,
    act: &Act,
    asking: &Asking,
    new: &NewReport,
) -> Answer<Ready<ReadyReport>> {
    let ready = make_ready(connection, act, asking, new)?;
    let agency = ready.view.agency.id.clone();
    Ready::on(connection, [&agency], ready)
}

/// Fills a new report in and opens it in one place in the lane.
pub fn create(desk: &mut Desk<'_>, new: &NewReport) -> Answer<ReportView> {
    let ready = make_ready(desk.connection, desk.act, desk.asking, new)?;
    enter_create(desk, &ready)?;
    Ok(ready.view)
}

/// Writes a report that was made ready.
pub fn enter_create(desk: &mut Desk<'_>, ready: &ReadyReport) -> Answer<()> {
    let ReportView { report, revision, agency, .. } = &ready.view;
    reports::insert(desk.connection, report).map_err(|error| taken(error, Conflict::ReportExists))?;
    revisions::insert(desk.connection, revision)?;
    if let Some(source) = &ready.source {
        sources::insert(desk.connection, source)?;
    }
    if let Some(line) = &ready.line {
        roster::insert(desk.connection, line)?;
        desk.notes.audit(followed(&line.agency_id, (line.year, line.scope), true));
    }
    // What is loaded is published in the same write, and counted then.
    if ready.origin != Origin::Loaded {
        settle_report(desk.connection, report, agency)?;
    }
    desk.notes.audit(ready.note.clone());
    Ok(())
}

fn make_ready(
    connection: &mut AnyConnection,
    act: &Act,
    asking: &Asking,
    new: &NewReport,
) -> Answer<ReadyReport> {
    let agency = resolve(connection, &new.agency)?;
    let may_file = |agency: &Agency| asking.rights.may(right_to_file(new.scope), &agency.path, new.year);
    if agency.as_ref().is_some_and(|agency| !may_file(agency)) {
        return Err(Refusal::Forbidden);
    }
    let author = asking.doer().ok_or(Refusal::Forbidden)?;
    let (agency, year) = require_both(agency, years::find(connection, new.year)?)?;
    if !new.scope.is_for(agency.kind) {
        return Err(Refusal::ScopeNotForKind);
    }
    // What was published long ago enters in a year of any state.
    if year.plan.state != YearState::Open && new.origin != Origin::Loaded {
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
        carry_over(connection, &subject, &mut content)?;
    }
    if new.prefill == Some(Prefill::Subordinates) {
        add_up(connection, &agency, new, &mut content)?;
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
        timeliness: None,
        source_url: new.source_url.clone(),
        source_published_on: None,
        withdrawn_at: None,
        withdrawn_reason: None,
        created_at: act.at,
        updated_at: act.at,
    };
    let mut revision = Revision {
        report_id: new.id.clone(),
        number: 1,
        state: State::Draft,
        round: 1,
        heading: new.heading.clone(),
        marks: vec![SectionMark { version: 1, updated_at: act.at }; content.sections.len()],
        agency_name: agency.name.clone(),
        digest: String::new(),
        content,
        reason: None,
        authors: vec![author],
        beside: Some(around_of(&report)),
        submitted_by: None,
        submitted_at: None,
        published_at: None,
        created_at: act.at,
        updated_at: act.at,
    };
    revision.begin_digest(asking.digests);
    let line = roster::find(connection, new.year, &agency.id, new.scope)?;
    let due_on = line.as_ref().map_or_else(|| year.plan.due_on(agency.level, new.scope), |line| line.due_on);
    // A government's own report is due once it has been filed; what is loaded counts where it was loaded.
    let added = agency.kind == Kind::Government && new.scope != Scope::expected_of(agency.kind);
    let adds = (added && year.plan.state.roster_follows()) || new.origin == Origin::Loaded;
    let place = (adds && line.is_none()).then(|| roster::place_of(connection, new.year, &agency.path));
    let line = place.transpose()?.map(|place| RosterEntry::of(&agency, &year.plan, new.scope, place));
    let mut detail = json!({
        "year": new.year,
        "scope": new.scope.as_str(),
        "digest": revision.digest,
        "declared_zero": declared_zero(&revision.content),
        "source_sha256": new.source.as_ref().map(|source| source.sha256.as_str()),
    });
    note_source(&mut detail, new.source.as_ref(), asking.digests);
    let note = Note::new(new.origin.action(), detail).of(&agency.id).about(&new.id);
    let view = ReportView { report, revision, agency, year, due_on, working: true, corrected: false };
    Ok(ReadyReport { view, line, source: new.source.clone(), origin: new.origin, note })
}

/// Fills the empty cells of the carried-over row from what last year's report carried forward.
fn carry_over(connection: &mut AnyConnection, subject: &Subject, content: &mut Content) -> Answer<()> {
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
) -> Answer<()> {
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
