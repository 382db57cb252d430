//! Explaining findings: who may depends on the rule; what it rests on is kept beside it.

use super::edit::not_editable;
use super::judge::judge_one;
use super::read::{ReportView, find_raw, refuse_outsider};
use crate::domain::audit::AuditAction;
use crate::domain::id::ReportId;
use crate::domain::rights::Role;
use crate::domain::rules::{self, Explainable, Finding, Moment};
use crate::domain::workflow::State;
use crate::operations::{Asking, Conflict, Desk, Refusal};
use crate::storage::explanations::{self, StoredExplanation};
use crate::storage::{AnyConnection, Note, reports, revisions};
use serde_json::json;

/// The finding that is spoken of, and in which role the caller may speak.
fn find_explainable(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &ReportId,
    key: &str,
) -> Result<(ReportView, Finding, Role), Refusal> {
    let view = find_raw(connection, id)?;
    if !asking.rights.may_see(&view.agency.path) {
        return Err(refuse_outsider(&view.report));
    }
    let judgement = judge_one(connection, asking, &view, asking.today, Moment::Draft)?;
    let finding =
        judgement.findings.into_iter().find(|finding| finding.key == key).ok_or(Refusal::NotFound)?;
    let explainable = rules::by_id(finding.rule).map_or(Explainable::No, |rule| rule.explainable);
    let roles: &[Role] = match explainable {
        Explainable::No => return Err(Refusal::conflict(Conflict::FindingNotExplainable)),
        Explainable::ByEditor | Explainable::MustByEditor => &[Role::Editor],
        Explainable::BySupervisor => &[Role::Supervisor],
    };
    let role = asking.rights.acting_role(roles, &view.agency.path, None).ok_or(Refusal::Forbidden)?;
    if view.revision.state == State::Withdrawn {
        return Err(not_editable(asking, &view));
    }
    Ok((view, finding, role))
}

/// Says no to whoever could not explain the finding; asked before the body is read.
pub fn require_explainable(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &ReportId,
    key: &str,
) -> Result<(), Refusal> {
    match find_explainable(connection, asking, id, key) {
        // What the state of things forbids is said after what is wrong with the request.
        Err(Refusal::Conflict(_) | Refusal::NotEditable(_)) => {
            let view = find_raw(connection, id)?;
            let explains = asking.rights.holds(&[Role::Editor, Role::Supervisor], &view.agency.path);
            if explains { Ok(()) } else { Err(Refusal::Forbidden) }
        }
        other => other.map(|_| ()),
    }
}

/// The report's tag moves with its explanations, and so does the time it changed; but not for readers, who see
/// none of them: what is published stays as it is.
fn touch(
    desk: &mut Desk<'_>,
    mut view: ReportView,
    action: AuditAction,
    finding: &Finding,
    text: Option<&str>,
) -> Result<ReportView, Refusal> {
    view.report.version += 1;
    view.report.updated_at = desk.act.at;
    reports::update(desk.connection, &view.report)?;
    if view.report.published_revision != Some(view.revision.number) {
        view.revision.updated_at = desk.act.at;
        revisions::touch(desk.connection, &view.report.id, view.revision.number, desk.act.at)?;
    }
    desk.notes.audit(Note {
        action,
        agency_id: Some(view.agency.id.to_string()),
        report_id: Some(view.report.id.to_string()),
        detail: json!({
            "finding": finding.key,
            "inputs": finding.inputs(),
            "text": text,
            "revision": view.revision.number,
        }),
    });
    Ok(view)
}

/// Lays an explanation beside a finding; it holds as long as the finding's inputs do.
pub fn explain(
    desk: &mut Desk<'_>,
    id: &ReportId,
    key: &str,
    text: &str,
) -> Result<(ReportView, Finding), Refusal> {
    let (view, mut finding, role) = find_explainable(desk.connection, desk.asking, id, key)?;
    if finding.explanation.as_deref() == Some(text) {
        return Ok((view, finding));
    }
    let person = desk.asking.person.as_ref().ok_or(Refusal::Forbidden)?;
    let row = StoredExplanation {
        report_id: id.to_string(),
        finding: key.to_owned(),
        inputs: finding.inputs(),
        text: text.to_owned(),
        person_id: person.id.to_string(),
        person_name: person.name.clone(),
        role: role.as_str().to_owned(),
        at: desk.act.at,
    };
    explanations::put(desk.connection, &row)?;
    let view = touch(desk, view, AuditAction::FindingExplain, &finding, Some(text))?;
    finding.explanation = Some(text.to_owned());
    Ok((view, finding))
}

/// Takes an explanation back; the finding counts again.
pub fn withdraw_explanation(desk: &mut Desk<'_>, id: &ReportId, key: &str) -> Result<(), Refusal> {
    let (view, finding, _) = find_explainable(desk.connection, desk.asking, id, key)?;
    if finding.explanation.is_none() || !explanations::remove_one(desk.connection, id.as_str(), key)? {
        return Err(Refusal::NotFound);
    }
    touch(desk, view, AuditAction::FindingUnexplain, &finding, None).map(|_| ())
}
