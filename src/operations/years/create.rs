//! Announcing a reporting year.

use super::require_year_right;
use crate::domain::audit::AuditAction;
use crate::domain::year::{ReportingYear, YearPlan};
use crate::operations::publishable::require_publishable;
use crate::operations::{Answer, Conflict, Desk, taken};
use crate::storage::years;
use crate::storage::{Note, roster};
use serde_json::json;

/// Creates a year, `planned`, with its whole roster from the registry.
pub fn create(desk: &mut Desk<'_>, plan: &YearPlan) -> Answer<ReportingYear> {
    require_year_right(desk.asking)?;
    require_publishable(desk.asking, [("note", plan.note.as_deref())])?;
    let year =
        ReportingYear { plan: plan.clone(), version: 1, created_at: desk.act.at, updated_at: desk.act.at };
    years::insert(desk.connection, &year).map_err(|error| taken(error, Conflict::YearExists))?;
    roster::fill(desk.connection, plan)?;
    desk.notes.audit(Note::new(AuditAction::YearCreate, json!({ "year": plan.year, "format": plan.format })));
    Ok(year)
}
