//! Whether the database answers at all: one that hangs gives no error, so that every wait for it ends on our side.
//!
//! The watch asks on a connection of its own, four times a second. While it gets no answer nobody waits any longer: the
//! threads that hang are left where they are (as many as there are readers, and the writer), and go on when the database
//! does.

use super::connection::DatabaseUrl;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Without an answer for so long, a server counts as silent.
const SILENT: Duration = Duration::from_secs(2);
/// A file does not hang as a network does; a machine that is too busy to look at it may seem to.
const FILE_SILENT: Duration = Duration::from_secs(10);
/// A COMMIT takes no longer, unless what it waits for (a standby, a disk) is gone.
const COMMIT_HANGS: Duration = Duration::from_secs(5);
/// An answer older than this says nothing of now.
const GOOD_FOR: Duration = Duration::from_secs(2);
/// How often whoever waits looks whether waiting has a point.
const LOOK: Duration = Duration::from_millis(200);

/// Why an instance should get no requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    #[error("the database does not answer")]
    Silent,
    #[error("the schema has gone on without this program: run a newer one")]
    Outdated,
    #[error("the writer waits for a COMMIT that does not come back")]
    CommitHangs,
    #[error("writes are to be on a standby before they are acknowledged, and the server does not do so")]
    NotSynchronous,
}

/// What is known of it.
#[derive(Debug)]
pub struct Pulse {
    silent_after: Duration,
    asked: Mutex<Option<Instant>>,
    answered: Mutex<Option<Instant>>,
    committing: Mutex<Option<Instant>>,
    /// It is to be synchronous, and is not.
    unsynchronous: AtomicBool,
    disk_full: AtomicBool,
    /// The schema has gone further than this program can follow.
    outdated: AtomicBool,
}

/// A question that is out; it ends when this is dropped.
pub(super) struct Out<'a>(&'a Mutex<Option<Instant>>);

impl Drop for Out<'_> {
    fn drop(&mut self) {
        set(self.0, None);
    }
}

fn set(at: &Mutex<Option<Instant>>, value: Option<Instant>) {
    *at.lock().unwrap_or_else(PoisonError::into_inner) = value;
}

fn since(at: &Mutex<Option<Instant>>) -> Option<Duration> {
    at.lock().unwrap_or_else(PoisonError::into_inner).map(|at| at.elapsed())
}

fn out(at: &Mutex<Option<Instant>>) -> Out<'_> {
    set(at, Some(Instant::now()));
    Out(at)
}

impl Pulse {
    pub(super) fn of(url: &DatabaseUrl) -> Pulse {
        Pulse {
            silent_after: if url.is_sqlite() { FILE_SILENT } else { SILENT },
            asked: Mutex::default(),
            answered: Mutex::default(),
            committing: Mutex::default(),
            unsynchronous: AtomicBool::default(),
            disk_full: AtomicBool::default(),
            outdated: AtomicBool::default(),
        }
    }

