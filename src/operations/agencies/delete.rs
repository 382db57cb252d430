//! Deleting an agency that nothing hangs on.

use super::update::is_late;
use super::{find, require_settling_right};
use crate::domain::agency::Agency;
use crate::domain::audit::AuditAction;
use crate::domain::calendar::day_of;
use crate::domain::report::Scope;
use crate::operations::{AgencyRef, Answer, Conflict, Desk, Refusal, require_present};
use crate::storage::{AnyConnection, Note, agencies, history, people, reports, roster, webhooks, years};
use serde_json::json;

/// Whether others were put below it in a year by hand.
fn holds_others(connection: &mut AnyConnection, years: &[i32], agency: &Agency) -> Answer<bool> {
    for year in years {
        let place = roster::place_of(connection, *year, &agency.path)?.path;
        if roster::deepest(connection, *year, &place)? > place.depth() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether it owes what is late, and was there when it was due. What was registered since, by mistake or in time for a
/// year that is past, goes without a trace in that year.
fn is_overdue(desk: &mut Desk<'_>, years: &[i32], agency: &Agency) -> Answer<bool> {
    for year in years {
        for scope in [Scope::Own, Scope::Consolidated] {
            let line = roster::find(desk.connection, *year, &agency.id, scope)?;
            let owed = line.filter(|line| !line.exempt && day_of(agency.created_at) <= line.due_on);
            if let Some(line) = owed
                && is_late(desk.connection, &line, desk.asking.today)?
            {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

pub fn delete(desk: &mut Desk<'_>, agency: &AgencyRef, version: i64) -> Answer<()> {
    let present = find(desk.connection, agency)?;
    require_settling_right(desk.asking, &present)?;
    require_present(present.version == version)?;
    let following: Vec<i32> = years::list(desk.connection, 0, 200)?
        .iter()
        .filter(|year| year.plan.state.roster_follows())
        .map(|year| year.plan.year)
        .collect();
    let frozen = roster::years_of(desk.connection, &present.id)?.iter().any(|year| !following.contains(year));
    if frozen
        || agencies::is_named_by_others(desk.connection, &present.id)?
        || reports::exists_for_agency(desk.connection, &present.id)?
        || people::names_agency(desk.connection, &present.id)?
        || webhooks::names_agency(desk.connection, &present.id)?
        || holds_others(desk.connection, &following, &present)?
    {
        return Err(Refusal::conflict(Conflict::AgencyInUse));
    }
    if is_overdue(desk, &following, &present)? {
        return Err(Refusal::conflict(Conflict::DueDayPassed));
    }
    for year in following {
        roster::delete_agency(desk.connection, year, &present.id)?;
    }
    history::delete_of(desk.connection, &present.id)?;
    agencies::delete(desk.connection, &present.id)?;
    desk.notes.audit(Note::new(AuditAction::AgencyDelete, json!({ "name": present.name })).of(&present.id));
    Ok(())
}
