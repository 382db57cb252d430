//! Whether this person may take this action on this report now.

use super::hands::{self, Clash};
use super::{Action, State, Step, actions_from, origin, step};
use crate::domain::access::Doer;
use crate::domain::agency::AgencyPath;
use crate::domain::id::PersonId;
use crate::domain::rights::{Rights, Role, Stage};

/// Everything the guard looks at; loaded before, decided here.
#[derive(Debug)]
pub struct Request<'a> {
    /// Where the working revision stands.
    pub state: State,
    /// Whether readers are shown one, this or an earlier one.
    pub shown: bool,
    pub action: Action,
    pub comment: Option<&'a str>,
    /// Who asks, and by whose hand.
    pub doer: &'a Doer,
    pub rights: &'a Rights,
    pub agency: &'a AgencyPath,
    pub year: i32,
    /// Who wrote content of this revision, imported, explained or submitted it.
    pub authors: &'a [Doer],
    /// Who approved in the present round, once for each approval.
    pub approvers: &'a [Doer],
    /// Who did anything in the present round.
    pub others: &'a [Doer],
    /// Who submitted in the present round.
    pub submitter: Option<&'a PersonId>,
    pub stages: u8,
    pub separation: bool,
}

/// Why not. The order of the variants is the order of the checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No grant of a fitting role covers the agency.
    Forbidden,
    /// The table has no such line; these actions it has.
    NotAllowed(Vec<Action>),
    /// Whoever approves or publishes is an author, approved before in this round, or is of the hand of somebody else
    /// who has a part in it.
    SeparationOfDuties(Clash),
    CommentMissing,
}

/// Checks rights, then the comment, then state, then the separation of duties.
pub fn check(request: &Request<'_>) -> Result<(Step, Role), Refusal> {
    let from = origin(request.state, request.shown, request.action);
    let Some(step) = step(from, request.action, request.stages) else {
        // A right that would be needed in some state is asked for before the state is spoken of.
        return Err(if !holds_anywhere(request) {
            Refusal::Forbidden
        } else if needs_comment_anywhere(request) && is_silent(request) {
            Refusal::CommentMissing
        } else {
            Refusal::NotAllowed(actions_from(request.state, request.shown, request.stages))
        });
    };
    let stage = (request.action == Action::Approve || request.action == Action::Return)
        .then(|| request.state.stage())
        .flatten();
    let role = acting_role(request, step, stage).ok_or(Refusal::Forbidden)?;
    if step.needs_comment && is_silent(request) {
        return Err(Refusal::CommentMissing);
    }
    match request.action {
        // How reviews are held may have changed since it was submitted: nothing goes on with fewer than now.
        Action::Approve
            if step.to == State::Approved && request.approvers.len() + 1 < usize::from(request.stages) =>
        {
            return Err(Refusal::NotAllowed(others(request)));
        }
        Action::Publish if request.approvers.len() < usize::from(request.stages) => {
            return Err(Refusal::NotAllowed(others(request)));
        }
        Action::Approve | Action::Publish if request.separation => {
            if let Some(clash) = hands::clash(request) {
                return Err(Refusal::SeparationOfDuties(clash));
            }
        }
        Action::Recall if !request.approvers.is_empty() => {
            return Err(Refusal::NotAllowed(others(request)));
        }
        Action::Recall if request.submitter != Some(&request.doer.person) => {
            return Err(Refusal::Forbidden);
        }
        _ => {}
    }
    Ok((step, role))
}

/// What else the state allows.
fn others(request: &Request<'_>) -> Vec<Action> {
    let all = actions_from(request.state, request.shown, request.stages).into_iter();
    all.filter(|action| *action != request.action).collect()
}

fn acting_role(request: &Request<'_>, step: Step, stage: Option<Stage>) -> Option<Role> {
    request.rights.acting_role(step.right, (request.agency, request.year), stage)
}

fn is_silent(request: &Request<'_>) -> bool {
    request.comment.is_none_or(|comment| comment.trim().is_empty())
}

fn needs_comment_anywhere(request: &Request<'_>) -> bool {
    let steps = State::ALL.iter().filter_map(|state| step(*state, request.action, request.stages));
    steps.into_iter().any(|step| step.needs_comment)
}

/// Whether the person holds a role that may take this action in any state.
fn holds_anywhere(request: &Request<'_>) -> bool {
    State::ALL
        .iter()
        .filter_map(|state| step(*state, request.action, request.stages))
        .any(|step| acting_role(request, step, None).is_some())
}
