//! Changing an agency, moving its subtree with it.

use super::codes::require_code_right;
use super::create::{find_parent, published};
use super::history::record;
use super::{AgencyDraft, find, resolve};
use crate::domain::agency::{Agency, AgencyChange, AgencyPath, AgencyStatus, Kind};
use crate::domain::audit::AuditAction;
use crate::domain::report::Scope;
use crate::domain::rights::Right;
use crate::domain::roster::RosterEntry;
use crate::operations::changed::changed;
use crate::operations::publishable::require_publishable;
use crate::operations::statistics::{move_in_years, require_place, settle_report};
use crate::operations::{AgencyRef, Answer, Asking, Conflict, Desk, permit, require_present, taken};
use crate::storage::renditions::{Around, empty_stale};
use crate::storage::roster;
use crate::storage::{AnyConnection, Note, agencies, reports, years};
use chrono::NaiveDate;
use serde_json::json;

/// The right to change an agency: over itself as a subordinate of its parent, or as its own supervisor.
pub fn require_change_right(asking: &Asking, agency: &Agency) -> Answer<()> {
    permit(asking.rights.may(Right::KeepRegistry, &agency.path, None))
}

/// The right to settle what an agency is called, counts as, and whether it goes on: that of the place above.
pub fn require_settling_right(asking: &Asking, agency: &Agency) -> Answer<()> {
    permit(asking.rights.may_settle(&agency.path, None))
}

/// Whether a draft settles what is not for the agency itself to settle.
fn settles(present: &Agency, draft: &AgencyDraft) -> bool {
    present.name != draft.name
        || present.level != draft.level
        || present.kind != draft.kind
        || present.division_code != draft.division_code
}

/// The same over an agency that a body names; one that is not there is a fault of the body.
pub fn require_right_over(connection: &mut AnyConnection, asking: &Asking, named: &AgencyRef) -> Answer<()> {
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
) -> Answer<()> {
    let new = parent.map(|parent| resolve(connection, parent)).transpose()?.flatten();
    let unknown = parent.is_some() && new.is_none();
    if unknown || present.parent_id.as_ref() == new.as_ref().map(|new| &new.id) {
        return Ok(());
    }
    let old = present.parent_id.as_ref().map(|id| agencies::find(connection, id)).transpose()?.flatten();
    let manages = |place: Option<&Agency>| {
        asking.rights.may_below(Right::KeepRegistry, place.map(|agency| &agency.path), None)
    };
    permit(manages(old.as_ref()) && manages(new.as_ref()))
}

/// Writes a draft over an agency. `version` is the one the caller has seen.
pub fn update(desk: &mut Desk<'_>, agency: &AgencyRef, version: i64, draft: &AgencyDraft) -> Answer<Agency> {
    let present = find(desk.connection, agency)?;
    require_change_right(desk.asking, &present)?;
    require_move_right(desk.connection, desk.asking, &present, draft.parent.as_ref())?;
    if settles(&present, draft) {
        require_settling_right(desk.asking, &present)?;
    }
    require_present(present.version == version)?;
    let before = published(&present.name, present.short_name.as_deref(), &present.contact);
    let new = draft.published().into_iter().zip(before).filter(|(new, before)| new != before);
    require_publishable(desk.asking, new.map(|(new, _)| new))?;
    let claimed = draft.uscc.as_ref().filter(|code| present.uscc.as_ref() != Some(*code));
    require_code_right(desk.connection, desk.asking, Some(&present.path), claimed)?;
    let parent = find_parent(desk.connection, draft)?;
    let path = AgencyPath::below(parent.as_ref().map(|parent| &parent.path), present.id.as_str());
    let moved = path != present.path;
    if moved {
        let depth = agencies::deepest(desk.connection, &present.path)?;
        require_place(&present.path, &path, depth)?;
    }
    let above = parent.as_ref().map(|parent| parent.path.clone());
    let wanted = Agency {
        name: draft.name.clone(),
        short_name: draft.short_name.clone(),
        uscc: draft.uscc.clone(),
        level: draft.level,
        kind: draft.kind,
        division_code: draft.division_code.clone(),
        parent_id: parent.map(|parent| parent.id),
        path,
        valid_from: draft.valid_from,
        valid_to: draft.valid_to,
        contact: draft.contact.clone(),
        ..present.clone()
    };
    let Some(changed) = changed!(present, wanted, desk.act.at) else { return Ok(present) };
    if moved {
        let following = years::list(desk.connection, 0, 200)?;
        let following = following.iter().filter(|year| year.plan.state.roster_follows());
        let following: Vec<i32> = following.map(|year| year.plan.year).collect();
        move_in_years(desk.connection, &following, &present, above.as_ref())?;
        agencies::move_subtree(desk.connection, &present.path, &changed.path)?;
    }
    agencies::update(desk.connection, &changed).map_err(|error| taken(error, Conflict::UsccTaken))?;
    let what = if moved { AgencyChange::Moved } else { AgencyChange::Updated };
    record(desk.connection, desk.act, &changed, what, desk.asking.today, None)?;
    follow_in_rosters(desk, &present, &changed)?;
    empty_stale(desk.connection, Around::Agency(&changed.id))?;
    let detail = json!({
        "name": changed.name,
        "previous_name": present.name,
        "uscc": changed.uscc.as_ref().map(ToString::to_string),
        "previous_uscc": present.uscc.as_ref().map(ToString::to_string),
        "previous_parent_id": present.parent_id.as_ref().map(ToString::to_string),
        "parent_id": changed.parent_id.as_ref().map(ToString::to_string),
        "version": changed.version,
    });
    let action = if moved { AuditAction::AgencyMove } else { AuditAction::AgencyUpdate };
    desk.notes.audit(Note::new(action, detail).of(&changed.id));
    Ok(changed)
}

