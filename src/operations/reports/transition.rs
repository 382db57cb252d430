//! Review and publication.

use super::advance::{advance, last_round};
use super::edit::require_year;
use super::elsewhere::taken_over_by;
use super::read::{ReportView, find_raw, refuse_outsider};
use super::verdict::{
    judged, mark_what_rests_on, receipt, require_no_blocking_findings, require_publishable_reason,
    settle_marks,
};
use crate::domain::audit::AuditAction;
use crate::domain::id::ReportId;
use crate::domain::onward::ChangeType;
use crate::domain::report::{Comment, Revision};
use crate::domain::rules::Finding;
use crate::domain::workflow::{self, Action, Receipt, Transition, actions_from};
use crate::domain::year::YearState;
use crate::operations::statistics::settle_shown;
use crate::operations::{Asking, Desk, Ready, Refusal};
use crate::storage::receipts;
use crate::storage::transitions;
use crate::storage::{Act, AnyConnection, Change, Note, Notes, reports, revisions};
use chrono::NaiveDate;
use serde_json::json;

/// A transition that is asked for.
#[derive(Debug, Clone)]
pub struct TransitionOrder {
    pub id: String,
    pub report_id: ReportId,
    pub action: Action,
    pub comment: Option<String>,
    /// The day an archived document was published; only for [`Action::Archive`].
    pub published_on: Option<NaiveDate>,
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

/// What the guard needs of a report's history in the present round.
#[derive(Debug, Default)]
struct Round {
    authors: Vec<String>,
    approvers: Vec<String>,
    submitter: Option<String>,
    approved_digest: Option<String>,
}

impl Round {
    fn of(view: &ReportView, history: &[Transition]) -> Round {
        let here = history
            .iter()
            .filter(|made| made.revision == view.revision.number && made.round == view.revision.round);
        let approvals: Vec<&Transition> = here.filter(|made| made.action == Action::Approve).collect();
        Round {
            authors: view.revision.authors.iter().map(ToString::to_string).collect(),
            approvers: approvals.iter().map(|made| made.person_id.to_string()).collect(),
            submitter: view.revision.submitted_by.as_ref().map(ToString::to_string),
            approved_digest: approvals.last().map(|made| made.digest.clone()),
        }
    }
}

fn request<'a>(
    asking: &'a Asking,
    view: &'a ReportView,
    round: &'a Round,
    action: Action,
    comment: Option<&'a str>,
) -> workflow::Request<'a> {
    workflow::Request {
        state: view.revision.state,
        action,
        comment,
        person: asking.person.as_ref().map_or("", |person| person.id.as_str()),
        rights: &asking.rights,
        agency: &view.agency.path,
        authors: &round.authors,
        approvers: &round.approvers,
        submitter: round.submitter.as_deref(),
        stages: asking.review.stages,
        separation: asking.review.separation_of_duties,
    }
}

/// The actions the caller could take now on each of some reports.
pub fn allowed_actions(
    connection: &mut AnyConnection,
    asking: &Asking,
    views: &[ReportView],
) -> Result<Vec<Vec<Action>>, Refusal> {
    let ids: Vec<String> = views.iter().map(|view| view.report.id.to_string()).collect();
    let history = transitions::list_many(connection, &ids)?;
    let nothing = Vec::new();
    let allowed = views.iter().map(|view| {
        let round = Round::of(view, history.get(view.report.id.as_str()).unwrap_or(&nothing));
        actions_from(view.revision.state, asking.review.stages)
            .into_iter()
            .filter(|action| workflow::check(&request(asking, view, &round, *action, Some("…"))).is_ok())
            .filter(|action| is_possible(view, *action))
            .collect()
    });
    Ok(allowed.collect())
}

/// Whether the report's history and its year leave room for an action that its state allows.
fn is_possible(view: &ReportView, action: Action) -> bool {
    // What was read before is corrected, never replaced unseen.
    let archivable = action != Action::Archive || view.revision.number == 1;
    archivable && require_year_for(view, action).is_ok()
}

/// Whether the caller is refused an action whatever else is sent: asked before tag and body are looked at.
pub fn require_action_right(
    connection: &mut AnyConnection,
    asking: &Asking,
    view: &ReportView,
    action: Action,
) -> Result<(), Refusal> {
    let view = find_raw(connection, &view.report.id)?;
    let history = transitions::list(connection, &view.report.id)?;
    let round = Round::of(&view, &history);
    match workflow::check(&request(asking, &view, &round, action, Some("…"))) {
        Err(workflow::Refusal::Forbidden) => Err(Refusal::Forbidden),
        Err(workflow::Refusal::SeparationOfDuties) => Err(Refusal::SeparationOfDuties),
        _ => Ok(()),
    }
}

pub fn list_transitions(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &ReportId,
) -> Result<Vec<(Transition, Option<Receipt>)>, Refusal> {
    let view = super::find(connection, asking, id, false)?;
    if !asking.rights.may_see(&view.agency.path) {
        return Err(Refusal::Forbidden);
    }
    let mut receipts = receipts::of_report(connection, id)?;
    let made = transitions::list(connection, id)?.into_iter().map(|made| {
        let receipt = receipts.iter().position(|receipt| receipt.transition_id == made.id);
        let receipt = receipt.map(|at| receipts.swap_remove(at));
        (made, receipt)
    });
    Ok(made.collect())
}

