//! The transition table. A decision about the workflow is made here and nowhere else.

use crate::domain::agency::wire_names;
use crate::domain::rights::{Role, Stage};

wire_names!(
    /// Where a revision stands.
    State {
        Draft = "draft",
        /// 初审.
        FirstReview = "first_review",
        /// 复审.
        SecondReview = "second_review",
        /// 终审.
        FinalReview = "final_review",
        Approved = "approved",
        Published = "published",
        Withdrawn = "withdrawn",
    }
);

wire_names!(
    /// What can be done to a report as a whole.
    Action {
        Submit = "submit",
        Approve = "approve",
        Return = "return",
        Recall = "recall",
        Publish = "publish",
        Correct = "correct",
        Withdraw = "withdraw",
        Archive = "archive",
    }
);

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub to: State,
    pub roles: &'static [Role],
    /// Whether the act must be given a reason.
    pub needs_comment: bool,
}

impl State {
    /// The review stage a state stands for.
    pub fn stage(self) -> Option<Stage> {
        match self {
            State::FirstReview => Some(Stage::First),
            State::SecondReview => Some(Stage::Second),
            State::FinalReview => Some(Stage::Final),
            _ => None,
        }
    }
}

/// Where an action leads from a state, with `stages` reviews (1–3). `None`: not allowed.
pub fn step(state: State, action: Action, stages: u8) -> Option<Step> {
    use Action::*;
    use State::*;
    const EDITOR: &[Role] = &[Role::Editor];
    const REVIEWER: &[Role] = &[Role::Reviewer];
    const PUBLISHER: &[Role] = &[Role::Publisher];
    const RETURNS_REVIEW: &[Role] = &[Role::Reviewer, Role::Supervisor];
    const RETURNS_APPROVED: &[Role] = &[Role::Publisher, Role::Supervisor];
    const ADMIN: &[Role] = &[Role::Admin];
    let silent = |to, roles| Some(Step { to, roles, needs_comment: false });
    let reasoned = |to, roles| Some(Step { to, roles, needs_comment: true });
    match (state, action) {
        (Draft, Submit) => silent(if stages == 1 { FinalReview } else { FirstReview }, EDITOR),
        (FirstReview, Approve) => silent(if stages == 2 { FinalReview } else { SecondReview }, REVIEWER),
        (SecondReview, Approve) => silent(FinalReview, REVIEWER),
        (FinalReview, Approve) => silent(Approved, REVIEWER),
        (FirstReview | SecondReview | FinalReview, Return) => reasoned(Draft, RETURNS_REVIEW),
        (Approved, Return) => reasoned(Draft, RETURNS_APPROVED),
        // The submitter takes it back before the first approval: see the guard.
        (FirstReview | SecondReview | FinalReview, Recall) => silent(Draft, EDITOR),
        (Approved, Publish) => silent(Published, PUBLISHER),
        (Published | Withdrawn, Correct) => reasoned(Draft, PUBLISHER),
        (Published, Withdraw) => reasoned(Withdrawn, PUBLISHER),
        (Draft, Archive) => silent(Published, ADMIN),
        _ => None,
    }
}

/// What the table allows from a state, whoever asks.
pub fn actions_from(state: State, stages: u8) -> Vec<Action> {
    Action::ALL.iter().copied().filter(|action| step(state, *action, stages).is_some()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_any_number_of_stages_a_draft_reaches_publication_through_exactly_that_many_approvals() {
        for stages in 1..=3u8 {
            let mut state = step(State::Draft, Action::Submit, stages).unwrap().to;
            let mut approvals = 0;
            while let Some(next) = step(state, Action::Approve, stages) {
                state = next.to;
                approvals += 1;
            }
            assert_eq!((state, approvals), (State::Approved, stages));
            assert_eq!(step(state, Action::Publish, stages).unwrap().to, State::Published);
        }
    }

    #[test]
    fn nothing_but_approval_leads_to_the_next_review() {
        for state in State::ALL {
            for action in Action::ALL {
                if let Some(step) = step(*state, *action, 3) {
                    let forward =
                        matches!(step.to, State::SecondReview | State::FinalReview | State::Approved);
                    assert!(!forward || *action == Action::Approve, "{state:?} {action:?}");
                }
            }
        }
    }
}
