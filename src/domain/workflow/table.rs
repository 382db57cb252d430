//! The transition table. A decision about the workflow is made here and nowhere else.

use crate::domain::agency::wire_names;
use crate::domain::rights::{Right, Stage};

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
    pub right: Right,
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
    let silent = |to, right| Some(Step { to, right, needs_comment: false });
    let reasoned = |to, right| Some(Step { to, right, needs_comment: true });
    match (state, action) {
        (Draft, Submit) => silent(if stages == 1 { FinalReview } else { FirstReview }, Right::File),
        // Where fewer reviews are asked for by now than when it was submitted, the final one stays.
        (FirstReview, Approve) => {
            silent(if stages <= 2 { FinalReview } else { SecondReview }, Right::Approve)
        }
        (SecondReview, Approve) => silent(FinalReview, Right::Approve),
        (FinalReview, Approve) => silent(Approved, Right::Approve),
        (FirstReview | SecondReview | FinalReview, Return) => reasoned(Draft, Right::ReturnReviewed),
        (Approved, Return) => reasoned(Draft, Right::ReturnApproved),
        // The submitter takes it back before the first approval: see the guard.
        (FirstReview | SecondReview | FinalReview, Recall) => silent(Draft, Right::File),
        (Approved, Publish) => silent(Published, Right::Publish),
        (Published | Withdrawn, Correct) => reasoned(Draft, Right::Publish),
        (Published, Withdraw) => reasoned(Withdrawn, Right::Publish),
        (Draft, Archive) => silent(Published, Right::Archive),
        _ => None,
    }
}

/// The rights that some step or other asks for.
pub fn rights_of_steps() -> impl Iterator<Item = Right> {
    let all = State::ALL.iter().flat_map(|state| Action::ALL.iter().map(move |action| (*state, *action)));
    all.filter_map(|(state, action)| step(state, action, 3)).map(|step| step.right)
}

/// From where an action sets out: a withdrawal takes back what readers are shown, whatever is worked on meanwhile.
pub fn origin(working: State, shown: bool, action: Action) -> State {
    if shown && action == Action::Withdraw { State::Published } else { working }
}

/// What the table allows where the working revision stands so and readers are shown one or none, whoever asks.
pub fn actions_from(working: State, shown: bool, stages: u8) -> Vec<Action> {
    let leads = |action: &Action| step(origin(working, shown, *action), *action, stages).is_some();
    Action::ALL.iter().copied().filter(leads).collect()
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