    /// The watch asks.
    pub(super) fn ask(&self) -> Out<'_> {
        out(&self.asked)
    }

    /// It was answered, or not.
    pub(super) fn told(&self, answer: bool) {
        set(&self.answered, answer.then(Instant::now));
    }

    /// The writer sends COMMIT.
    pub(super) fn commit(&self) -> Out<'_> {
        out(&self.committing)
    }

    /// Whether it is synchronous as it should be.
    pub(super) fn require_synchronous(&self, is: bool) {
        if self.unsynchronous.swap(!is, Ordering::AcqRel) == is {
            match is {
                true => tracing::info!("writes are on a standby before they are acknowledged, as required"),
                false => tracing::error!(
                    "database.require_synchronous: the server acknowledges writes before they are on a standby \
                     (synchronous_standby_names, synchronous_commit); a fail-over would lose them"
                ),
            }
        }
    }

    /// The writer found no room, or wrote again.
    pub(super) fn disk_is_full(&self, is: bool) {
        if self.disk_full.swap(is, Ordering::AcqRel) != is {
            match is {
                true => tracing::error!(
                    "the disk of the database is full: it is read from, and nothing is written until there is room"
                ),
                false => tracing::info!("there is room on the disk of the database again"),
            }
        }
    }

    /// The schema was looked at.
    pub(super) fn is_left_behind(&self, is: bool) {
        if self.outdated.swap(is, Ordering::AcqRel) != is {
            match is {
                true => tracing::error!(
                    "the schema has gone on without this program: it takes no more writes, run a newer one"
                ),
                false => tracing::info!("the schema is one that this program knows again"),
            }
        }
    }

    pub fn is_outdated(&self) -> bool {
        self.outdated.load(Ordering::Acquire)
    }

    pub fn is_disk_full(&self) -> bool {
        self.disk_full.load(Ordering::Acquire)
    }

    pub fn is_synchronous_as_required(&self) -> bool {
        !self.unsynchronous.load(Ordering::Acquire)
    }

    /// How long the watch has waited for an answer.
    pub fn silence(&self) -> Duration {
        since(&self.asked).unwrap_or_default()
    }

    /// How long the writer has waited for its COMMIT.
    pub fn commit_wait(&self) -> Duration {
        since(&self.committing).unwrap_or_default()
    }

    pub fn is_silent(&self) -> bool {
        self.silence() >= self.silent_after
    }

    /// Whether requests should come here; known from the watch's own connection, without asking anew.
    pub fn readiness(&self) -> Result<(), NotReady> {
        if self.is_silent() || since(&self.answered).is_none_or(|age| age >= GOOD_FOR.max(self.silent_after))
        {
            return Err(NotReady::Silent);
        }
        if self.is_outdated() {
            return Err(NotReady::Outdated);
        }
        if self.commit_wait() >= COMMIT_HANGS {
            return Err(NotReady::CommitHangs);
        }
        if self.is_synchronous_as_required() { Ok(()) } else { Err(NotReady::NotSynchronous) }
    }

    /// Waits until the database counts as silent.
    pub(super) async fn silent(&self) {
        while !self.is_silent() {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Waits until a write that is under way will not be answered, or one that only waits has waited for `patience`.
    pub(super) async fn write_given_up(
        &self,
        mut may_give_up: impl FnMut(Hopeless) -> bool,
        patience: Duration,
    ) {
        let began = Instant::now();
        loop {
            tokio::time::sleep(LOOK).await;
            let hopeless = if self.is_silent() || self.commit_wait() >= COMMIT_HANGS {
                Hopeless::Database
            } else if began.elapsed() >= patience {
                Hopeless::Queue
            } else {
                continue;
            };
            if may_give_up(hopeless) {
                return;
            }
        }
    }
}

/// What keeps a write from being answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hopeless {
    Database,
    /// Too many others before it.
    Queue,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pulse() -> Pulse {
        Pulse::of(&DatabaseUrl::Postgres("postgres://db".to_owned()))
    }

    #[test]
    fn a_database_is_ready_once_it_has_answered_and_while_it_does() {
        let pulse = pulse();
        assert_eq!(pulse.readiness(), Err(NotReady::Silent), "nothing is known yet");
        pulse.told(true);
        assert_eq!(pulse.readiness(), Ok(()));
        pulse.require_synchronous(false);
        assert_eq!(pulse.readiness(), Err(NotReady::NotSynchronous));
        pulse.require_synchronous(true);
        assert_eq!(pulse.readiness(), Ok(()));
        pulse.told(false);
        assert_eq!(pulse.readiness(), Err(NotReady::Silent), "the last question failed");
    }

    #[test]
    fn a_question_that_is_out_counts_and_ends_with_its_answer() {
        let pulse = pulse();
        let out = pulse.ask();
        assert!(pulse.silence() > Duration::ZERO && !pulse.is_silent());
        drop(out);
        assert_eq!((pulse.silence(), pulse.commit_wait()), (Duration::ZERO, Duration::ZERO));
    }
}
