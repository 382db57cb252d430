//! Explaining findings: who may depends on the rule; what it rests on is kept beside it.

use super::allowed::not_editable;
use super::beside::beside_of;
use super::judge::judge_one;
use super::read::{ReportView, find_raw, refuse_outsider};
use super::round::Round;
use crate::domain::access::Doer;
use crate::domain::audit::AuditAction;
use crate::domain::id::ReportId;
use crate::domain::rights::{Right, Role};
use crate::domain::rules::{self, Explainable, Finding, Moment};
use crate::domain::workflow::{State, clash_of_author};
use crate::operations::settings::review;
use crate::operations::{Answer, Asking, Conflict, Desk, Refusal, permit};
use crate::storage::explanations::{self, StoredExplanation};
use crate::storage::{AnyConnection, Note, reports, revisions, transitions};
use serde_json::json;

/// The finding that is spoken of, and in which role the caller may speak.
fn find_explainable(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &ReportId,
    key: &str,
) -> Answer<(ReportView, Finding, Role)> {
    let view = find_raw(connection, id)?;
    if !view.allows(asking, Right::SeeDrafts) {
        return Err(refuse_outsider(&view.report));
    }
    let judgement = judge_one(connection, asking, &view, asking.today, Moment::Draft)?;
    let finding =
        judgement.findings.into_iter().find(|finding| finding.key == key).ok_or(Refusal::NotFound)?;
    let explainable = rules::by_id(finding.rule).map_or(Explainable::No, |rule| rule.explainable);
    let right = match explainable {
        Explainable::No => return Err(Refusal::conflict(Conflict::FindingNotExplainable)),
        Explainable::ByEditor | Explainable::MustByEditor => Right::File,
        Explainable::BySupervisor => Right::AnswerSecrecy,
    };
    let place = (&view.agency.path, view.report.year);
    let role = asking.rights.acting_role(right, place, None).ok_or(Refusal::Forbidden)?;
    // What is explained is part of what is approved; a supervisor may still be asked while it is.
    let open: &[State] = match explainable {
        Explainable::BySupervisor => {
            &[State::Draft, State::FirstReview, State::SecondReview, State::FinalReview]
        }
        _ => &[State::Draft],
    };
    if !open.contains(&view.revision.state) {
        return Err(not_editable(connection, asking, &view));
    }
    Ok((view, finding, role))
}

/// Says no to whoever could not explain the finding; asked before the body is read.
pub fn require_explainable(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &ReportId,
    key: &str,
) -> Answer<()> {
    match find_explainable(connection, asking, id, key) {
        // What the state of things forbids is said after what is wrong with the request.
        Err(Refusal::Conflict(_) | Refusal::NotEditable(_)) => {
            let view = find_raw(connection, id)?;
            let explains = view.allows(asking, Right::File) || view.allows(asking, Right::AnswerSecrecy);
            permit(explains)
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
) -> Answer<ReportView> {
    view.report.version += 1;
    view.report.updated_at = desk.act.at;
    reports::update(desk.connection, &view.report)?;
    if view.report.published_revision != Some(view.revision.number) {
        let author = desk.asking.doer().ok_or(Refusal::Forbidden)?;
        view.revision.updated_at = desk.act.at;
        view.revision.add_author(&author);
        // What was submitted when digests covered less goes on by that one.
        if view.revision.beside.is_some() {
            let id = &view.report.id;
            let given = explanations::of_reports(desk.connection, &[id.to_string()])?.remove(id.as_str());
            let beside = beside_of(&view.report, &view.revision, &given.unwrap_or_default());
            view.revision.settle_digest(beside);
        }
        revisions::update_state(desk.connection, &view.revision)?;
    }
    let detail = json!({
        "finding": finding.key,
        "inputs": finding.inputs(desk.asking.digests),
        "text": text,
        "revision": view.revision.number,
        "digest": view.revision.digest,
    });
    desk.notes.audit(Note::new(action, detail).of(&view.agency.id).about(&view.report.id));
    Ok(view)
}

/// Whoever explains is an author from then on: that is nobody who has approved already.
fn require_no_approver(desk: &mut Desk<'_>, view: &ReportView) -> Answer<()> {
    let review = review(desk.connection)?;
    if !review.separation_of_duties {
        return Ok(());
    }
    let author = desk.asking.doer().ok_or(Refusal::Forbidden)?;
    let history = transitions::list(desk.connection, &view.report.id)?;
    match clash_of_author(&author, Round::of(view, &history, review).approvers()) {
        Some(clash) => Err(Refusal::clash(desk.connection, &clash)?),
        None => Ok(()),
    }
}

/// Who has explained something of a report, by the hands they did it by. A correction begins with what they gave, and
/// its digest covers it: of that revision too they are authors.
pub(super) fn explainers(connection: &mut AnyConnection, view: &ReportView) -> Answer<Vec<Doer>> {
    let mut found = Vec::new();
    for person in explanations::givers(connection, &view.report.id)? {
        let known = view.revision.authors.iter().filter(|author| author.person == person);
        let before = found.len();
        found.extend(known.cloned());
        if found.len() == before {
            found.push(Doer { hand: person.clone(), person });
        }
    }
    Ok(found)
}

/// Lays an explanation beside a finding; it holds as long as the finding's inputs do.
pub fn explain(desk: &mut Desk<'_>, id: &ReportId, key: &str, text: &str) -> Answer<(ReportView, Finding)> {
    let (view, mut finding, role) = find_explainable(desk.connection, desk.asking, id, key)?;
    if finding.explanation.as_deref() == Some(text) {
        return Ok((view, finding));
    }
    require_no_approver(desk, &view)?;
    let person = desk.asking.person.as_ref().ok_or(Refusal::Forbidden)?;
    let row = StoredExplanation {
        report_id: id.to_string(),
        finding: key.to_owned(),
        inputs: finding.inputs(desk.asking.digests),
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
pub fn withdraw_explanation(desk: &mut Desk<'_>, id: &ReportId, key: &str) -> Answer<()> {
    let (view, finding, _) = find_explainable(desk.connection, desk.asking, id, key)?;
    require_no_approver(desk, &view)?;
    if finding.explanation.is_none() || !explanations::remove_one(desk.connection, id.as_str(), key)? {
        return Err(Refusal::NotFound);
    }
    touch(desk, view, AuditAction::FindingUnexplain, &finding, None).map(|_| ())
}
