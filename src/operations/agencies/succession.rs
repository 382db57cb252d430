//! Mergers, renamings, abolitions: an agency ends and, mostly, another takes over what it answers for.

use super::history::record;
use super::update::exempt_in_rosters;
use super::{find, require_change_right, require_settling_right, resolve};
use crate::domain::agency::{Agency, AgencyStatus, SuccessionKind};
use crate::domain::audit::AuditAction;
use crate::operations::publishable::require_publishable;
use crate::operations::{AgencyRef, Answer, Conflict, Desk, InputFault, Refusal, require_present};
use crate::storage::{Note, agencies};
use chrono::NaiveDate;
use serde_json::json;

/// How an agency ends.
#[derive(Debug, Clone)]
pub struct Succession {
    /// How it ends.
    pub kind: SuccessionKind,
    /// Who goes on with its work.
    pub successor: Option<AgencyRef>,
    /// The first day it is no more.
    pub effective_on: NaiveDate,
    /// Why: the decision it rests on.
    pub reason: Option<String>,
}

/// Ends an agency; it needs the right over it and, where there is one, over its successor.
pub fn succeed(
    desk: &mut Desk<'_>,
    agency: &AgencyRef,
    version: i64,
    succession: &Succession,
) -> Answer<Agency> {
    let present = find(desk.connection, agency)?;
    require_settling_right(desk.asking, &present)?;
    let successor =
        succession.successor.as_ref().map(|named| resolve(desk.connection, named)).transpose()?.flatten();
    if let Some(successor) = &successor {
        require_change_right(desk.asking, successor)?;
    }
    require_present(present.version == version)?;
    let faults = faults_of(succession, &present, successor.as_ref(), desk.asking.today);
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults));
    }
    require_publishable(desk.asking, [("reason", succession.reason.as_deref())])?;
    if present.status != AgencyStatus::Active {
        return Err(Refusal::conflict(Conflict::AgencyEnded));
    }
    if successor.as_ref().is_some_and(|successor| successor.id == present.id) {
        return Err(Refusal::conflict(Conflict::AgencyCycle));
    }
    let mut ended = present.clone();
    ended.status = succession.kind.status();
    ended.valid_to = Some(succession.effective_on);
    ended.successor_id = successor.as_ref().map(|successor| successor.id.clone());
    ended.version += 1;
    ended.updated_at = desk.act.at;
    agencies::update(desk.connection, &ended)?;
    let (kind, day) = (succession.kind.as_str(), succession.effective_on);
    record(desk.connection, desk.act, &ended, succession.kind.into(), day, succession.reason.as_deref())?;
    let by = successor.as_ref().map(|successor| successor.name.as_str()).unwrap_or_default();
    exempt_in_rosters(desk.connection, &ended, desk.asking.today, &format!("{kind} {day} {by}"))?;
    let detail = json!({
        "kind": kind,
        "name": ended.name,
        "successor_id": ended.successor_id.as_ref().map(ToString::to_string),
        "effective_on": day.to_string(),
        "reason": succession.reason,
    });
    desk.notes.audit(Note::new(AuditAction::AgencySuccession, detail).of(&ended.id));
    Ok(ended)
}

/// What is wrong with the day and with the successor, at once.
fn faults_of(
    succession: &Succession,
    present: &Agency,
    successor: Option<&Agency>,
    today: NaiveDate,
) -> Vec<InputFault> {
    let day = succession.effective_on;
    let of_the_day = match present.valid_from {
        _ if day > today => Some("in_the_future"),
        Some(from) if day < from => Some("period_order"),
        _ => None,
    };
    let of_the_successor = match (&succession.successor, successor) {
        (Some(_), None) => Some("not_found"),
        (None, _) if succession.kind.needs_successor() => Some("required"),
        (_, Some(successor)) if successor.status != AgencyStatus::Active && successor.id != present.id => {
            Some("ended")
        }
        _ => None,
    };
    let found = [("/effective_on", of_the_day), ("/successor_id", of_the_successor)];
    found.into_iter().filter_map(|(pointer, code)| Some(InputFault::new(pointer, code?))).collect()
}
