//! Review and publication.

use super::advance::{advance, last_round};
use super::allowed::{beside_archiving, is_possible, require_year_for};
use super::beside::beside_of;
use super::elsewhere::taken_over_by;
use super::explain::explainers;
use super::read::{ReportView, at_revision, find_raw, refuse_outsider, require_said_readable};
use super::round::{Round, doer_of, request};
use super::verdict::{judged, mark_what_rests_on, receipt, require_no_blocking_findings, settle_marks};
use crate::domain::access::Named;
use crate::domain::audit::AuditAction;
use crate::domain::id::{AgencyId, ReportId};
use crate::domain::onward::ChangeType;
use crate::domain::report::{Comment, Timeliness};
use crate::domain::rights::Right;
use crate::domain::rules::Finding;
use crate::domain::workflow::{self, Action, Receipt, Transition};
use crate::operations::publishable::require_publishable;
use crate::operations::settings::review;
use crate::operations::statistics::settle_shown;
use crate::operations::{Answer, Archiving, Asking, Desk, Ready, Refusal, require_present};
use crate::storage::receipts;
use crate::storage::transitions;
use crate::storage::{Act, AnyConnection, Change, Note, Notes, reports, revisions};
use chrono::NaiveDate;
use serde_json::json;

/// A transition that is asked for.
#[derive(Debug, Clone)]
pub struct TransitionOrder {
    /// A UUID, drawn for it.
    pub id: String,
    /// Of which report.
    pub report_id: ReportId,
    /// What is to be done.
    pub action: Action,
    /// What is said about it.
    pub comment: Option<String>,
    /// The day an archived document was published; only for [`Action::Archive`].
    pub published_on: Option<NaiveDate>,
    /// The report's, as the caller has seen it.
    pub version: i64,
}

/// A transition that was made, with what it rested on and what it leaves open.
#[derive(Debug, Clone)]
pub struct Transited {
    pub transition: Transition,
    pub receipt: Option<Receipt>,
    /// After a return.
    pub open_comments: Vec<Comment>,
    pub view: ReportView,
}

/// Whether the caller is refused an action whatever else is sent: asked before tag and body are looked at.
pub fn require_action_right(
    connection: &mut AnyConnection,
    asking: &Asking,
    view: &ReportView,
    action: Action,
) -> Answer<()> {
    let view = find_raw(connection, &view.report.id)?;
    let history = transitions::list(connection, &view.report.id)?;
    let round = Round::of(&view, &history, review(connection)?);
    let doer = doer_of(asking);
    match workflow::check(&request((asking, &doer), &view, &round, action, Some("…"))) {
        Err(workflow::Refusal::Forbidden) => Err(Refusal::Forbidden),
        Err(workflow::Refusal::SeparationOfDuties(clash)) => Err(Refusal::clash(connection, &clash)?),
        _ => Ok(()),
    }
}

/// The report's transitions, the oldest first.
pub fn list_transitions(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &ReportId,
) -> Answer<Vec<(Transition, Option<Receipt>)>> {
    require_said_readable(connection, asking, id)?;
    let mut receipts = receipts::of_report(connection, id)?;
    let made = transitions::list(connection, id)?.into_iter().map(|made| {
        let receipt = receipts.iter().position(|receipt| receipt.transition_id == made.id);
        let receipt = receipt.map(|at| receipts.swap_remove(at));
        (made, receipt)
    });
    Ok(made.collect())
}

/// Whether the caller may take any action on the report: asked before the body is read.
pub fn require_transition_right(asking: &Asking, view: &ReportView) -> Answer<()> {
    if workflow::rights_of_steps().any(|right| view.allows(asking, right)) {
        Ok(())
    } else {
        Err(Refusal::Forbidden)
    }
}

/// A transition made ready: whether it may be, by which verdict, and all it writes about the report itself.
#[derive(Debug, Clone)]
pub struct ReadyTransition {
    view: ReportView,
    made: Transition,
    findings: Option<Vec<Finding>>,
    receipt: Option<Receipt>,
    open_comments: Vec<Comment>,
}

impl ReadyTransition {
    /// As it will have been made.
    pub fn outcome(&self) -> Transited {
        Transited {
            transition: self.made.clone(),
            receipt: self.receipt.clone(),
            open_comments: self.open_comments.clone(),
            view: self.view.clone(),
        }
    }
}

