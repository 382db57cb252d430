//! What the store says no with, as problems. Causes go to the log, never to the caller.

use super::{Code, Problem};
use crate::operations::store::{StorageError, WriteError};

/// It passes when somebody has made room.
fn disk_full() -> Problem {
    Problem::new(Code::Unavailable).detail("disk_full", Vec::new())
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Problem {
        match error {
            StorageError::Busy => Problem::new(Code::Overloaded),
            full if full.is_disk_full() => {
                tracing::error!(error = %full, "the disk of the database is full");
                disk_full()
            }
            overdue if overdue.is_overdue() => {
                tracing::warn!(error = %overdue, "a read was ended");
                Problem::new(Code::Overloaded).detail("too_long", Vec::new())
            }
            passing if passing.is_passing() => {
                tracing::error!(error = %passing, "the database is away, or has cut a query short");
                Problem::new(Code::Unavailable)
            }
            StorageError::Connect(_)
            | StorageError::Database(_)
            | StorageError::Silent
            | StorageError::Behind
            | StorageError::Malformed { .. }
            | StorageError::Ended
            | StorageError::Panicked
            | StorageError::Unsure => {
                tracing::error!(%error, "a query failed");
                Problem::new(Code::Internal)
            }
        }
    }
}

impl<R: Into<Problem>> From<WriteError<R>> for Problem {
    fn from(error: WriteError<R>) -> Problem {
        match error {
            WriteError::Refused(refusal) => refusal.into(),
            WriteError::KeyReused => Problem::new(Code::IdempotencyKeyReused),
            WriteError::KeyInProgress => Problem::new(Code::IdempotencyInProgress),
            // What it rests on moved each time: whoever comes a little later finds it at rest.
            WriteError::Overloaded | WriteError::Stale => Problem::new(Code::Overloaded),
            WriteError::Unavailable => Problem::new(Code::Unavailable),
            WriteError::DiskFull => disk_full(),
            WriteError::OutcomeUnknown => Problem::new(Code::OutcomeUnknown),
            WriteError::Broken(error) => error.into(),
        }
    }
}
