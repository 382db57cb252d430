//! What may be done with a report as it stands.

use super::edit::require_year;
use super::read::ReportView;
use super::round::{Round, doer_of, request};
use crate::domain::id::ReportId;
use crate::domain::pending::HeldAct;
use crate::domain::workflow::{self, Action, Review};
use crate::domain::year::YearState;
use crate::operations::settings::review;
use crate::operations::{Answer, Archiving, Asking, Refusal};
use crate::storage::{AnyConnection, pending, transitions};

/// The actions the caller could take now on each of some reports.
pub fn allowed_actions(
    connection: &mut AnyConnection,
    asking: &Asking,
    views: &[ReportView],
) -> Answer<Vec<Vec<Action>>> {
    let ids: Vec<String> = views.iter().map(|view| view.report.id.to_string()).collect();
    let history = transitions::list_many(connection, &ids)?;
    let review = review(connection)?;
    let waiting = waiting_already(connection, asking, &ids)?;
    let (nothing, doer) = (Vec::new(), doer_of(asking));
    let allowed = views.iter().map(|view| {
        let round = Round::of(view, history.get(view.report.id.as_str()).unwrap_or(&nothing), review);
        view.actions(review.stages)
            .into_iter()
            .filter(|action| {
                workflow::check(&request((asking, &doer), view, &round, *action, Some("…"))).is_ok()
            })
            .filter(|action| is_possible(asking, view, *action))
            .filter(|action| {
                !waiting.iter().any(|(report, asked)| *report == view.report.id && asked == action)
            })
            .collect()
    });
    Ok(allowed.collect())
}

/// What was asked for before and waits for a second person.
fn waiting_already(
    connection: &mut AnyConnection,
    asking: &Asking,
    reports: &[String],
) -> Answer<Vec<(ReportId, Action)>> {
    let mut waiting = Vec::new();
    for (act, action) in [(HeldAct::Withdrawal, Action::Withdraw), (HeldAct::Archive, Action::Archive)] {
        if asking.policy.second_pair.holds(act) {
            let of_them = pending::reports_waiting(connection, act, reports)?;
            waiting.extend(of_them.into_iter().map(|report| (report, action)));
        }
    }
    Ok(waiting)
}

/// Whether the report's history and its year leave room for an action that its state allows.
pub(super) fn is_possible(asking: &Asking, view: &ReportView, action: Action) -> bool {
    // What was read before is corrected, never replaced unseen.
    let archivable = action != Action::Archive || view.revision.number == 1;
    archivable && require_year_for(asking, view, action).is_ok()
}

/// What else can be done with a draft that cannot be archived; how many reviews there are is no matter there.
pub(super) fn beside_archiving(view: &ReportView) -> Vec<Action> {
    let all = view.actions(Review::USUAL.stages).into_iter();
    all.filter(|action| *action != Action::Archive).collect()
}

/// A closed year takes corrections and withdrawals, and old documents once it lies far enough back; an archived one
/// nothing but these.
pub(super) fn require_year_for(asking: &Asking, view: &ReportView, action: Action) -> Answer<()> {
    match (action, view.year.plan.state) {
        (Action::Archive, _) => match asking.policy.archiving {
            Archiving::Old { after_days }
                if !view.year.plan.takes_old_documents(asking.today, after_days) =>
            {
                let from = view.year.plan.old_documents_from(after_days);
                Err(Refusal::TooRecent { from, allowed: beside_archiving(view) })
            }
            _ => Ok(()),
        },
        (Action::Correct | Action::Withdraw, YearState::Open | YearState::Closed) => Ok(()),
        _ => require_year(view),
    }
}

/// What is no draft is not written; told with what can be done from there.
pub(super) fn not_editable(connection: &mut AnyConnection, asking: &Asking, view: &ReportView) -> Refusal {
    match review(connection) {
        Ok(review) => {
            let of_state = view.actions(review.stages).into_iter();
            Refusal::NotEditable(of_state.filter(|action| is_possible(asking, view, *action)).collect())
        }
        Err(refusal) => refusal,
    }
}
