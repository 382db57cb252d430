//! Discarding a draft; of a correction only the working revision. What others had to do with is hidden, never deleted.

use super::allowed::not_editable;
use super::edit::require_editable;
use super::read::{ReportView, find_raw};
use crate::domain::audit::AuditAction;
use crate::domain::id::ReportId;
use crate::domain::rights::Right;
use crate::domain::workflow::Action;
use crate::operations::statistics::settle_report;
use crate::operations::years::followed;
use crate::operations::{Answer, Desk, Refusal, require_present};
use crate::storage::{
    AnyConnection, Note, comments, explanations, receipts, reports, revisions, roster, sources, transitions,
    upstream,
};
use serde_json::json;

/// Takes away a draft that was never published, or the correction that is being written.
pub fn discard(desk: &mut Desk<'_>, id: &ReportId, version: i64) -> Answer<()> {
    let view = find_raw(desk.connection, id)?;
    if !view.allows(desk.asking, Right::SeeDrafts) {
        return Err(Refusal::NotFound);
    }
    super::require_edit_right(desk.asking, &view)?;
    require_present(view.report.version == version)?;
    require_editable(desk.connection, desk.asking, &view)?;
    let seen = was_seen(desk.connection, &view)?;
    match view.report.published_revision {
        Some(published) => {
            let mut report = view.report.clone();
            report.working_revision = published;
            report.version += 1;
            report.updated_at = desk.act.at;
            reports::update(desk.connection, &report)?;
            if seen {
                revisions::hide(desk.connection, id, view.revision.number)?;
            } else {
                revisions::delete_one(desk.connection, id, view.revision.number)?;
            }
            settle_report(desk.connection, &report, &view.agency)?;
        }
        None if view.revision.number == 1 => {
            if seen {
                reports::hide(desk.connection, id, view.report.scope, desk.act.at)?;
            } else {
                delete_all(desk.connection, id)?;
            }
            settle_report(desk.connection, &view.report, &view.agency)?;
            if view.report.scope != crate::domain::report::Scope::expected_of(view.agency.kind)
                && view.year.plan.state.roster_follows()
            {
                let (agency, place) = (&view.agency.id, (view.report.year, view.report.scope));
                roster::delete_one(desk.connection, place.0, agency, place.1)?;
                desk.notes.audit(followed(agency, place, false));
            }
        }
        None => return Err(not_editable(desk.connection, desk.asking, &view)),
    }
    let detail = json!({
        "revision": view.revision.number,
        "digest": view.revision.digest,
        "hidden": seen,
    });
    desk.notes.audit(Note::new(AuditAction::ReportDiscard, detail).of(&view.agency.id).about(id));
    Ok(())
}

/// Whether anybody else had to do with the revision: it was submitted, or remarked upon.
fn was_seen(connection: &mut AnyConnection, view: &ReportView) -> Answer<bool> {
    let (id, number) = (&view.report.id, view.revision.number);
    let made = transitions::list(connection, id)?;
    let submitted = made.iter().any(|made| made.revision == number && made.action == Action::Submit);
    Ok(submitted || comments::list(connection, id)?.iter().any(|comment| comment.revision == number))
}

/// Nobody but those who wrote it has seen it: nothing of it stays.
fn delete_all(connection: &mut AnyConnection, id: &ReportId) -> Answer<()> {
    sources::delete_of(connection, id)?;
    receipts::delete_of(connection, id)?;
    comments::delete_of(connection, id)?;
    explanations::delete_of(connection, id)?;
    upstream::delete_of(connection, id)?;
    transitions::delete_of(connection, id)?;
    revisions::delete_one(connection, id, 1)?;
    Ok(reports::delete(connection, id)?)
}
