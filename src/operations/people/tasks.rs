//! What waits for somebody: reviews to make, approved reports to publish, drafts to go on with, reports due.

use crate::domain::rights::{Rights, Role};
use crate::domain::workflow::{Action, State};
use crate::domain::year::YearState;
use crate::operations::reports::{self, ReportQuery, ReportView, allowed_actions};
use crate::operations::{Asking, Refusal};
use crate::storage::reports::ReportFilter;
use crate::storage::roster::{self, RosterEntry};
use crate::storage::{AnyConnection, Page, transitions, years};
use chrono::Duration;

/// Most tasks of one kind: whoever has more does these first.
const MOST: usize = 200;
/// Reports looked at together, and how often, to find that many.
const PAGE: i64 = 200;
const PAGES: usize = 20;
/// How long before its day a report counts as due soon.
const SOON: Duration = Duration::days(30);

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Task {
    /// Approve it or return it.
    Review(Box<ReportView>),
    Publish(Box<ReportView>),
    /// It came back from review.
    Returned(Box<ReportView>),
    /// A draft to go on with.
    Finish(Box<ReportView>),
    /// Nothing has been filed yet and its day is near or past.
    File(RosterEntry),
}

/// The caller's grants of one role.
fn only(asking: &Asking, role: Role) -> Asking {
    let mut narrowed = asking.clone();
    let grants = asking.rights.grants.iter().filter(|grant| grant.role == role).cloned().collect();
    narrowed.rights = Rights { grants };
    narrowed
}

/// Reports of a state within the caller's grants of a role, on which the caller can take an action now:
/// separation of duties and stages included.
fn waiting(
    connection: &mut AnyConnection,
    asking: &Asking,
    role: Role,
    state: State,
    action: Action,
) -> Result<Vec<ReportView>, Refusal> {
    let narrowed = only(asking, role);
    let mut found = Vec::new();
    if narrowed.rights.grants.is_empty() {
        return Ok(found);
    }
    let filter = ReportFilter { status: Some(state), ..ReportFilter::default() };
    let query = ReportQuery { filter, ..ReportQuery::default() };
    let mut page = Page { keys: Vec::new(), after_id: None, limit: PAGE };
    for _ in 0..PAGES {
        let views = reports::list(connection, &narrowed, &query, &page)?;
        let last = views.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
        page.after_id = views.last().map(|view| view.report.id.to_string());
        let allowed = allowed_actions(connection, asking, &views)?;
        let able = views.into_iter().zip(allowed).filter(|(_, allowed)| allowed.contains(&action));
        found.extend(able.map(|(view, _)| view));
        if last || found.len() >= MOST {
            break;
        }
    }
    found.truncate(MOST);
    Ok(found)
}

/// Those whose last transition sent them back; what was taken back is none of them.
fn returned(connection: &mut AnyConnection, views: &[ReportView]) -> Result<Vec<bool>, Refusal> {
    let ids: Vec<String> = views.iter().map(|view| view.report.id.to_string()).collect();
    let history = transitions::list_many(connection, &ids)?;
    let sent_back = views.iter().map(|view| {
        let last = history.get(view.report.id.as_str()).and_then(|made| made.last());
        last.is_some_and(|made| made.action == Action::Return)
    });
    Ok(sent_back.collect())
}

/// Everything that waits for the caller, the most pressing first.
pub fn tasks(connection: &mut AnyConnection, asking: &Asking) -> Result<Vec<Task>, Refusal> {
    let mut tasks = Vec::new();
    for state in [State::FirstReview, State::SecondReview, State::FinalReview] {
        let waiting = waiting(connection, asking, Role::Reviewer, state, Action::Approve)?;
        tasks.extend(waiting.into_iter().map(|view| Task::Review(Box::new(view))));
    }
    let approved = waiting(connection, asking, Role::Publisher, State::Approved, Action::Publish)?;
    tasks.extend(approved.into_iter().map(|view| Task::Publish(Box::new(view))));
    let drafts = waiting(connection, asking, Role::Editor, State::Draft, Action::Submit)?;
    let returned = returned(connection, &drafts)?;
    tasks.extend(drafts.into_iter().zip(returned).map(|(view, returned)| {
        if returned { Task::Returned(Box::new(view)) } else { Task::Finish(Box::new(view)) }
    }));
    let editors = only(asking, Role::Editor).rights;
    if !editors.grants.is_empty() {
        for year in years::list(connection, 0, 200)? {
            if year.plan.state == YearState::Open {
                let until = asking.today + SOON;
                let due = roster::due_unfiled(connection, &editors, year.plan.year, until, PAGE)?;
                tasks.extend(due.into_iter().map(Task::File));
            }
        }
    }
    tasks.sort_by_key(|task| (task.due_on(), task.rank()));
    Ok(tasks)
}

impl Task {
    pub fn due_on(&self) -> chrono::NaiveDate {
        match self {
            Task::Review(view) | Task::Publish(view) | Task::Returned(view) | Task::Finish(view) => {
                view.due_on
            }
            Task::File(line) => line.due_on,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Task::Returned(_) => 0,
            Task::Publish(_) => 1,
            Task::Review(_) => 2,
            Task::Finish(_) => 3,
            Task::File(_) => 4,
        }
    }
}
