//! Whether those who have a part in a round are different people: by whose hand they act, whoever they act as.

use super::{Action, Request};
use crate::domain::access::Doer;
use crate::domain::agency::wire_names;
use crate::domain::id::PersonId;

wire_names!(
    /// What two parts have to do with each other.
    Why {
        /// The hand is an author's.
        Author = "author",
        /// The same person has approved in this round.
        ApprovedBefore = "approved_before",
        /// The hand is that of somebody else who acts in this round.
        SameHand = "same_hand",
        /// An approval is an author's, or of the same hand as another one: it does not count.
        Approvals = "approvals",
        /// Whoever confirms a person stands behind what was issued to them.
        Issuer = "issuer",
        /// What is decided on was asked for by the same hand.
        Asker = "asker",
        /// What is decided on is a grant for the same hand.
        Receiver = "receiver",
    }
);

/// Two parts that one and the same may stand behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    pub why: Why,
    /// Who has the other part.
    pub person: PersonId,
    /// Who stands behind both.
    pub hand: PersonId,
}

impl Clash {
    /// `one` and `other` are connected.
    pub fn between(why: Why, one: &Doer, other: &Doer) -> Clash {
        let shared =
            [&one.hand, &one.person].into_iter().find(|id| **id == other.hand || **id == other.person);
        Clash { why, person: other.person.clone(), hand: shared.unwrap_or(&one.hand).clone() }
    }
}

/// The first that is connected with somebody.
fn connected<'d>(doer: &Doer, others: impl IntoIterator<Item = &'d Doer>) -> Option<&'d Doer> {
    others.into_iter().find(|other| doer.is_connected_with(other))
}

/// What keeps whoever asks from approving or publishing.
pub(super) fn clash(request: &Request<'_>) -> Option<Clash> {
    let me = request.doer;
    if let Some(author) = connected(me, request.authors) {
        return Some(Clash::between(Why::Author, me, author));
    }
    let approves = request.action == Action::Approve;
    if let Some(before) = request.approvers.iter().find(|before| approves && before.person == me.person) {
        return Some(Clash::between(Why::ApprovedBefore, me, before));
    }
    let others = request.others.iter().filter(|other| other.person != me.person);
    if let Some(other) = connected(me, others) {
        return Some(Clash::between(Why::SameHand, me, other));
    }
    if approves { None } else { of_approvals(request.approvers, request.authors) }
}

/// Whether somebody who now becomes an author has approved already, themselves or by another's name.
pub fn clash_of_author(author: &Doer, approvers: &[Doer]) -> Option<Clash> {
    connected(author, approvers).map(|approver| Clash::between(Why::Author, author, approver))
}

/// An approval that does not count, whatever was known when it was given.
fn of_approvals(approvers: &[Doer], authors: &[Doer]) -> Option<Clash> {
    approvers.iter().enumerate().find_map(|(at, approver)| {
        let before = approvers.get(..at).unwrap_or_default();
        let other = connected(approver, authors.iter().chain(before))?;
        Some(Clash::between(Why::Approvals, approver, other))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::agency::AgencyPath;
    use crate::domain::rights::Rights;
    use crate::domain::workflow::State;

    fn doer(person: &str, hand: &str) -> Doer {
        let id = |id: &str| PersonId::from_stored(id.to_owned());
        Doer { person: id(person), hand: id(hand) }
    }

    fn why(action: Action, me: &Doer, authors: &[Doer], approvers: &[Doer], others: &[Doer]) -> Option<Why> {
        let (rights, agency) = (Rights::default(), AgencyPath::below(None, "a"));
        let request = Request {
            state: State::FirstReview,
            shown: false,
            action,
            comment: None,
            doer: me,
            rights: &rights,
            agency: &agency,
            year: 2023,
            authors,
            approvers,
            others,
            submitter: None,
            stages: 3,
            separation: true,
        };
        clash(&request).map(|clash| clash.why)
    }

    #[test]
    fn nobody_acts_twice_by_another_name() {
        let (author, made) = (doer("author", "author"), doer("made", "author"));
        let supervisor = doer("supervisor", "supervisor");
        let (one, two) = (doer("one", "supervisor"), doer("two", "supervisor"));
        let free = doer("free", "free");
        use Action::{Approve, Publish};
        let authors = std::slice::from_ref(&author);
        assert_eq!(why(Approve, &free, authors, &[], authors), None);
        assert_eq!(why(Approve, &made, authors, &[], authors), Some(Why::Author));
        assert_eq!(why(Publish, &made, authors, &[], authors), Some(Why::Author));
        let first = std::slice::from_ref(&one);
        assert_eq!(why(Approve, &two, authors, first, first), Some(Why::SameHand), "of one hand");
        assert_eq!(why(Approve, &supervisor, authors, first, first), Some(Why::SameHand), "the hand itself");
        assert_eq!(why(Approve, &one, authors, first, first), Some(Why::ApprovedBefore));
        assert_eq!(why(Publish, &one, authors, first, first), None, "who approved may publish");
        assert_eq!(why(Publish, &two, authors, first, first), Some(Why::SameHand));
    }

    #[test]
    fn what_came_to_light_later_counts_at_publication() {
        let (author, explains) = (doer("author", "author"), doer("supervisor", "supervisor"));
        let (approver, free) = (doer("approver", "supervisor"), doer("free", "free"));
        let approvers = [approver.clone()];
        assert_eq!(why(Action::Publish, &free, std::slice::from_ref(&author), &approvers, &[]), None);
        let authors = [author, explains.clone()];
        assert_eq!(why(Action::Publish, &free, &authors, &approvers, &[]), Some(Why::Approvals));
        assert_eq!(clash_of_author(&explains, &approvers).map(|clash| clash.hand), Some(explains.hand));
        let twice = [approver, doer("other", "supervisor")];
        assert_eq!(why(Action::Publish, &free, &[], &twice, &[]), Some(Why::Approvals));
    }
}
