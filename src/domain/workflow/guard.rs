//! Whether this person may take this action on this report now.

use super::{Action, State, Step, actions_from, step};
use crate::domain::agency::AgencyPath;
use crate::domain::rights::{Rights, Role};

/// Everything the guard looks at; loaded before, decided here.
#[derive(Debug)]
pub struct Request<'a> {
    pub state: State,
    pub action: Action,
    pub comment: Option<&'a str>,
    pub person: &'a str,
    pub rights: &'a Rights,
    pub agency: &'a AgencyPath,
    /// Persons who wrote content of this revision, imported or submitted it.
    pub authors: &'a [String],
    /// Persons who approved in the present round.
    pub approvers: &'a [String],
    /// Who submitted in the present round.
    pub submitter: Option<&'a str>,
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
    /// An approver is an author, approved before in this round, or recalls what another submitted.
    SeparationOfDuties,
    CommentMissing,
}

/// Checks rights, then the comment, then state, then the separation of duties.
pub fn check(request: &Request<'_>) -> Result<(Step, Role), Refusal> {
    let Some(step) = step(request.state, request.action, request.stages) else {
        // A right that would be needed in some state is asked for before the state is spoken of.
        return Err(if !holds_anywhere(request) {
            Refusal::Forbidden
        } else if needs_comment_anywhere(request) && is_silent(request) {
            Refusal::CommentMissing
        } else {
            Refusal::NotAllowed(actions_from(request.state, request.stages))
        });
    };
    let stage = (request.action == Action::Approve || request.action == Action::Return)
        .then(|| request.state.stage())
        .flatten();
    let role = request.rights.acting_role(step.roles, request.agency, stage).ok_or(Refusal::Forbidden)?;
    if step.needs_comment && is_silent(request) {
        return Err(Refusal::CommentMissing);
    }
    match request.action {
        Action::Approve if request.separation => {
            let person = request.person.to_owned();
            if request.authors.contains(&person) || request.approvers.contains(&person) {
                return Err(Refusal::SeparationOfDuties);
            }
        }
        Action::Recall if !request.approvers.is_empty() => {
            let allowed = actions_from(request.state, request.stages)
                .into_iter()
                .filter(|action| *action != Action::Recall)
                .collect();
            return Err(Refusal::NotAllowed(allowed));
        }
        Action::Recall if request.submitter != Some(request.person) => {
            return Err(Refusal::Forbidden);
        }
        _ => {}
    }
    Ok((step, role))
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
        .any(|step| request.rights.acting_role(step.roles, request.agency, None).is_some())
}