/// Judges a transition on a reader. It rests on what the agency and those it has taken over have filed; what it
/// is warned of about others is of this moment.
pub fn prepare_transition(
    connection: &mut AnyConnection,
    act: &Act,
    asking: &Asking,
    order: &TransitionOrder,
) -> Answer<Ready<ReadyTransition>> {
    let (ready, before) = make_ready(connection, act, asking, order)?;
    let agency = ready.view.agency.id.clone();
    let before = match before {
        Some(before) => before,
        None => taken_over_by(connection, &agency)?,
    };
    Ok(Ready::on(connection, std::iter::once(&agency).chain(&before), ready)?.sure())
}

/// Makes a transition ready and enters it in one place in the lane.
pub fn transition(desk: &mut Desk<'_>, order: &TransitionOrder) -> Answer<Transited> {
    let (ready, _) = make_ready(desk.connection, desk.act, desk.asking, order)?;
    enter_transition(desk, &ready)?;
    Ok(ready.outcome())
}

/// With what the agency has taken over, where the judging has asked for it.
fn make_ready(
    connection: &mut AnyConnection,
    act: &Act,
    asking: &Asking,
    order: &TransitionOrder,
) -> Answer<(ReadyTransition, Option<Vec<AgencyId>>)> {
    let mut view = find_raw(connection, &order.report_id)?;
    if !view.allows(asking, Right::SeeDrafts) {
        return Err(refuse_outsider(&view.report));
    }
    // A withdrawal is of what readers are shown; what is worked on meanwhile goes on.
    if let (Action::Withdraw, Some(shown)) = (order.action, view.report.shown_revision()) {
        view = at_revision(connection, view, shown)?;
    }
    let person = asking.person.clone().ok_or(Refusal::Forbidden)?;
    let doer = doer_of(asking);
    let history = transitions::list(connection, &order.report_id)?;
    let round = Round::of(&view, &history, review(connection)?);
    let asked = request((asking, &doer), &view, &round, order.action, order.comment.as_deref());
    let checked = workflow::check(&asked);
    if matches!(checked, Err(workflow::Refusal::Forbidden)) {
        return Err(Refusal::Forbidden);
    }
    require_present(view.report.version == order.version)?;
    let (step, role) = match checked {
        Ok(allowed) => allowed,
        Err(workflow::Refusal::Forbidden) => return Err(Refusal::Forbidden),
        Err(workflow::Refusal::NotAllowed(mut allowed)) => {
            allowed.retain(|action| is_possible(asking, &view, *action));
            return Err(Refusal::NotAllowed(allowed));
        }
        Err(workflow::Refusal::SeparationOfDuties(clash)) => return Err(Refusal::clash(connection, &clash)?),
        Err(workflow::Refusal::CommentMissing) => return Err(Refusal::invalid("/comment", "required")),
    };
    if order.action == Action::Archive && view.revision.number > 1 {
        return Err(Refusal::NotAllowed(beside_archiving(&view)));
    }
    let day = order.published_on.unwrap_or(asking.today);
    let judged = judged(connection, asking, day, &view, order.action)?;
    let findings = judged.as_ref().map(|judged| judged.findings.as_slice());
    require_no_blocking_findings(findings.unwrap_or_default(), order.action)?;
    if matches!(order.action, Action::Correct | Action::Withdraw) {
        require_publishable(asking, [("comment", order.comment.as_deref())])?;
    }
    require_year_for(asking, &view, order.action)?;
    if order.published_on.is_some_and(|day| day < view.year.plan.period_start) {
        return Err(Refusal::invalid("/published_on", "before_the_year"));
    }
    if let Some(judged) = &judged
        && settles_digest(order.action, &view)
    {
        let beside = beside_of(&view.report, &view.revision, &judged.explanations);
        view.revision.settle_digest(beside);
    }
    if order.action == Action::Publish {
        require_approved_content(&view, &round)?;
    }
    let explainers = match order.action {
        Action::Correct => explainers(connection, &view)?,
        _ => Vec::new(),
    };
    let from = view.revision.state;
    let closes_round = matches!(order.action, Action::Return | Action::Recall);
    advance(&mut view, act, asking, order, step.to, &doer);
    if order.action == Action::Correct {
        view.revision.round = 1 + last_round(&history, view.revision.number);
        explainers.iter().for_each(|explainer| view.revision.add_author(explainer));
    }
    let made = Transition {
        id: order.id.clone(),
        report_id: order.report_id.clone(),
        position: i32::try_from(history.len()).unwrap_or(i32::MAX),
        revision: view.revision.number,
        // A return belongs to the round it closes.
        round: if closes_round { view.revision.round - 1 } else { view.revision.round },
        action: order.action,
        from,
        to: step.to,
        hand: asking.access.as_ref().map_or_else(|| Named::from(&person), |access| access.hand.clone()),
        issuer: asking.access.as_ref().and_then(|access| access.issuer.clone()),
        sign_in: Some(act.session.way),
        person_id: person.id,
        person_name: person.name,
        role,
        comment: order.comment.clone(),
        digest: view.revision.digest.clone(),
        at: act.at,
    };
    let receipt = findings.map(|findings| receipt(&made, findings, &asking.rules));
    let open_comments = match order.action {
        Action::Return => super::open_comments(connection, &order.report_id)?,
        _ => Vec::new(),
    };
    let (findings, before) = judged.map(|judged| (judged.findings, judged.taken_over)).unzip();
    Ok((ReadyTransition { view, made, findings, receipt, open_comments }, before))
}

