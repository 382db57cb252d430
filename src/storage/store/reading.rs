//! Reads: which readers a query runs on, and how much it sees as of one moment.

use super::Store;
use crate::storage::lane::IntoStorage;
use crate::storage::query::{Asks, Found, Query};
use crate::storage::readers::Extent;
use crate::storage::{AnyConnection, StorageError, Stored};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How long a step of something long waits for its turn.
const LONGEST_TURN: Duration = Duration::from_secs(600);

impl Store {
    /// Runs a query on a reader, in one snapshot.
    pub async fn read<T: Send + 'static, R: IntoStorage>(&self, query: impl Asks<T, R>) -> Result<T, R> {
        let (query, found) = Found::by(query);
        self.shared.readers.read(query, Extent::Snapshot, None).await?;
        found.take()
    }

    /// Runs a query that looks through many rows, on a reader kept for such, for a bounded time.
    pub async fn scan<T: Send + 'static, R: IntoStorage>(&self, query: impl Asks<T, R>) -> Result<T, R> {
        let (query, found) = Found::by(query);
        self.shared.scanners.read(query, Extent::Snapshot, None).await?;
        found.take()
    }

    /// The same for one of many steps, which waits for its turn as long as it takes.
    pub async fn scan_on<T: Send + 'static, R: IntoStorage>(&self, query: impl Asks<T, R>) -> Result<T, R> {
        let (query, found) = Found::by(query);
        self.shared.scanners.read(query, Extent::Snapshot, Some(LONGEST_TURN)).await?;
        found.take()
    }

    /// Runs such a query on a standby that has at least this entry of the audit, and everything public that is known
    /// here; where there is none, on the primary.
    pub async fn scan_from<T: Send + 'static, R: IntoStorage>(
        &self,
        at_least: i64,
        query: impl Asks<T, R>,
    ) -> Result<T, R> {
        let (query, found) = Found::by(query);
        self.scan_from_within(at_least, None, query).await?;
        found.take()
    }

    /// The same for one of many steps.
    pub async fn scan_on_from<T: Send + 'static, R: IntoStorage>(
        &self,
        at_least: i64,
        query: impl Asks<T, R>,
    ) -> Result<T, R> {
        let (query, found) = Found::by(query);
        self.scan_from_within(at_least, Some(LONGEST_TURN), query).await?;
        found.take()
    }

    async fn scan_from_within(&self, at_least: i64, patience: Option<Duration>, query: Query) -> Stored<()> {
        let query = Arc::new(Mutex::new(query));
        if let Some(read) = self.shared.standbys.read(at_least, patience, &query).await {
            return read;
        }
        let read = move |connection: &mut AnyConnection| {
            // A try on a standby that hangs keeps it.
            let mut query = query.try_lock().map_err(|_| StorageError::Silent)?;
            query(connection)
        };
        self.shared.scanners.read(Box::new(read), Extent::Snapshot, patience).await
    }

    /// Runs a query of a few point reads: where it stands if the file is at hand (a hop to another thread would
    /// cost more than the query), else as any other.
    pub async fn glance<T: Send + 'static, R: IntoStorage>(&self, query: impl Asks<T, R>) -> Result<T, R> {
        let (query, found) = Found::by(query);
        self.shared.readers.glance(query, Extent::Snapshot, None).await?;
        found.take()
    }

    /// The same where one statement tells all, or the rest need not be of its moment: with no snapshot around it.
    pub async fn look_up<T: Send + 'static, R: IntoStorage>(&self, query: impl Asks<T, R>) -> Result<T, R> {
        let (query, found) = Found::by(query);
        self.shared.readers.glance(query, Extent::Statement, None).await?;
        found.take()
    }

    /// The same, if a reader is free at once.
    pub async fn peek<T: Send + 'static>(
        &self,
        query: impl Asks<Option<T>, StorageError>,
    ) -> Stored<Option<T>> {
        let (query, found) = Found::by(query);
        match self.shared.readers.glance(query, Extent::Statement, Some(Duration::ZERO)).await {
            Err(StorageError::Busy) => Ok(None),
            ended => ended.and_then(|()| found.take()),
        }
    }

    /// Runs a query on a reader from a thread that may block (the command line).
    pub fn read_blocking<T, R: IntoStorage>(
        &self,
        query: impl FnMut(&mut AnyConnection) -> Result<T, R>,
    ) -> Result<T, R> {
        self.shared.readers.run(query, Extent::Snapshot)
    }
}
