//! Erasing a revision for good: personal data that should never have been in it.

use super::read::{find_raw, refuse_outsider};
use crate::domain::audit::AuditAction;
use crate::domain::id::ReportId;
use crate::domain::report::Suppression;
use crate::domain::report::{Heading, Report, Revision};
use crate::domain::rights::Right;
use crate::domain::workflow::State;
use crate::operations::publishable::require_publishable;
use crate::operations::{Answer, Asking, Conflict, Desk, Refusal, permit, require_present};
use crate::storage::suppressions;
use crate::storage::{AnyConnection, Note, reports, revisions};
use serde_json::json;

/// Which revision is to be erased, and why.
#[derive(Debug, Clone)]
pub struct SuppressionOrder {
    pub report_id: ReportId,
    pub revision: i32,
    pub reason: String,
    pub version: i64,
}

/// Whether the caller may erase anything of a report: asked before the body is read. The report's version.
pub fn require_suppression_right(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &ReportId,
) -> Answer<i64> {
    let view = find_raw(connection, id)?;
    if !view.allows(asking, Right::SeeDrafts) {
        return Err(refuse_outsider(&view.report));
    }
    permit(view.allows(asking, Right::Suppress))?;
    Ok(view.report.version)
}

/// The report and the revision of an erasure that may be done now.
pub fn require_suppressible(
    connection: &mut AnyConnection,
    asking: &Asking,
    order: &SuppressionOrder,
) -> Answer<(Report, Revision)> {
    let version = require_suppression_right(connection, asking, &order.report_id)?;
    let report = reports::find(connection, &order.report_id)?.ok_or(Refusal::NotFound)?;
    let revision = revisions::find(connection, &order.report_id, order.revision)?.ok_or(Refusal::NotFound)?;
    require_present(version == order.version)?;
    require_publishable(asking, [("reason", Some(order.reason.as_str()))])?;
    let gone = suppressions::of(connection, &order.report_id)?;
    if let Some(found) = gone.into_iter().find(|gone| gone.revision == order.revision) {
        return Err(Refusal::Suppressed { reason: found.reason, at: found.at });
    }
    // What readers see is withdrawn or corrected first; what is being worked on is edited.
    let worked_on = report.working_revision == order.revision
        && !matches!(revision.state, State::Published | State::Withdrawn);
    if report.shown_revision() == Some(order.revision) || worked_on {
        return Err(Refusal::conflict(Conflict::RevisionShown));
    }
    Ok((report, revision))
}

/// Erases the text, the source file and the renditions of a revision; its figures and its digest stay, and the audit
/// says who did it. The report's version from now on.
pub fn suppress(desk: &mut Desk<'_>, order: &SuppressionOrder) -> Answer<(Suppression, i64)> {
    let Desk { connection, act, notes, asking } = desk;
    let (mut report, revision) = require_suppressible(connection, asking, order)?;
    let person = asking.person.as_ref().ok_or(Refusal::Forbidden)?;
    report.version += 1;
    report.updated_at = act.at;
    reports::update(connection, &report)?;
    let emptied = emptied(&revision);
    let left = emptied.compute_digest();
    suppressions::erase(connection, &emptied)?;
    let suppression = Suppression {
        report_id: order.report_id.to_string(),
        revision: order.revision,
        reason: order.reason.clone(),
        person_id: person.id.to_string(),
        person_name: person.name.clone(),
        at: act.at,
    };
    suppressions::insert(connection, &suppression)?;
    let detail = json!({
        "revision": order.revision,
        "digest": revision.digest,
        "left": left,
        "reason": order.reason,
    });
    notes.audit(Note::new(AuditAction::ReportSuppress, detail).of(&report.agency_id).about(&order.report_id));
    Ok((suppression, report.version))
}

/// The revision without a word; its digest is that of what was there.
fn emptied(revision: &Revision) -> Revision {
    let mut emptied = revision.clone();
    emptied.heading = Heading { signed_on: revision.heading.signed_on, ..Heading::default() };
    emptied.reason = None;
    for section in &mut emptied.content.sections {
        section.text = None;
        section.found_title = None;
    }
    emptied
}
