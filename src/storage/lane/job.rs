//! A job of the lane: an operation with the caller who waits for it.

use super::turn::Turn;
use super::{Act, Basis, Notes, StoredAnswer};
use crate::storage::error::is_constraint;
use crate::storage::{AnyConnection, StorageError};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// Why a write did not happen (or is not known to have).
#[derive(Debug)]
pub enum WriteError<R> {
    /// The operation said no; nothing changed.
    Refused(R),
    /// The key was used with another body.
    KeyReused,
    /// The key's first request has not been answered yet.
    KeyInProgress,
    /// What the command rests on has moved: it is to be made ready anew; nothing changed.
    Stale,
    /// The queue is full.
    Overloaded,
    /// It failed twice, the second time alone; nothing changed.
    Unavailable,
    /// The disk of the database is full; nothing changed.
    DiskFull,
    /// The answer to COMMIT was lost.
    OutcomeUnknown,
    /// A stored value could not be read, or a constraint the operation did not foresee.
    Broken(StorageError),
}

/// A committed write, or the first answer to the same keyed request.
#[derive(Debug)]
pub enum Written<T> {
    /// Done now.
    Fresh(T),
    /// Done before, under the same key.
    Replayed(StoredAnswer),
}

/// How one run of a job inside its savepoint ended.
pub(in crate::storage) enum Run {
    /// Keep the savepoint; with a key, this answer is stored.
    Keep(Option<StoredAnswer>),
    /// Undo the savepoint and go on with the group.
    Undo,
    /// The group's transaction is not to be trusted any more.
    Spoiled(StorageError),
}

/// How the job ended for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::storage) enum Ending {
    Committed,
    /// Answer with what the run itself found.
    Undone,
    Unavailable,
    DiskFull,
    OutcomeUnknown,
}

/// What the writer thread knows of a job.
pub(in crate::storage) trait Job: Send {
    /// Its turn has come; `false` if nobody waits for it any more.
    fn take(&self) -> bool;
    fn act(&self) -> &Act;
    /// What it rests on, if it was made ready before.
    fn basis(&self) -> Option<&Basis>;
    /// It cannot be entered any more.
    fn refuse_stale(&mut self);
    fn run(&mut self, connection: &mut AnyConnection, notes: &mut Notes) -> Run;
    /// The key was found: `None` if its body was another.
    fn replay(&mut self, answer: Option<StoredAnswer>);
    fn end(self: Box<Self>, ending: Ending);
}

/// An operation, its rendering for a stored answer, and where the outcome goes.
pub(in crate::storage) struct Write<T, R, Op, Render> {
    pub act: Act,
    pub basis: Option<Basis>,
    pub operation: Op,
    pub render: Render,
    pub reply: oneshot::Sender<Result<Written<T>, WriteError<R>>>,
    pub outcome: Option<Result<Written<T>, WriteError<R>>>,
    pub turn: Arc<Turn>,
    pub span: tracing::Span,
    /// Held until the reply: a second request with the same key meanwhile is told to wait.
    pub key_held: Option<KeyHeld>,
}

/// Keys whose first request is still running on this instance.
#[derive(Default)]
pub(in crate::storage) struct RunningKeys(Mutex<HashSet<String>>);

/// One of them; let go when dropped.
pub struct KeyHeld {
    keys: Arc<RunningKeys>,
    scope: String,
}

impl RunningKeys {
    /// `None` if the key's first request is still running.
    pub fn hold(self: &Arc<Self>, scope: &str) -> Option<KeyHeld> {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.insert(scope.to_owned()).then(|| KeyHeld { keys: Arc::clone(self), scope: scope.to_owned() })
    }
}

impl Drop for KeyHeld {
    fn drop(&mut self) {
        self.keys.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.scope);
    }
}

