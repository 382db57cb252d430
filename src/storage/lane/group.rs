//! One group: many jobs, one transaction, one COMMIT; and the rule for when it breaks.

use super::answers::find_answer;
use super::job::{Ending, Run};
use super::ledger::Ledger;
use super::{Job, Notes};
use crate::storage::cluster::Standing;
use crate::storage::error::{StorageError, Stored};
use crate::storage::seals;
use crate::storage::watch::Watch;
use crate::storage::{AnyConnection, Meters};
use crate::storage::{tally, together};
use diesel::connection::SimpleConnection;
use diesel::result::{DatabaseErrorKind, Error};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// How a group's transaction ended.
pub(super) enum GroupEnd {
    /// Committed, so many jobs; those were not reached in their slice of time.
    Committed { done: usize, unreached: Vec<Box<dyn Job>> },
    /// Rolled back for certain: nothing of it is there. The jobs are to run once more, each alone.
    Broken { jobs: Vec<Box<dyn Job>>, cause: StorageError },
    /// COMMIT was sent and its answer lost.
    Lost,
}

/// Runs jobs in one transaction, with those that `more` gives: who came while another instance held the row.
/// `go_on` is asked between jobs whether the slice still lasts.
pub(super) fn run(
    connection: &mut AnyConnection,
    mut jobs: Vec<Box<dyn Job>>,
    (watch, meters): (&Watch, &Meters),
    fresh: Option<&Standing>,
    (more, mut go_on): (impl FnOnce() -> Vec<Box<dyn Job>>, impl FnMut() -> bool),
) -> GroupEnd {
    let mut ledger = match Ledger::hold(connection, &watch.mark(), fresh) {
        Ok(ledger) => ledger,
        Err(error) => return broken(connection, Vec::new(), jobs, error.into()),
    };
    jobs.extend(more());
    let _gathering = tally::gather();
    let mut done: Vec<(Box<dyn Job>, Ending)> = Vec::with_capacity(jobs.len());
    let mut jobs = jobs.into_iter();
    let (mut begin, is_lone) = (BEGIN_JOB, jobs.len() == 1);
    while done.is_empty() || go_on() {
        let Some(mut job) = jobs.next() else { break };
        let spent = thread_cpu_seconds();
        let ran = run_one(connection, &mut ledger, job.as_mut(), is_lone, &mut begin);
        meters.job_cpu_seconds.observe(thread_cpu_seconds() - spent);
        match ran {
            Ok(ending) => done.push((job, ending)),
            Err(cause) => {
                let rest = std::iter::once(job).chain(jobs).collect();
                return broken(connection, done, rest, cause);
            }
        }
    }
    let unreached: Vec<_> = jobs.collect();
    if let Err(error) = caught(|| ledger.write(connection)) {
        return broken(connection, done, unreached, error);
    }
    let began = Instant::now();
    let pulse = watch.pulse();
    let committed = {
        let _sent = pulse.commit();
        connection.batch_execute("COMMIT")
    };
    meters.commit_seconds.observe(began.elapsed().as_secs_f64());
    match committed {
        Ok(()) => {
            // First the map moves, then the answers go out: nobody reads what was before their own write.
            ledger.tell(watch);
            let count = done.len();
            done.into_iter().for_each(|(job, ending)| job.end(ending));
            GroupEnd::Committed { done: count, unreached }
        }
        Err(error) if answer_lost(connection, &error) => {
            tracing::error!(%error, "the answer to COMMIT was lost");
            done.into_iter().for_each(|(job, _)| job.end(Ending::OutcomeUnknown));
            unreached.into_iter().for_each(|job| job.end(Ending::Unavailable));
            GroupEnd::Lost
        }
        Err(error) => broken(connection, done, unreached, error.into()),
    }
}

/// What the writer has computed so far; waiting for the disk or the network is none of it.
fn thread_cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let whole = u32::try_from(time.tv_sec).map_or(0.0, f64::from);
    whole + u32::try_from(time.tv_nsec).map_or(0.0, f64::from) / 1e9
}

const BEGIN_JOB: &str = "SAVEPOINT job";
/// The last one is released by COMMIT: over a network each statement of its own costs a round trip.
const BEGIN_NEXT_JOB: &str = "RELEASE SAVEPOINT job; SAVEPOINT job";

/// Runs one job behind a savepoint of its own; `begin` is how that begins. One that is sure among others needs none:
/// if it is refused against all expectation, each of its group runs once more alone.
fn run_one(
    connection: &mut AnyConnection,
    ledger: &mut Ledger,
    job: &mut dyn Job,
    is_lone: bool,
    begin: &mut &'static str,
) -> Stored<Ending> {
    if !job.take() {
        return Ok(Ending::Undone);
    }
    if let Some(answer) = find_answer(connection, job.act())? {
        job.replay(answer);
        return Ok(Ending::Undone);
    }
    if let Some(basis) = job.basis()
        && ledger.has_moved(connection, basis)?
    {
        job.refuse_stale();
        return Ok(Ending::Undone);
    }
    let is_prepared = job.basis().is_some();
    let has_savepoint = is_lone || !job.basis().is_some_and(|basis| basis.is_sure);
    if !is_prepared {
        caught(|| ledger.write_left(connection))?;
    }
    if has_savepoint {
        connection.batch_execute(begin)?;
    }
    let mut notes = Notes::default();
    let ((run, touched), left) = together::during(is_prepared && !is_lone, || {
        seals::during(|| catch_unwind(AssertUnwindSafe(|| job.run(connection, &mut notes))))
    });
    match run {
        Ok(Run::Keep(answer)) => {
            if has_savepoint {
                *begin = BEGIN_NEXT_JOB;
            }
            tally::keep(connection)?;
            ledger.leave(left);
            ledger.enter(job.act(), notes, touched, answer);
            Ok(Ending::Committed)
        }
        Ok(Run::Undo) if !has_savepoint => Err(StorageError::Unsure),
        Ok(Run::Undo) => {
            *begin = BEGIN_JOB;
            tally::undo();
            connection.batch_execute("ROLLBACK TO SAVEPOINT job; RELEASE SAVEPOINT job")?;
            Ok(Ending::Undone)
        }
        Ok(Run::Spoiled(error)) => Err(error),
        Err(_) => Err(StorageError::Panicked),
    }
}

/// Runs what is written for a whole group; a panic in it is the group's affair, not the writer's.
fn caught(write: impl FnOnce() -> Stored<()>) -> Stored<()> {
    catch_unwind(AssertUnwindSafe(write)).unwrap_or(Err(StorageError::Panicked))
}

/// Rolls back what is left of the transaction and hands every job back, in order.
fn broken(
    connection: &mut AnyConnection,
    done: Vec<(Box<dyn Job>, Ending)>,
    rest: Vec<Box<dyn Job>>,
    cause: StorageError,
) -> GroupEnd {
    // It may have been thrown away already (SQLite FULL, IOERR); the connection is dropped next.
    let _already_gone = connection.batch_execute("ROLLBACK");
    GroupEnd::Broken { jobs: done.into_iter().map(|(job, _)| job).chain(rest).collect(), cause }
}

/// PostgreSQL went away while we waited for COMMIT: it may have happened or not. SQLite always tells.
fn answer_lost(connection: &AnyConnection, error: &Error) -> bool {
    matches!(connection, AnyConnection::Postgres(_))
        && matches!(
            error,
            Error::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                _
            ) | Error::DatabaseError(DatabaseErrorKind::Unknown, _)
                | Error::BrokenTransactionManager
        )
}
