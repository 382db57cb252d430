//! Changing a year: its dates, its note, its state.

use super::{find, require_year_right};
use crate::domain::audit::AuditAction;
use crate::domain::year::{ReportingYear, YearPlan};
use crate::operations::changed::changed;
use crate::operations::publishable::require_publishable;
use crate::operations::statistics::verify_year;
use crate::operations::{Answer, Conflict, Desk, Refusal, require_present};
use crate::storage::renditions::{Around, empty_stale};
use crate::storage::{Note, reports, roster, take_time, years};
use chrono::NaiveDate;
use serde_json::json;

/// Replaces a year's plan, and with it the due days of whoever has none of their own.
pub fn update(desk: &mut Desk<'_>, version: i64, plan: &YearPlan) -> Answer<ReportingYear> {
    require_year_right(desk.asking)?;
    let present = find(desk.connection, plan.year)?;
    require_present(present.version == version)?;
    if plan.note != present.plan.note {
        require_publishable(desk.asking, [("note", plan.note.as_deref())])?;
    }
    if plan.state != present.plan.state && !present.plan.state.may_become(plan.state) {
        return Err(Refusal::conflict(Conflict::YearState));
    }
    // Reports are vectors of their form: a year that has some keeps it.
    if plan.format != present.plan.format && reports::exists_for_year(desk.connection, plan.year)? {
        return Err(Refusal::conflict(Conflict::YearInUse));
    }
    // What is late stays late: only a year that is being set up may still put off a day that has come.
    let today = desk.asking.today;
    let puts_off = |before: NaiveDate, after: NaiveDate| today > before && after > before;
    let puts_off = puts_off(present.plan.department_due_on, plan.department_due_on)
        || puts_off(present.plan.government_due_on, plan.government_due_on);
    if puts_off && reports::exists_for_year(desk.connection, plan.year)? {
        return Err(Refusal::conflict(Conflict::DueDayPassed));
    }
    let wanted = ReportingYear { plan: plan.clone(), ..present.clone() };
    let Some(year) = changed!(present, wanted, desk.act.at) else { return Ok(present) };
    years::update(desk.connection, &year)?;
    let reopens = plan.state.roster_follows() && !present.plan.state.roster_follows();
    let due_days = |plan: &YearPlan| (plan.department_due_on, plan.government_due_on);
    let other_days = due_days(plan) != due_days(&present.plan);
    if reopens || (plan.state.roster_follows() && other_days) {
        roster::set_due_days(desk.connection, plan)?;
    }
    if reopens {
        // What happened in the registry meanwhile is caught up with, and the sums with it.
        roster::catch_up(desk.connection, plan)?;
        verify_year(desk.connection, plan.year, true)?;
    }
    if reopens || other_days {
        take_time(desk.connection)?;
        empty_stale(desk.connection, Around::Year(plan.year))?;
    }
    let detail = json!({
        "year": plan.year,
        "from": present.plan.state.as_str(),
        "to": plan.state.as_str(),
        "department_due_on": plan.department_due_on,
        "government_due_on": plan.government_due_on,
        "version": year.version,
    });
    desk.notes.audit(Note::new(AuditAction::YearUpdate, detail));
    Ok(year)
}
