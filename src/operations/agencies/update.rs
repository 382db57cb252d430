//! Changing an agency, moving its subtree with it.

use super::create::find_parent;
use super::history::record;
use super::{AgencyDraft, find, resolve};
use crate::domain::agency::{Agency, AgencyChange, AgencyPath, AgencyStatus, MAX_DEPTH};
use crate::domain::audit::AuditAction;
use crate::domain::report::Scope;
use crate::domain::roster::RosterEntry;
use crate::operations::changed::changed;
use crate::operations::refusal::taken;
use crate::operations::statistics::{move_in_years, settle_report};
use crate::operations::{AgencyRef, Asking, Conflict, Desk, Refusal};
use crate::storage::roster;
use crate::storage::{AnyConnection, Note, agencies, reports, years};
use serde_json::json;

/// The right to change an agency: over itself as a subordinate of its parent, or as its own supervisor.
pub fn require_change_right(asking: &Asking, agency: &Agency) -> Result<(), Refusal> {
    if asking.rights.may_manage(Some(&agency.path)) { Ok(()) } else { Err(Refusal::Forbidden) }
}

/// The same over an agency that a body names; one that is not there is a fault of the body.
pub fn require_right_over(
    connection: &mut AnyConnection,
    asking: &Asking,
    named: &AgencyRef,
) -> Result<(), Refusal> {
    match resolve(connection, named)? {
        Some(agency) => require_change_right(asking, &agency),
        None => Ok(()),
    }
}

/// A move needs the right over the old and the new place; a parent that is not there is a fault of the body.
pub fn require_move_right(
    connection: &mut AnyConnection,
    asking: &Asking,
    present: &Agency,
    parent: Option<&AgencyRef>,
) -> Result<(), Refusal> {
    let new = match parent {
        Some(parent) => resolve(connection, parent)?,
        None => None,
    };
    let unknown = parent.is_some() && new.is_none();
    if unknown || present.parent_id.as_ref() == new.as_ref().map(|new| &new.id) {
        return Ok(());
    }
    let old = match &present.parent_id {
        Some(id) => agencies::find(connection, id)?,
        None => None,
    };
    let manages = |place: Option<&Agency>| asking.rights.may_manage(place.map(|agency| &agency.path));
    if manages(old.as_ref()) && manages(new.as_ref()) { Ok(()) } else { Err(Refusal::Forbidden) }
}

/// Writes a draft over an agency. `version` is the one the caller has seen.
pub fn update(
    desk: &mut Desk<'_>,
    agency: &AgencyRef,
    version: i64,
    draft: &AgencyDraft,
) -> Result<Agency, Refusal> {
    let present = find(desk.connection, agency)?;
    require_change_right(desk.asking, &present)?;
    require_move_right(desk.connection, desk.asking, &present, draft.parent.as_ref())?;
    if present.version != version {
        return Err(Refusal::PreconditionFailed);
    }
    let parent = find_parent(desk.connection, draft)?;
    let path = AgencyPath::below(parent.as_ref().map(|parent| &parent.path), present.id.as_str());
    let moved = path != present.path;
    if moved {
        require_place(&present, parent.as_ref(), &path)?;
    }
    let wanted = Agency {
        id: present.id.clone(),
        name: draft.name.clone(),
        short_name: draft.short_name.clone(),
        uscc: draft.uscc.clone(),
        level: draft.level,
        kind: draft.kind,
        division_code: draft.division_code.clone(),
        parent_id: parent.map(|parent| parent.id),
        path,
        status: present.status,
        valid_from: draft.valid_from,
        valid_to: draft.valid_to,
        successor_id: present.successor_id.clone(),
        contact: draft.contact.clone(),
        version: present.version,
        created_at: present.created_at,
        updated_at: present.updated_at,
    };
    let Some(changed) = changed(&present, wanted, desk.act.at) else { return Ok(present) };
    if moved {
        let following = years::list(desk.connection, 0, 200)?;
        let following = following.iter().filter(|year| year.plan.state.roster_follows());
        let following: Vec<i32> = following.map(|year| year.plan.year).collect();
        move_in_years(desk.connection, &following, &present.id, &present.path, &changed.path)?;
        agencies::move_subtree(desk.connection, &present.path, &changed.path)?;
    }
    agencies::update(desk.connection, &changed).map_err(|error| taken(error, Conflict::UsccTaken))?;
    let what = if moved { AgencyChange::Moved } else { AgencyChange::Updated };
    record(desk.connection, desk.act, &changed, what, desk.asking.today, None)?;
    follow_in_rosters(desk.connection, &present, &changed)?;
    desk.notes.audit(Note {
        action: if moved { AuditAction::AgencyMove } else { AuditAction::AgencyUpdate },
        agency_id: Some(changed.id.to_string()),
        report_id: None,
        detail: json!({
            "name": changed.name,
            "previous_name": present.name,
            "previous_parent_id": present.parent_id.as_ref().map(ToString::to_string),
            "parent_id": changed.parent_id.as_ref().map(ToString::to_string),
            "version": changed.version,
        }),
    });
    Ok(changed)
}

