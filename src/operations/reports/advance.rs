//! What an act does to a report and its revision, once it is decided.

use super::read::ReportView;
use super::transition::TransitionOrder;
use crate::domain::access::Doer;
use crate::domain::calendar::start_of;
use crate::domain::report::SectionMark;
use crate::domain::workflow::{Action, State, Transition};
use crate::operations::{Archiving, Asking};
use crate::storage::Act;
use chrono::{NaiveDate, NaiveDateTime};

/// Moves the revision and what the report knows of it.
pub(super) fn advance(
    view: &mut ReportView,
    act: &Act,
    asking: &Asking,
    order: &TransitionOrder,
    to: State,
    doer: &Doer,
) {
    view.report.version += 1;
    view.report.updated_at = act.at;
    if order.action == Action::Correct {
        begin_correction(view, act, order.comment.clone());
        view.revision.begin_digest(asking.digests);
    }
    view.revision.state = to;
    view.revision.updated_at = act.at;
    match order.action {
        Action::Submit => {
            view.revision.submitted_by = Some(doer.person.clone());
            view.revision.submitted_at = Some(act.at);
            view.revision.add_author(doer);
        }
        Action::Return | Action::Recall => {
            view.revision.round += 1;
            view.revision.submitted_by = None;
            view.revision.submitted_at = None;
        }
        Action::Publish => show(view, act.at, asking.today, false),
        Action::Archive => {
            let day = order.published_on.unwrap_or(asking.today);
            let archived = asking.policy.archiving != Archiving::MadeUp;
            show(view, start_of(day), day, archived);
        }
        Action::Withdraw => {
            view.report.withdrawn_at = Some(act.at);
            view.report.withdrawn_reason.clone_from(&order.comment);
            view.report.public_version = Some(view.report.version);
        }
        Action::Approve | Action::Correct => {}
    }
}

/// The last round a revision of this number went through: one that was discarded may have had the number.
pub(super) fn last_round(history: &[Transition], revision: i32) -> i32 {
    history.iter().filter(|made| made.revision == revision).map(|made| made.round).max().unwrap_or(0)
}

/// From now on readers see this revision.
fn show(view: &mut ReportView, at: NaiveDateTime, day: NaiveDate, archived: bool) {
    view.revision.published_at = Some(at);
    view.report.published_revision = Some(view.revision.number);
    view.report.public_version = Some(view.report.version);
    view.report.first_shown(day, view.due_on, archived);
    view.report.withdrawn_at = None;
    view.report.withdrawn_reason = None;
}

/// A new working revision with the content of the one before; that one stays as it is.
fn begin_correction(view: &mut ReportView, act: &Act, reason: Option<String>) {
    let number = view.revision.number + 1;
    view.report.working_revision = number;
    view.revision.number = number;
    view.revision.reason = reason;
    view.revision.agency_name.clone_from(&view.agency.name);
    let mark = SectionMark { version: view.report.version, updated_at: act.at };
    view.revision.marks.iter_mut().for_each(|old| *old = mark);
    // Whoever begins it writes nothing yet, and may review what others write; whoever has explained what it goes on
    // with is added.
    view.revision.authors = Vec::new();
    view.revision.submitted_by = None;
    view.revision.submitted_at = None;
    view.revision.published_at = None;
    view.revision.created_at = act.at;
    view.corrected = true;
}