impl<T, R, Op, Render> Job for Write<T, R, Op, Render>
where
    T: Send,
    R: IntoStorage,
    Op: Enters<T, R>,
    Render: Fn(&T) -> StoredAnswer + Send,
{
    fn take(&self) -> bool {
        self.turn.take()
    }

    fn act(&self) -> &Act {
        &self.act
    }

    fn basis(&self) -> Option<&Basis> {
        self.basis.as_ref()
    }

    fn refuse_stale(&mut self) {
        self.outcome = Some(Err(WriteError::Stale));
    }

    fn run(&mut self, connection: &mut AnyConnection, notes: &mut Notes) -> Run {
        let _inside = self.span.clone().entered();
        match (self.operation)(connection, &self.act, notes) {
            Ok(value) => {
                let answer = self.act.key.as_ref().map(|_| (self.render)(&value));
                self.outcome = Some(Ok(Written::Fresh(value)));
                Run::Keep(answer)
            }
            Err(refusal) => match refusal.into_storage() {
                Ok(StorageError::Database(error)) if !is_constraint(&error) && !is_local(&error) => {
                    Run::Spoiled(StorageError::Database(error))
                }
                Ok(error) => {
                    self.outcome = Some(Err(WriteError::Broken(error)));
                    Run::Undo
                }
                Err(refusal) => {
                    self.outcome = Some(Err(WriteError::Refused(refusal)));
                    Run::Undo
                }
            },
        }
    }

    fn replay(&mut self, answer: Option<StoredAnswer>) {
        self.outcome = Some(match answer {
            Some(answer) => Ok(Written::Replayed(answer)),
            None => Err(WriteError::KeyReused),
        });
    }

    fn end(self: Box<Self>, ending: Ending) {
        let outcome = match (ending, self.outcome) {
            (Ending::Committed | Ending::Undone, Some(outcome)) => outcome,
            (Ending::OutcomeUnknown, Some(Ok(_))) => Err(WriteError::OutcomeUnknown),
            (Ending::OutcomeUnknown, Some(refused)) => refused,
            (Ending::DiskFull, _) => Err(WriteError::DiskFull),
            (Ending::Unavailable, _) | (_, None) => Err(WriteError::Unavailable),
        };
        drop(self.key_held);
        // A caller who has gone away is no failure of ours.
        let _gone = self.reply.send(outcome);
    }
}

/// Where a caller waits for a write.
pub(in crate::storage) type Outcome<T, R> = oneshot::Receiver<Result<Written<T>, WriteError<R>>>;

/// A write without a key that is under way.
pub struct Later<T, R>(Outcome<T, R>);

impl<T, R> Later<T, R> {
    pub(in crate::storage) fn of(outcome: Outcome<T, R>) -> Later<T, R> {
        Later(outcome)
    }

    /// Waits for its COMMIT; from a thread that may block.
    pub fn wait(self) -> Result<T, WriteError<R>> {
        match self.0.blocking_recv() {
            Ok(Ok(Written::Fresh(value))) => Ok(value),
            Ok(Err(error)) => Err(error),
            // Without a key nothing is replayed.
            Ok(Ok(Written::Replayed(_))) | Err(_) => Err(WriteError::Unavailable),
        }
    }
}

/// What the lane enters: an operation, which may run twice.
pub trait Enters<T, R>: FnMut(&mut AnyConnection, &Act, &mut Notes) -> Result<T, R> + Send + 'static {}

impl<T, R, F> Enters<T, R> for F where
    F: FnMut(&mut AnyConnection, &Act, &mut Notes) -> Result<T, R> + Send + 'static
{
}

/// Tells failures of the database from refusals of the operation.
pub trait IntoStorage: Sized + Send + From<StorageError> + 'static {
    fn into_storage(self) -> Result<StorageError, Self>;
}

impl IntoStorage for StorageError {
    fn into_storage(self) -> Result<StorageError, StorageError> {
        Ok(self)
    }
}

/// Errors diesel makes on our side of the wire; the transaction is untouched.
fn is_local(error: &diesel::result::Error) -> bool {
    use diesel::result::Error;
    matches!(
        error,
        Error::NotFound
            | Error::DeserializationError(_)
            | Error::SerializationError(_)
            | Error::QueryBuilderError(_)
    )
}