/// A move may make no circle and no endless chain.
fn require_place(present: &Agency, parent: Option<&Agency>, path: &AgencyPath) -> Result<(), Refusal> {
    if parent.is_some_and(|parent| present.path.contains(&parent.path)) {
        return Err(Refusal::conflict(Conflict::AgencyCycle));
    }
    if path.depth() > MAX_DEPTH {
        return Err(Refusal::invalid("/parent_id", "too_deep"));
    }
    Ok(())
}

/// The rosters of planned and open years follow the registry; frozen ones never move, and what somebody
/// has settled by hand stays settled.
fn follow_in_rosters(connection: &mut AnyConnection, before: &Agency, after: &Agency) -> Result<(), Refusal> {
    let expected = Scope::expected_of(after.kind);
    for year in years::list(connection, 0, 200)?.iter().filter(|year| year.plan.state.roster_follows()) {
        if before.path != after.path {
            roster::move_subtree(connection, year.plan.year, &before.path, &after.path)?;
        }
        let has_other = |scope| scope != expected;
        let mut scopes = vec![expected];
        for scope in [Scope::Own, Scope::Consolidated].into_iter().filter(|scope| has_other(*scope)) {
            // The own report of a government is due once it has been filed.
            if reports::find_by_key(connection, &after.id, year.plan.year, scope)?.is_some() {
                scopes.push(scope);
            }
        }
        let mut entries = Vec::new();
        for scope in scopes {
            let mut entry = RosterEntry::of(after, &year.plan, scope);
            match roster::find(connection, year.plan.year, &after.id, scope)? {
                Some(settled) => entry.keep_settled(settled),
                // Who has ended is due for nothing that was not due before.
                None if after.status != AgencyStatus::Active => continue,
                None => {}
            }
            entries.push(entry);
        }
        roster::delete_agency(connection, year.plan.year, &after.id)?;
        for entry in entries {
            roster::insert(connection, &entry)?;
        }
        // Its own report counts under the agency's level and kind.
        let own = reports::find_by_key(connection, &after.id, year.plan.year, Scope::Own)?;
        if let Some(report) = own.filter(|_| (before.level, before.kind) != (after.level, after.kind)) {
            settle_report(connection, &report, after)?;
        }
    }
    Ok(())
}

/// An agency that has ended is due for nothing in the years that still follow the registry.
pub(super) fn exempt_in_rosters(
    connection: &mut AnyConnection,
    agency: &Agency,
    reason: &str,
) -> Result<(), Refusal> {
    let ended = agency.valid_to;
    for year in years::list(connection, 0, 200)?.iter().filter(|year| year.plan.state.roster_follows()) {
        for scope in [Scope::Own, Scope::Consolidated] {
            if let Some(mut entry) = roster::find(connection, year.plan.year, &agency.id, scope)? {
                // What it was due for before its end stays due, and what it has filed stays counted.
                let filed = reports::find_by_key(connection, &agency.id, year.plan.year, scope)?;
                let published = filed.is_some_and(|report| {
                    report.published_revision.is_some() && report.withdrawn_at.is_none()
                });
                if published || ended.is_some_and(|day| day > entry.due_on) {
                    continue;
                }
                entry.exempt = true;
                entry.reason = Some(reason.trim().to_owned());
                roster::update(connection, &entry)?;
            }
        }
    }
    Ok(())
}
