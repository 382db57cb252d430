//! Queries as readers see them: what runs a query is compiled once, not once for each.

use super::lane::IntoStorage;
use super::{AnyConnection, StorageError, Stored};
use std::sync::{Arc, Mutex, PoisonError};

/// A query that puts aside what it finds, refusals as well: it fails by the database alone.
pub(super) type Query = Box<dyn FnMut(&mut AnyConnection) -> Stored<()> + Send>;

/// What is asked of a reader.
pub trait Asks<T, R>: FnMut(&mut AnyConnection) -> Result<T, R> + Send + 'static {}

impl<T, R, F: FnMut(&mut AnyConnection) -> Result<T, R> + Send + 'static> Asks<T, R> for F {}

/// What a query has put aside for whoever asked.
pub(super) struct Found<T, R>(Arc<Mutex<Option<Result<T, R>>>>);

impl<T: Send + 'static, R: IntoStorage> Found<T, R> {
    /// A query with the place where it leaves what it finds; the last run of several counts.
    pub fn by(mut query: impl Asks<T, R>) -> (Query, Found<T, R>) {
        let found = Arc::new(Mutex::new(None));
        let place = Arc::clone(&found);
        let query = move |connection: &mut AnyConnection| {
            let outcome = query(connection);
            put_aside(outcome, &mut place.lock().unwrap_or_else(PoisonError::into_inner))
        };
        (Box::new(query), Found(found))
    }

    /// What was found, once the query has been run.
    pub fn take(&self) -> Result<T, R> {
        taken(self.0.lock().unwrap_or_else(PoisonError::into_inner).take())
    }
}

/// Leaves an outcome at its place, unless the database has failed.
pub(super) fn put_aside<T, R: IntoStorage>(
    outcome: Result<T, R>,
    place: &mut Option<Result<T, R>>,
) -> Stored<()> {
    *place = Some(match outcome.map_err(R::into_storage) {
        Ok(found) => Ok(found),
        Err(Err(refusal)) => Err(refusal),
        Err(Ok(failed)) => return Err(failed),
    });
    Ok(())
}

/// A query that has ended and left nothing has not been run to its end.
pub(super) fn taken<T, R: From<StorageError>>(left: Option<Result<T, R>>) -> Result<T, R> {
    left.unwrap_or_else(|| Err(StorageError::Ended.into()))
}