/// The rosters of planned and open years follow the registry; frozen ones never move, and what somebody
/// has settled by hand stays settled. Nor is a due day that has passed put off by what the agency is now.
fn follow_in_rosters(desk: &mut Desk<'_>, before: &Agency, after: &Agency) -> Answer<()> {
    let (connection, today) = (&mut *desk.connection, desk.asking.today);
    let expected = Scope::expected_of(after.kind);
    for year in years::list(connection, 0, 200)?.iter().filter(|year| year.plan.state.roster_follows()) {
        let mut entries = Vec::new();
        for scope in [Scope::Own, Scope::Consolidated] {
            let settled = roster::find(connection, year.plan.year, &after.id, scope)?;
            // The own report of a government is due once it has been filed, and what came to be due stays so.
            let may_add = settled.is_some() || after.kind == Kind::Government;
            if scope != expected
                && !(may_add && reports::find_by_key(connection, &after.id, year.plan.year, scope)?.is_some())
            {
                continue;
            }
            if settled.is_none() && after.status != AgencyStatus::Active {
                // Who has ended is due for nothing that was not due before.
                continue;
            }
            let place = match &settled {
                Some(line) => line.place(),
                None => roster::place_of(connection, year.plan.year, &after.path)?,
            };
            let mut entry = RosterEntry::of(after, &year.plan, scope, place);
            if let Some(settled) = settled {
                if settled.due_on < today {
                    entry.due_on = entry.due_on.min(settled.due_on);
                }
                entry.keep_settled(settled);
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

/// Whether a day has passed by which others have filed.
pub(super) fn is_late(connection: &mut AnyConnection, line: &RosterEntry, today: NaiveDate) -> Answer<bool> {
    Ok(today > line.due_on && reports::exists_for_year(connection, line.year)?)
}

/// An agency that has ended is due for nothing in the years that still follow the registry. What is late where others
/// have filed stays late, whichever day it is said to have ended on: by hand alone, and with a reason, it is exempted.
pub(super) fn exempt_in_rosters(
    connection: &mut AnyConnection,
    agency: &Agency,
    today: NaiveDate,
    reason: &str,
) -> Answer<()> {
    let ended = agency.valid_to;
    for year in years::list(connection, 0, 200)?.iter().filter(|year| year.plan.state.roster_follows()) {
        for scope in [Scope::Own, Scope::Consolidated] {
            if let Some(mut entry) = roster::find(connection, year.plan.year, &agency.id, scope)? {
                // What it was due for before its end stays due, and what it has filed stays counted.
                let filed = reports::find_by_key(connection, &agency.id, year.plan.year, scope)?;
                let published = filed.is_some_and(|report| {
                    report.published_revision.is_some() && report.withdrawn_at.is_none()
                });
                let late = is_late(connection, &entry, today)?;
                if published || late || ended.is_some_and(|day| day > entry.due_on) {
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
