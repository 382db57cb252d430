//! The present round of a report's review: who has which part in it, and what the guard is asked.

use super::read::ReportView;
use crate::domain::access::Doer;
use crate::domain::id::PersonId;
use crate::domain::workflow::{self, Action, Review, Transition};
use crate::operations::Asking;

/// What the guard needs of a report's history in the present round, and how reviews are held now.
#[derive(Debug)]
pub(super) struct Round {
    review: Review,
    authors: Vec<Doer>,
    approvers: Vec<Doer>,
    others: Vec<Doer>,
    submitter: Option<PersonId>,
    approved_digest: Option<String>,
}

impl Round {
    pub(super) fn of(view: &ReportView, history: &[Transition], review: Review) -> Round {
        let here = history
            .iter()
            .filter(|made| made.revision == view.revision.number && made.round == view.revision.round);
        let here: Vec<&Transition> = here.collect();
        let approvals = || here.iter().filter(|made| made.action == Action::Approve);
        Round {
            review,
            authors: view.revision.authors.clone(),
            approvers: approvals().map(|made| made.doer()).collect(),
            others: here.iter().map(|made| made.doer()).collect(),
            submitter: view.revision.submitted_by.clone(),
            approved_digest: approvals().next_back().map(|made| made.digest.clone()),
        }
    }

    /// Who has approved so far.
    pub(super) fn approvers(&self) -> &[Doer] {
        &self.approvers
    }

    /// What the last of them approved.
    pub(super) fn approved_digest(&self) -> Option<&str> {
        self.approved_digest.as_deref()
    }
}

pub(super) fn request<'a>(
    (asking, doer): (&'a Asking, &'a Doer),
    view: &'a ReportView,
    round: &'a Round,
    action: Action,
    comment: Option<&'a str>,
) -> workflow::Request<'a> {
    workflow::Request {
        state: view.revision.state,
        shown: view.report.shown_revision().is_some(),
        action,
        comment,
        doer,
        rights: &asking.rights,
        agency: &view.agency.path,
        year: view.report.year,
        authors: &round.authors,
        approvers: &round.approvers,
        others: &round.others,
        submitter: round.submitter.as_ref(),
        stages: round.review.stages,
        separation: round.review.separation_of_duties,
    }
}

/// Whoever asks; the public has no part in anything.
pub(super) fn doer_of(asking: &Asking) -> Doer {
    let nobody = || PersonId::from_stored(String::new());
    asking.doer().unwrap_or_else(|| Doer { person: nobody(), hand: nobody() })
}