/// Writes a transition that was made ready: no judging, no rendering; of what is stored only what must be as it
/// stands now is read, the sums.
pub fn enter_transition(desk: &mut Desk<'_>, ready: &ReadyTransition) -> Answer<()> {
    let ReadyTransition { view, made, findings, receipt, open_comments: _ } = ready;
    transitions::insert(desk.connection, made)?;
    if made.action == Action::Correct {
        revisions::insert(desk.connection, &view.revision)?;
    } else {
        revisions::update_state(desk.connection, &view.revision)?;
    }
    reports::update(desk.connection, &view.report)?;
    if let Some(receipt) = receipt {
        receipts::insert(desk.connection, receipt)?;
    }
    if matches!(made.action, Action::Publish | Action::Archive) {
        settle_marks(desk.connection, view, findings.as_deref().unwrap_or_default())?;
        mark_what_rests_on(desk.connection, desk.act, view)?;
    }
    settle_shown(desk.connection, &view.report, &view.agency, &view.revision)?;
    record(desk.notes, (desk.asking, view), made, receipt.as_ref());
    Ok(())
}

fn record(
    notes: &mut Notes,
    (asking, view): (&Asking, &ReportView),
    made: &Transition,
    receipt: Option<&Receipt>,
) {
    let after_days = match asking.policy.archiving {
        Archiving::Old { after_days } if made.action == Action::Archive => Some(after_days),
        _ => None,
    };
    let change_type = match made.action {
        Action::Publish if view.revision.number > 1 => Some(ChangeType::Corrected),
        Action::Archive if view.report.timeliness == Some(Timeliness::Archived) => Some(ChangeType::Archived),
        Action::Publish | Action::Archive => Some(ChangeType::Published),
        Action::Withdraw => Some(ChangeType::Withdrawn),
        _ => None,
    };
    if let Some(change_type) = change_type {
        notes.change(Change {
            change_type,
            report_id: view.report.id.to_string(),
            agency_id: view.agency.id.to_string(),
            year: view.report.year,
            revision: view.revision.number,
        });
    }
    let detail = json!({
        "action": made.action.as_str(),
        "from": made.from.as_str(),
        "to": made.to.as_str(),
        "role": made.role.as_str(),
        "revision": made.revision,
        "digest": made.digest,
        "hand": made.hand.id.as_str(),
        "issued_by": made.issuer.as_ref().map(|issuer| issuer.id.as_str()),
        "comment": made.comment,
        "archive_after_days": after_days,
        "judgement": receipt.map(|receipt| json!({
            "rule_set": receipt.rule_set,
            "error": receipt.error,
            "warning": receipt.warning,
            "explained": receipt.explained,
        })),
    });
    notes.audit(Note::new(AuditAction::ReportTransition, detail).of(&view.agency.id).about(&view.report.id));
}

/// Whether the digest is taken anew of everything that stands there now: what is submitted, approved or published.
/// What was submitted when digests covered less goes on by that one.
fn settles_digest(action: Action, view: &ReportView) -> bool {
    match action {
        Action::Submit | Action::Archive => true,
        Action::Approve | Action::Publish => view.revision.beside.is_some(),
        _ => false,
    }
}

/// Nothing is published but what was approved, by digest, computed anew from what is stored.
fn require_approved_content(view: &ReportView, round: &Round) -> Answer<()> {
    if round.approved_digest() == Some(view.revision.compute_digest().as_str()) {
        Ok(())
    } else {
        Err(Refusal::NotAllowed(vec![Action::Return]))
    }
}
