//! Discarding a draft; of a correction only the working revision.

use super::edit::require_editable;
use super::read::find_raw;
use crate::domain::id::ReportId;
use crate::operations::statistics::settle_report;
use crate::operations::{Asking, Conflict, Refusal};
use crate::storage::{
    Act, AnyConnection, Note, Notes, comments, explanations, receipts, reports, revisions, roster, sources,
    transitions, upstream,
};
use serde_json::json;

pub fn discard(
    connection: &mut AnyConnection,
    act: &Act,
    notes: &mut Notes,
    asking: &Asking,
    id: &ReportId,
    version: i64,
) -> Result<(), Refusal> {
    let report = reports::find(connection, id)?.ok_or(Refusal::NotFound)?;
    let view = find_raw(connection, report)?;
    if !asking.rights.may_see(&view.agency.path) {
        return Err(Refusal::NotFound);
    }
    super::require_edit_right(asking, &view)?;
    if view.report.version != version {
        return Err(Refusal::PreconditionFailed);
    }
    require_editable(asking, &view)?;
    match view.report.published_revision {
        Some(published) => {
            let mut report = view.report.clone();
            report.working_revision = published;
            report.version += 1;
            report.updated_at = act.at;
            reports::update(connection, &report)?;
            revisions::delete_one(connection, id, view.revision.number)?;
            settle_report(connection, &report, &view.agency)?;
        }
        // What was reviewed before leaves its trace in the audit, which is never deleted.
        None if view.revision.number == 1 => {
            sources::delete_of(connection, id)?;
            receipts::delete_of(connection, id)?;
            comments::delete_of(connection, id)?;
            explanations::delete_of(connection, id)?;
            upstream::delete_of(connection, id)?;
            transitions::delete_of(connection, id)?;
            revisions::delete_one(connection, id, 1)?;
            reports::delete(connection, id)?;
            settle_report(connection, &view.report, &view.agency)?;
            if view.report.scope != crate::domain::report::Scope::expected_of(view.agency.kind)
                && view.year.plan.state.roster_follows()
            {
                roster::delete_one(connection, view.report.year, &view.agency.id, view.report.scope)?;
            }
        }
        None => return Err(Refusal::conflict(Conflict::ReportNotEditable)),
    }
    notes.audit(Note {
        action: "report.discard",
        agency_id: Some(view.agency.id.to_string()),
        report_id: Some(id.to_string()),
        detail: json!({ "revision": view.revision.number, "digest": view.revision.digest }),
    });
    Ok(())
}
