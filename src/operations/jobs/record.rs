//! A job's row from beginning to end.

use crate::domain::access::Lifetimes;
use crate::domain::audit::AuditAction;
use crate::domain::id::{PersonId, TokenId};
use crate::domain::job::{Job, JobState};
use crate::domain::rights::Right;
use crate::operations::{Answer, Asking, Desk, Refusal, permit};
use crate::storage::{AnyConnection, Note, StorageError, jobs, people, tokens};
use chrono::{Duration, NaiveDateTime};
use serde_json::json;

/// A job that gave no sign for so long has ended with its process.
const SILENCE: Duration = Duration::seconds(60);

/// Its state, as far as one can tell from outside.
fn state_of(job: &Job, now: NaiveDateTime) -> JobState {
    let alive = now - job.updated_at < SILENCE;
    match job.state {
        JobState::Running | JobState::Cancelling if !alive => JobState::Failed,
        state => state,
    }
}

/// A job of the caller's own, or anybody's for whoever sees all.
pub fn find(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &str,
    now: NaiveDateTime,
) -> Answer<(Job, JobState)> {
    let job = jobs::find(connection, id)?.ok_or(Refusal::NotFound)?;
    if !is_own(asking, &job) && !asking.rights.may_below(Right::SeeJobs, None, None) {
        return Err(Refusal::NotFound);
    }
    let state = state_of(&job, now);
    Ok((job, state))
}

fn is_own(asking: &Asking, job: &Job) -> bool {
    asking.person.as_ref().is_some_and(|person| person.id.as_str() == job.person_id)
}

/// Jobs that one person has under way at the same time.
const MOST_OF_ONE: i64 = 3;

pub fn start(desk: &mut Desk<'_>, job: &Job) -> Answer<Job> {
    if jobs::count_running(desk.connection, &job.person_id, desk.act.at - SILENCE)? >= MOST_OF_ONE {
        return Err(Refusal::TooMany);
    }
    jobs::insert(desk.connection, job)?;
    desk.notes.audit(Note {
        action: AuditAction::JobStart,
        agency_id: job.agency_id.clone(),
        report_id: None,
        detail: json!({ "job": job.id, "kind": job.kind.as_str(), "year": job.year }),
    });
    Ok(job.clone())
}

/// Asks a job to end at its next step; one that has ended stays as it is.
pub fn cancel(desk: &mut Desk<'_>, id: &str) -> Answer<()> {
    let (mut job, state) = find(desk.connection, desk.asking, id, desk.act.at)?;
    permit(is_own(desk.asking, &job) || desk.asking.rights.may_below(Right::Validate, None, None))?;
    if state == JobState::Running {
        job.state = JobState::Cancelling;
        job.updated_at = desk.act.at;
        jobs::update(desk.connection, &job)?;
        desk.notes.audit(Note {
            action: AuditAction::JobCancel,
            agency_id: job.agency_id.clone(),
            report_id: None,
            detail: json!({ "job": job.id }),
        });
    }
    Ok(())
}

/// Whether the access in whose name a job goes on is still good: its token, or where there was none its person.
fn is_good(
    connection: &mut AnyConnection,
    token: Option<&TokenId>,
    job: &Job,
    (lifetimes, at): (&Lifetimes, NaiveDateTime),
) -> Answer<bool> {
    let Some(token) = token else {
        let person = people::find_person(connection, &PersonId::from_stored(job.person_id.clone()))?;
        return Ok(person.is_none_or(|person| person.left_on.is_none()));
    };
    let found = tokens::find_token_by_id(connection, token)?;
    Ok(found.is_some_and(|token| token.lives(lifetimes, at)))
}

/// Notes how far the job is; tells whether it is to go on.
pub fn report_progress(desk: &mut Desk<'_>, id: &str, done: i64) -> Answer<bool> {
    let (at, token) = (desk.act.at, desk.act.session.token.as_ref());
    let connection = &mut *desk.connection;
    let mut job = jobs::find(connection, id)?.ok_or(Refusal::NotFound)?;
    let goes_on =
        job.state == JobState::Running && is_good(connection, token, &job, (&desk.asking.lifetimes, at))?;
    job.done = done;
    job.updated_at = at;
    jobs::update(connection, &job)?;
    Ok(goes_on)
}

/// The last word about a job.
pub fn finish(
    connection: &mut AnyConnection,
    id: &str,
    state: JobState,
    result: Option<String>,
    at: NaiveDateTime,
) -> Answer<()> {
    let missing = || Refusal::Storage(StorageError::Malformed { what: "job", value: id.to_owned() });
    let mut job = jobs::find(connection, id)?.ok_or_else(missing)?;
    job.state = state;
    job.result = result;
    job.updated_at = at;
    if state == JobState::Done {
        job.done = job.total;
    }
    Ok(jobs::update(connection, &job)?)
}
