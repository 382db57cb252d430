//! Mergers, renamings, abolitions: an agency ends and, mostly, another takes over what it answers for.

use super::history::record;
use super::update::exempt_in_rosters;
use super::{find, require_change_right, resolve};
use crate::domain::agency::{Agency, AgencyStatus, SuccessionKind};
use crate::operations::{AgencyRef, Asking, Conflict, Refusal};
use crate::storage::{Act, AnyConnection, Note, Notes, agencies};
use chrono::NaiveDate;
use serde_json::json;

/// How an agency ends.
#[derive(Debug, Clone)]
pub struct Succession {
    pub kind: SuccessionKind,
    pub successor: Option<AgencyRef>,
    pub effective_on: NaiveDate,
    pub reason: Option<String>,
}

/// Ends an agency; it needs the right over it and, where there is one, over its successor.
pub fn succeed(
    connection: &mut AnyConnection,
    act: &Act,
    notes: &mut Notes,
    asking: &Asking,
    agency: &AgencyRef,
    version: i64,
    succession: &Succession,
) -> Result<Agency, Refusal> {
    let present = find(connection, agency)?;
    require_change_right(asking, &present)?;
    if present.version != version {
        return Err(Refusal::PreconditionFailed);
    }
    if succession.effective_on > asking.today {
        return Err(Refusal::invalid("/effective_on", "in_the_future"));
    }
    if present.valid_from.is_some_and(|from| succession.effective_on < from) {
        return Err(Refusal::invalid("/effective_on", "period_order"));
    }
    let successor = match &succession.successor {
        Some(named) => {
            let missing = || Refusal::invalid("/successor_id", "not_found");
            Some(resolve(connection, named)?.ok_or_else(missing)?)
        }
        None if succession.kind.needs_successor() => {
            return Err(Refusal::invalid("/successor_id", "required"));
        }
        None => None,
    };
    if present.status != AgencyStatus::Active {
        return Err(Refusal::conflict(Conflict::AgencyEnded));
    }
    if let Some(successor) = &successor {
        if successor.id == present.id {
            return Err(Refusal::conflict(Conflict::AgencyCycle));
        }
        require_change_right(asking, successor)?;
        if successor.status != AgencyStatus::Active {
            return Err(Refusal::invalid("/successor_id", "ended"));
        }
    }
    let mut ended = present.clone();
    ended.status = succession.kind.status();
    ended.valid_to = Some(succession.effective_on);
    ended.successor_id = successor.as_ref().map(|successor| successor.id.clone());
    ended.version += 1;
    ended.updated_at = act.at;
    agencies::update(connection, &ended)?;
    let (kind, day) = (succession.kind.as_str(), succession.effective_on);
    record(connection, act, &ended, kind, day, succession.reason.as_deref())?;
    let by = successor.as_ref().map(|successor| successor.name.as_str()).unwrap_or_default();
    exempt_in_rosters(connection, &ended, &format!("{kind} {day} {by}"))?;
    notes.audit(Note {
        action: "agency.succession",
        agency_id: Some(ended.id.to_string()),
        report_id: None,
        detail: json!({
            "kind": kind,
            "name": ended.name,
            "successor_id": ended.successor_id.as_ref().map(ToString::to_string),
            "effective_on": day.to_string(),
            "reason": succession.reason,
        }),
    });
    Ok(ended)
}
