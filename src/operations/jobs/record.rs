//! A job's row from beginning to end.
use crate::domain::audit::AuditAction;
use crate::domain::job::{Job, JobState};
use crate::operations::{Asking, Desk, Refusal};
use crate::storage::jobs;
use crate::storage::{AnyConnection, Note, StorageError};
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

/// A job of the caller's own; an administrator sees all.
pub fn find(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &str,
    now: NaiveDateTime,
) -> Result<(Job, JobState), Refusal> {
    let job = jobs::find(connection, id)?.ok_or(Refusal::NotFound)?;
    let own = asking.person.as_ref().is_some_and(|person| person.id.as_str() == job.person_id);
    if !own && !asking.rights.is_admin() {
        return Err(Refusal::NotFound);
    }
    let state = state_of(&job, now);
    Ok((job, state))
}

pub fn start(desk: &mut Desk<'_>, job: &Job) -> Result<Job, Refusal> {
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
pub fn cancel(desk: &mut Desk<'_>, id: &str) -> Result<(), Refusal> {
    let (mut job, state) = find(desk.connection, desk.asking, id, desk.act.at)?;
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

/// Notes how far the job is; tells whether it is to go on.
pub fn report_progress(
    connection: &mut AnyConnection,
    id: &str,
    done: i64,
    at: NaiveDateTime,
) -> Result<bool, Refusal> {
    let mut job = jobs::find(connection, id)?.ok_or(Refusal::NotFound)?;
    let goes_on = job.state == JobState::Running;
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
) -> Result<(), Refusal> {
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
