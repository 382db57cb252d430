//! Settling a line of the roster by hand: exempt, extend, move; always with a reason.

use super::find;
use crate::domain::agency::AgencyPath;
use crate::domain::audit::AuditAction;
use crate::domain::digest::sha256_hex;
use crate::domain::id::AgencyId;
use crate::domain::report::Scope;
use crate::domain::rights::Right;
use crate::domain::roster::RosterEntry;
use crate::domain::year::YearState;
use crate::operations::agencies::{find as find_agency, resolve};
use crate::operations::publishable::require_publishable;
use crate::operations::statistics::{move_lines, require_place};
use crate::operations::{AgencyRef, Answer, Asking, Conflict, Desk, InputFault, Refusal, permit};
use crate::storage::{AnyConnection, Note};
use crate::storage::{reports, roster};
use chrono::NaiveDate;
use serde_json::json;

/// What is to become of a line; `None` leaves it as it is.
#[derive(Debug, Clone)]
pub struct RosterEdit {
    /// Whether it is to file none; `None`: as it was.
    pub exempt: Option<bool>,
    /// Its own due day, or again that of the year; `None`: as it was.
    pub due_on: Option<Option<NaiveDate>>,
    /// Under which agency it is to count.
    pub parent: Option<AgencyRef>,
    /// Needed where anything becomes otherwise.
    pub reason: Option<String>,
}

/// A number that changes with the line: what its tag is made of.
pub fn version_of(entry: &RosterEntry) -> i64 {
    let facts = json!([
        entry.year,
        entry.agency_id.as_str(),
        entry.scope.as_str(),
        entry.path.as_str(),
        entry.level.as_str(),
        entry.kind.as_str(),
        entry.name,
        entry.due_on,
        entry.exempt,
        entry.reason,
    ]);
    let digest = sha256_hex(facts.to_string().as_bytes());
    digest.get(..15).and_then(|digits| i64::from_str_radix(digits, 16).ok()).unwrap_or(0)
}

/// The line of an agency; without a scope the one that is expected of it.
pub fn find_line(
    connection: &mut AnyConnection,
    year: i32,
    agency: &AgencyRef,
    scope: Option<Scope>,
) -> Answer<RosterEntry> {
    find(connection, year)?;
    let agency = find_agency(connection, agency)?;
    let lines = roster::of_agency(connection, year, &agency.id)?;
    let wanted = |line: &RosterEntry| scope.is_none_or(|scope| line.scope == scope);
    lines.into_iter().find(wanted).ok_or(Refusal::NotFound)
}

/// The right to settle a line: supervision over the place above; nobody settles their own.
pub fn require_roster_right(asking: &Asking, line: &RosterEntry) -> Answer<()> {
    permit(asking.rights.may_settle(&line.path, line.year))
}

/// The right to let a line count elsewhere: supervision over that place too. One that is not there is a fault of
/// the body.
pub fn require_place_right(
    connection: &mut AnyConnection,
    asking: &Asking,
    year: i32,
    parent: &AgencyRef,
) -> Answer<()> {
    match path_of(connection, year, parent)? {
        Some(place) if !asking.rights.may_below(Right::KeepRegistry, Some(&place), year) => {
            Err(Refusal::Forbidden)
        }
        _ => Ok(()),
    }
}

/// What the audit says of a line that came, or went, with what was filed: whoever reads the roster reads it anew.
pub fn followed(agency: &AgencyId, (year, scope): (i32, Scope), added: bool) -> Note {
    Note::new(AuditAction::RosterFollow, json!({ "year": year, "scope": scope.as_str(), "added": added }))
        .of(agency)
}

/// Changes a line of the roster.
pub fn edit_roster(
    desk: &mut Desk<'_>,
    (year, agency, scope): (i32, &AgencyRef, Option<Scope>),
    version: i64,
    edit: &RosterEdit,
) -> Answer<RosterEntry> {
    let plan = find(desk.connection, year)?.plan;
    let before = find_line(desk.connection, year, agency, scope)?;
    require_roster_right(desk.asking, &before)?;
    let above = match &edit.parent {
        Some(parent) => {
            require_place_right(desk.connection, desk.asking, year, parent)?;
            path_of(desk.connection, year, parent)?
        }
        None => None,
    };
    if version_of(&before) != version {
        return Err(Refusal::PreconditionFailed);
    }
    let mut line = before.clone();
    line.exempt = edit.exempt.unwrap_or(line.exempt);
    let usual = || plan.due_on(line.level, line.scope);
    line.due_on = edit.due_on.map_or(line.due_on, |own| own.unwrap_or_else(usual));
    line.reason = edit.reason.clone().or(line.reason);
    let too_early = (line.due_on <= plan.period_end).then_some(("/due_on", "before_period_end"));
    let unknown = (edit.parent.is_some() && above.is_none()).then_some(("/parent_id", "not_found"));
    let faults: Vec<InputFault> = [too_early, unknown]
        .into_iter()
        .flatten()
        .map(|(pointer, code)| InputFault::new(pointer, code))
        .collect();
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults));
    }
    if line.reason != before.reason {
        require_publishable(desk.asking, [("reason", line.reason.as_deref())])?;
    }
    if let Some(above) = above {
        line.path = AgencyPath::below(Some(&above), line.agency_id.as_str());
        let deepest = roster::deepest(desk.connection, year, &before.path)?;
        require_place(&before.path, &line.path, deepest)?;
        line.moved = true;
    }
    if line == before {
        return Ok(before);
    }
    if edit.reason.is_none() {
        return Err(Refusal::invalid("/reason", "required"));
    }
    // What is late stays late, and what was filed late is counted so.
    let passed = desk.asking.today > before.due_on;
    let put_off = line.due_on > before.due_on || (line.exempt && !before.exempt && is_shown(desk, &before)?);
    if passed && put_off {
        return Err(Refusal::conflict(Conflict::DueDayPassed));
    }
    if plan.state == YearState::Archived {
        return Err(Refusal::conflict(Conflict::YearState));
    }
    if line.path != before.path {
        move_lines(desk.connection, year, (&before.path, &line.path), true)?;
    }
    roster::update(desk.connection, &line)?;
    let detail = json!({
        "year": year,
        "scope": line.scope.as_str(),
        "exempt": line.exempt,
        "due_on": line.due_on.to_string(),
        "previous_due_on": before.due_on.to_string(),
        "path": line.path.as_str(),
        "previous_path": before.path.as_str(),
        "reason": edit.reason,
        "year_state": plan.state.as_str(),
        "at": desk.act.at.and_utc().to_rfc3339(),
    });
    desk.notes.audit(Note::new(AuditAction::RosterEdit, detail).of(&line.agency_id));
    Ok(line)
}

/// Whether the report of a line is published.
fn is_shown(desk: &mut Desk<'_>, line: &RosterEntry) -> Answer<bool> {
    let report = reports::find_by_key(desk.connection, &line.agency_id, line.year, line.scope)?;
    Ok(report.is_some_and(|report| report.published_revision.is_some() && report.withdrawn_at.is_none()))
}

/// Where an agency counts in a year: as the roster has it, else as the registry has it; `None`: it is not there.
fn path_of(connection: &mut AnyConnection, year: i32, agency: &AgencyRef) -> Answer<Option<AgencyPath>> {
    let Some(agency) = resolve(connection, agency)? else { return Ok(None) };
    Ok(Some(roster::place_of(connection, year, &agency.path)?.path))
}
