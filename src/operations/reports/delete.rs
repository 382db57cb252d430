//! Discarding a draft; of a correction only the working revision.

use super::edit::require_editable;
use super::read::find_raw;
use crate::domain::audit::AuditAction;
use crate::domain::id::ReportId;
use crate::operations::statistics::settle_report;
use crate::operations::{Desk, Refusal};
use crate::storage::{
    Note, comments, explanations, receipts, reports, revisions, roster, sources, transitions, upstream,
};
use serde_json::json;

pub fn discard(desk: &mut Desk<'_>, id: &ReportId, version: i64) -> Result<(), Refusal> {
    let view = find_raw(desk.connection, id)?;
    if !desk.asking.rights.may_see(&view.agency.path) {
        return Err(Refusal::NotFound);
    }
    super::require_edit_right(desk.asking, &view)?;
    if view.report.version != version {
        return Err(Refusal::PreconditionFailed);
    }
    require_editable(desk.asking, &view)?;
    match view.report.published_revision {
        Some(published) => {
            let mut report = view.report.clone();
            report.working_revision = published;
            report.version += 1;
            report.updated_at = desk.act.at;
            reports::update(desk.connection, &report)?;
            revisions::delete_one(desk.connection, id, view.revision.number)?;
            settle_report(desk.connection, &report, &view.agency)?;
        }
        // What was reviewed before leaves its trace in the audit, which is never deleted.
        None if view.revision.number == 1 => {
            sources::delete_of(desk.connection, id)?;
            receipts::delete_of(desk.connection, id)?;
            comments::delete_of(desk.connection, id)?;
            explanations::delete_of(desk.connection, id)?;
            upstream::delete_of(desk.connection, id)?;
            transitions::delete_of(desk.connection, id)?;
            revisions::delete_one(desk.connection, id, 1)?;
            reports::delete(desk.connection, id)?;
            settle_report(desk.connection, &view.report, &view.agency)?;
            if view.report.scope != crate::domain::report::Scope::expected_of(view.agency.kind)
                && view.year.plan.state.roster_follows()
            {
                roster::delete_one(desk.connection, view.report.year, &view.agency.id, view.report.scope)?;
            }
        }
        None => return Err(super::edit::not_editable(desk.asking, &view)),
    }
    desk.notes.audit(Note {
        action: AuditAction::ReportDiscard,
        agency_id: Some(view.agency.id.to_string()),
        report_id: Some(id.to_string()),
        detail: json!({ "revision": view.revision.number, "digest": view.revision.digest }),
    });
    Ok(())
}
