//! The revisions of a report: all under a grant, the published ones for everybody.

use super::read::{ReportView, at_revision, find};
use crate::domain::form::Form;
use crate::domain::id::ReportId;
use crate::domain::report::Suppression;
use crate::domain::report::{Revision, SourceFile};
use crate::domain::rights::Right;
use crate::domain::workflow::Transition;
use crate::domain::workflow::{Action, State};
use crate::operations::{Answer, Asking, Refusal, permit};
use crate::storage::sources;
use crate::storage::suppressions;
use crate::storage::{AnyConnection, revisions, transitions};
use serde_json::Value;

/// The revisions the caller may see, oldest first; on wish only those that everybody sees.
pub fn list_revisions(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &ReportId,
    published_only: bool,
) -> Answer<(ReportView, Vec<Revision>)> {
    let view = find(connection, asking, id, published_only)?;
    let taken_back = TakenBack::of(connection, id)?;
    let mut found = revisions::of_report(connection, id)?;
    found.retain(|revision| taken_back.may_see(&view, revision));
    found.sort_by_key(|revision| revision.number);
    Ok((view, found))
}

/// What was taken back of a report and stays gone, whatever followed it.
struct TakenBack {
    /// A withdrawal takes back every revision so far.
    withdrawal: Option<Transition>,
    suppressed: Vec<Suppression>,
}

impl TakenBack {
    fn of(connection: &mut AnyConnection, id: &ReportId) -> Answer<TakenBack> {
        let made = transitions::list(connection, id)?.into_iter();
        Ok(TakenBack {
            withdrawal: made.filter(|made| made.action == Action::Withdraw).max_by_key(|made| made.revision),
            suppressed: suppressions::of(connection, id)?,
        })
    }

    fn may_see(&self, view: &ReportView, revision: &Revision) -> bool {
        let withdrawn = self.withdrawal.as_ref().is_some_and(|made| revision.number <= made.revision);
        view.working || (revision.state == State::Published && !withdrawn)
    }

    /// Why nobody, or nobody but those with a grant, may read a revision.
    fn require_readable(&self, view: &ReportView, number: i32) -> Answer<()> {
        if let Some(found) = self.suppressed.iter().find(|found| found.revision == number) {
            return Err(Refusal::Suppressed { reason: found.reason.clone(), at: found.at });
        }
        match &self.withdrawal {
            Some(made) if !view.working && (1..=made.revision).contains(&number) => {
                Err(Refusal::Withdrawn { reason: made.comment.clone(), at: Some(made.at) })
            }
            _ => Ok(()),
        }
    }
}

/// The revisions of a report whose text was erased.
pub fn list_suppressed(connection: &mut AnyConnection, id: &ReportId) -> Answer<Vec<Suppression>> {
    Ok(suppressions::of(connection, id)?)
}

/// The report as of one of its revisions.
pub fn find_revision(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &ReportId,
    number: i32,
    published_only: bool,
) -> Answer<ReportView> {
    let view = find(connection, asking, id, published_only)?;
    let taken_back = TakenBack::of(connection, id)?;
    let revision = revisions::find(connection, id, number)?.ok_or(Refusal::NotFound)?;
    taken_back.require_readable(&view, number)?;
    if !taken_back.may_see(&view, &revision) {
        return Err(Refusal::NotFound);
    }
    at_revision(connection, view, number)
}

/// What two revisions say differently, each at its pointer.
#[derive(Debug, Clone)]
pub struct Difference {
    pub from: Revision,
    pub to: Revision,
    pub cells: Vec<(String, Value, Value)>,
    pub texts: Vec<(String, Option<String>, Option<String>)>,
}

/// Without numbers: the newest revision the caller sees against the one before it.
pub fn diff(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &ReportId,
    (from, to): (Option<i32>, Option<i32>),
    published_only: bool,
) -> Answer<Difference> {
    let (view, mut found) = list_revisions(connection, asking, id, published_only)?;
    let taken_back = TakenBack::of(connection, id)?;
    for number in [from, to].into_iter().flatten() {
        taken_back.require_readable(&view, number)?;
    }
    // What was not named is looked for among what can be read.
    found.retain(|revision| taken_back.suppressed.iter().all(|gone| gone.revision != revision.number));
    let by_number = |number: i32| found.iter().find(|revision| revision.number == number).cloned();
    let to = match to {
        Some(number) => by_number(number),
        None => found.last().cloned(),
    }
    .ok_or(Refusal::NotFound)?;
    let from = match from {
        Some(number) => by_number(number),
        None => found.iter().rev().find(|revision| revision.number < to.number).cloned(),
    }
    .ok_or(Refusal::NotFound)?;
    Ok(Difference { cells: cells(&from, &to), texts: texts(&from, &to), from, to })
}

/// Cells by their pointers, so that revisions of two forms compare where they mean the same place.
fn cells(from: &Revision, to: &Revision) -> Vec<(String, Value, Value)> {
    let value = |revision: &Revision, pointer: &str| {
        let place = revision.content.form().cells.iter().find(|cell| cell.pointer() == pointer);
        place.map_or(Value::Null, |cell| revision.content.figures.json(cell.index))
    };
    pointers(from.content.form(), to.content.form())
        .into_iter()
        .map(|pointer| (value(from, &pointer), value(to, &pointer), pointer))
        .filter(|(before, after, _)| before != after)
        .map(|(before, after, pointer)| (pointer, before, after))
        .collect()
}

fn pointers(from: &Form, to: &Form) -> Vec<String> {
    let mut pointers: Vec<String> = to.cells.iter().map(|cell| cell.pointer()).collect();
    if from != to {
        let more = from.cells.iter().map(|cell| cell.pointer());
        let more: Vec<String> = more.filter(|pointer| !pointers.contains(pointer)).collect();
        pointers.extend(more);
    }
    pointers
}

fn texts(from: &Revision, to: &Revision) -> Vec<(String, Option<String>, Option<String>)> {
    let heading = |revision: &Revision| {
        [
            ("/title", revision.heading.title.clone()),
            ("/signed_by", revision.heading.signed_by.clone()),
            ("/signed_on", revision.heading.signed_on.map(|day| day.to_string())),
            ("/index_number", revision.heading.index_number.clone()),
        ]
    };
    let headings = heading(from).into_iter().zip(heading(to));
    let headings = headings.map(|((pointer, before), (_, after))| (pointer.to_owned(), before, after));
    let sections = to.content.form().sections.iter().map(|section| {
        let text = |revision: &Revision| revision.content.text(&section.key).map(str::to_owned);
        (format!("/sections/{}/text", section.key), text(from), text(to))
    });
    headings.chain(sections).filter(|(_, before, after)| before != after).collect()
}

/// The file a report was imported from, for whoever's grant covers its agency.
pub fn find_source(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &ReportId,
    published_only: bool,
) -> Answer<SourceFile> {
    let view = find(connection, asking, id, published_only)?;
    permit(view.allows(asking, Right::SeeDrafts))?;
    sources::find(connection, id, view.revision.number)?.ok_or(Refusal::NotFound)
}