/// Whether the caller holds any role that takes any action on the report: asked before the body is read.
pub fn require_transition_right(asking: &Asking, view: &ReportView) -> Result<(), Refusal> {
    use crate::domain::rights::Role;
    let roles = [Role::Editor, Role::Reviewer, Role::Publisher, Role::Supervisor];
    if asking.rights.holds(&roles, &view.agency.path) { Ok(()) } else { Err(Refusal::Forbidden) }
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
) -> Result<Ready<ReadyTransition>, Refusal> {
    let ready = make_ready(connection, act, asking, order)?;
    let agency = ready.view.agency.id.clone();
    let before = taken_over_by(connection, &agency)?;
    Ready::on(connection, std::iter::once(&agency).chain(&before), ready)
}

/// Makes a transition ready and enters it in one place in the lane.
pub fn transition(desk: &mut Desk<'_>, order: &TransitionOrder) -> Result<Transited, Refusal> {
    let ready = make_ready(desk.connection, desk.act, desk.asking, order)?;
    enter_transition(desk, &ready)?;
    Ok(ready.outcome())
}

fn make_ready(
    connection: &mut AnyConnection,
    act: &Act,
    asking: &Asking,
    order: &TransitionOrder,
) -> Result<ReadyTransition, Refusal> {
    let mut view = find_raw(connection, &order.report_id)?;
    if !asking.rights.may_see(&view.agency.path) {
        return Err(refuse_outsider(&view.report));
    }
    let person = asking.person.clone().ok_or(Refusal::Forbidden)?;
    let history = transitions::list(connection, &order.report_id)?;
    let round = Round::of(&view, &history);
    let checked = workflow::check(&request(asking, &view, &round, order.action, order.comment.as_deref()));
    if matches!(checked, Err(workflow::Refusal::Forbidden)) {
        return Err(Refusal::Forbidden);
    }
    if view.report.version != order.version {
        return Err(Refusal::PreconditionFailed);
    }
    let (step, role) = checked.map_err(|refusal| match refusal {
        workflow::Refusal::Forbidden => Refusal::Forbidden,
        workflow::Refusal::NotAllowed(allowed) => Refusal::NotAllowed(allowed),
        workflow::Refusal::SeparationOfDuties => Refusal::SeparationOfDuties,
        workflow::Refusal::CommentMissing => Refusal::invalid("/comment", "required"),
    })?;
    if order.action == Action::Archive && view.revision.number > 1 {
        let allowed = actions_from(view.revision.state, asking.review.stages).into_iter();
        return Err(Refusal::NotAllowed(allowed.filter(|action| *action != Action::Archive).collect()));
    }
    let day = order.published_on.unwrap_or(asking.today);
    let findings = judged(connection, asking, day, &view, order.action)?;
    require_no_blocking_findings(&findings, order.action)?;
    require_publishable_reason(asking, order.action, order.comment.as_deref())?;
    require_year_for(&view, order.action)?;
    if order.action == Action::Publish && asking.review.stages > 0 {
        require_approved_content(&view, &round)?;
    }
    let from = view.revision.state;
    let closes_round = matches!(order.action, Action::Return | Action::Recall);
    advance(&mut view, act, asking, order, step.to, &person.id);
    if order.action == Action::Correct {
        view.revision.round = 1 + last_round(&history, view.revision.number);
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
        person_id: person.id,
        person_name: person.name,
        role,
        comment: order.comment.clone(),
        digest: view.revision.digest.clone(),
        at: act.at,
    };
    let receipt = findings.as_deref().map(|findings| receipt(&made, findings, &asking.rules));
    let open_comments = match order.action {
        Action::Return => super::open_comments(connection, &order.report_id)?,
        _ => Vec::new(),
    };
    Ok(ReadyTransition { view, made, findings, receipt, open_comments })
}

/// Writes a transition that was made ready: no judging, no rendering; of what is stored only what must be as it
/// stands now is read, the sums.
pub fn enter_transition(desk: &mut Desk<'_>, ready: &ReadyTransition) -> Result<(), Refusal> {
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
    record(desk.notes, view, made, receipt.as_ref());
    Ok(())
}

/// A closed year takes corrections and withdrawals, an archived one nothing but old documents.
fn require_year_for(view: &ReportView, action: Action) -> Result<(), Refusal> {
    match (action, view.year.plan.state) {
        (Action::Archive, _) => Ok(()),
        (Action::Correct | Action::Withdraw, YearState::Open | YearState::Closed) => Ok(()),
        _ => require_year(view),
    }
}

fn record(notes: &mut Notes, view: &ReportView, made: &Transition, receipt: Option<&Receipt>) {
    let change_type = match made.action {
        Action::Publish | Action::Archive if view.revision.number > 1 => Some(ChangeType::Corrected),
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
    notes.audit(Note {
        action: AuditAction::ReportTransition,
        agency_id: Some(view.agency.id.to_string()),
        report_id: Some(view.report.id.to_string()),
        detail: json!({
            "action": made.action.as_str(),
            "from": made.from.as_str(),
            "to": made.to.as_str(),
            "role": made.role.as_str(),
            "revision": made.revision,
            "digest": made.digest,
            "comment": made.comment,
            "judgement": receipt.map(|receipt| json!({
                "rule_set": receipt.rule_set,
                "error": receipt.error,
                "warning": receipt.warning,
                "explained": receipt.explained,
            })),
        }),
    });
}

/// Nothing is published but what was approved, by digest, computed anew from what is stored.
fn require_approved_content(view: &ReportView, round: &Round) -> Result<(), Refusal> {
    let now = Revision::compute_digest(&view.revision.heading, &view.revision.content);
    if round.approved_digest.as_deref() == Some(now.as_str()) {
        Ok(())
    } else {
        Err(Refusal::NotAllowed(vec![Action::Return]))
    }
}
