//! What waits for somebody: reviews to make, approved reports to publish, drafts to go on with, findings and remarks
//! to answer, reports due.

use crate::domain::agency::Agency;
use crate::domain::calendar::day_of;
use crate::domain::id::ReportId;
use crate::domain::page::Page;
use crate::domain::pending::PendingAct;
use crate::domain::report::ReportFilter;
use crate::domain::rights::{Office, Right};
use crate::domain::roster::RosterEntry;
use crate::domain::workflow::{Action, State};
use crate::domain::year::YearState;
use crate::operations::pending::waiting_for;
use crate::operations::reports::{
    self, MOST_JUDGED, ReportQuery, ReportView, allowed_actions, supervisor_awaited,
};
use crate::operations::{Answer, Asking};
use crate::storage::roster;
use crate::storage::{AnyConnection, comments, transitions, years};
use chrono::{Duration, NaiveDateTime};

/// Most tasks of one kind: whoever has more does these first.
const MOST: usize = 200;
/// Reports looked at together, and how often, to find that many.
const PAGE: i64 = 200;
const PAGES: usize = 20;
/// How long before its day a report counts as due soon.
const SOON: Duration = Duration::days(30);
/// What is not published yet.
const ON_THE_WAY: [State; 5] =
    [State::Draft, State::FirstReview, State::SecondReview, State::FinalReview, State::Approved];

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
    /// A mark of secrecy or personal data in it is for a supervisor to answer.
    Answer(Box<ReportView>),
    /// Somebody's remark on it is to be answered.
    Comment(Box<ReportView>),
    /// An act that somebody else has asked for is to be confirmed or refused.
    Confirm(Box<PendingAct>, Option<Box<Agency>>),
    /// Nothing has been filed yet and its day is near or past.
    File(RosterEntry),
    /// The same, for whoever sees to it that others file.
    Urge(RosterEntry),
}

/// The caller by the grants alone that give a right. Whoever may do everything waits for nothing.
fn only(asking: &Asking, right: Right) -> Asking {
    let mut narrowed = asking.clone();
    narrowed.rights = asking.rights.only(right);
    narrowed.rights.grants.retain(|grant| grant.role.office() == Office::Reporting);
    narrowed
}

/// Reports of a state within the caller's grants of a right that are among the `wanted`, asked page by page.
fn among(
    connection: &mut AnyConnection,
    asking: &Asking,
    right: Right,
    state: State,
    mut wanted: impl FnMut(&mut AnyConnection, &[ReportView]) -> Answer<Vec<bool>>,
) -> Answer<Vec<ReportView>> {
    let narrowed = only(asking, right);
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
        let wanted = wanted(connection, &views)?;
        found.extend(views.into_iter().zip(wanted).filter(|(_, wanted)| *wanted).map(|(view, _)| view));
        if last || found.len() >= MOST {
            break;
        }
    }
    found.truncate(MOST);
    Ok(found)
}

/// Reports of a state within the caller's grants of a right, on which the caller can take an action now:
/// separation of duties and stages included.
fn waiting(
    connection: &mut AnyConnection,
    asking: &Asking,
    right: Right,
    state: State,
    action: Action,
) -> Answer<Vec<ReportView>> {
    among(connection, asking, right, state, |connection, views| {
        let allowed = allowed_actions(connection, asking, views)?;
        Ok(allowed.iter().map(|allowed| allowed.contains(&action)).collect())
    })
}

/// Reports on their way within the caller's grants as a supervisor that go no further before the caller has
/// answered for a mark of secrecy or personal data; those of years that are over for good wait for nobody.
fn to_answer(connection: &mut AnyConnection, asking: &Asking) -> Answer<Vec<ReportView>> {
    let mut found = Vec::new();
    // What is known of no verdict beyond that many waits until it was judged behind the writes.
    let mut left = MOST_JUDGED;
    for state in ON_THE_WAY {
        let of_state = among(connection, asking, Right::AnswerSecrecy, state, |connection, views| {
            let awaiting = supervisor_awaited(connection, asking, views, &mut left)?;
            let goes_on = |view: &ReportView| view.year.plan.state != YearState::Archived;
            let awaited = views.iter().zip(awaiting);
            Ok(awaited.map(|(view, awaits)| awaits == Some(true) && goes_on(view)).collect())
        })?;
        found.extend(of_state);
    }
    Ok(found)
}

/// Reports within the caller's grants as an editor on which somebody else's remark is open.
fn to_reply(connection: &mut AnyConnection, asking: &Asking) -> Answer<Vec<ReportView>> {
    let editing = only(asking, Right::File);
    let Some(person) = editing.person.as_ref().filter(|_| !editing.rights.grants.is_empty()) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for id in comments::open_to(connection, &editing.rights.extents(Right::File), &person.id, PAGE)? {
        found.push(reports::find(connection, &editing, &ReportId::from_stored(id), false)?);
    }
    Ok(found)
}

/// Lines of the open years within the caller's grants of a right about which nothing has been filed and whose day
/// is near or past.
fn unfiled(connection: &mut AnyConnection, asking: &Asking, right: Right) -> Answer<Vec<RosterEntry>> {
    let extents = only(asking, right).rights.extents(right);
    let mut found = Vec::new();
    if extents.is_empty() {
        return Ok(found);
    }
    for year in years::list(connection, 0, 200)? {
        if year.plan.state == YearState::Open {
            let until = asking.today + SOON;
            found.extend(roster::due_unfiled(connection, &extents, year.plan.year, until, PAGE)?);
        }
    }
    Ok(found)
}

/// Those whose last transition sent them back; what was taken back is none of them, nor is a withdrawal of what is
/// shown meanwhile their own.
fn returned(connection: &mut AnyConnection, views: &[ReportView]) -> Answer<Vec<bool>> {
    let ids: Vec<String> = views.iter().map(|view| view.report.id.to_string()).collect();
    let history = transitions::list_many(connection, &ids)?;
    let sent_back = views.iter().map(|view| {
        let made = history.get(view.report.id.as_str());
        let last = made.and_then(|made| made.iter().rfind(|made| made.revision == view.revision.number));
        last.is_some_and(|made| made.action == Action::Return)
    });
    Ok(sent_back.collect())
}

/// Everything that waits for the caller, the most pressing first.
pub fn tasks(connection: &mut AnyConnection, asking: &Asking, now: NaiveDateTime) -> Answer<Vec<Task>> {
    let confirm =
        |(act, about): (PendingAct, Option<Agency>)| Task::Confirm(Box::new(act), about.map(Box::new));
    let mut tasks: Vec<Task> = waiting_for(connection, asking, now)?.into_iter().map(confirm).collect();
    for state in [State::FirstReview, State::SecondReview, State::FinalReview] {
        let waiting = waiting(connection, asking, Right::Approve, state, Action::Approve)?;
        tasks.extend(waiting.into_iter().map(|view| Task::Review(Box::new(view))));
    }
    let approved = waiting(connection, asking, Right::Publish, State::Approved, Action::Publish)?;
    tasks.extend(approved.into_iter().map(|view| Task::Publish(Box::new(view))));
    let drafts = waiting(connection, asking, Right::File, State::Draft, Action::Submit)?;
    let returned = returned(connection, &drafts)?;
    tasks.extend(drafts.into_iter().zip(returned).map(|(view, returned)| {
        if returned { Task::Returned(Box::new(view)) } else { Task::Finish(Box::new(view)) }
    }));
    let asked = to_answer(connection, asking)?;
    tasks.extend(asked.into_iter().map(|view| Task::Answer(Box::new(view))));
    let remarked = to_reply(connection, asking)?;
    tasks.extend(remarked.into_iter().map(|view| Task::Comment(Box::new(view))));
    let to_file = unfiled(connection, asking, Right::File)?;
    let mut to_urge = unfiled(connection, asking, Right::KeepRegistry)?;
    // Whoever files it themselves urges nobody.
    to_urge.retain(|line| !to_file.contains(line));
    tasks.extend(to_file.into_iter().map(Task::File));
    tasks.extend(to_urge.into_iter().map(Task::Urge));
    tasks.sort_by_key(|task| (task.is_for_others(), task.due_on(), task.rank()));
    Ok(tasks)
}

impl Task {
    pub fn due_on(&self) -> chrono::NaiveDate {
        match self {
            Task::Review(view)
            | Task::Publish(view)
            | Task::Returned(view)
            | Task::Finish(view)
            | Task::Answer(view)
            | Task::Comment(view) => view.due_on,
            Task::Confirm(pending, _) => day_of(pending.ends_at),
            Task::File(line) | Task::Urge(line) => line.due_on,
        }
    }

    /// What others are late with stands behind what waits for the caller alone: it can be much.
    fn is_for_others(&self) -> bool {
        matches!(self, Task::Urge(_))
    }

    fn rank(&self) -> u8 {
        match self {
            Task::Returned(_) => 0,
            Task::Answer(_) => 1,
            Task::Comment(_) => 2,
            Task::Publish(_) => 3,
            Task::Review(_) => 4,
            Task::Finish(_) => 5,
            Task::Confirm(..) => 6,
            Task::File(_) => 7,
            Task::Urge(_) => 8,
        }
    }
}
