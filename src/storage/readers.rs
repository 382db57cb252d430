//! A bounded set of connections that only read.

use super::connection::{AnyConnection, ConnectOptions, DatabaseUrl, Purpose, forget_plans};
use super::deadline::{self, Bound};
use super::error::StorageError;
use super::lane::IntoStorage;
use super::pulse::Pulse;
use diesel::QueryResult;
use diesel::connection::SimpleConnection;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// How much a query sees as of one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// All its statements.
    Snapshot,
    /// Its only statement, which is a snapshot in itself.
    Statement,
}

pub(super) struct Readers {
    url: DatabaseUrl,
    connect: ConnectOptions,
    reach: Reach,
    pulse: Arc<Pulse>,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Reader>>,
}

/// A connection with the reads it has made.
struct Reader {
    connection: AnyConnection,
    reads: u32,
}

/// As many reads find their plans as the first of them left them.
const READS_BETWEEN_PLANS: u32 = 512;

/// How many readers there are, and how long one is waited for and kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    pub count: usize,
    pub patience: Duration,
    /// `None`: a read of a few rows, which needs no bound of its own.
    pub deadline: Option<Duration>,
}

impl Readers {
    pub fn new(url: DatabaseUrl, connect: ConnectOptions, reach: Reach, pulse: Arc<Pulse>) -> Readers {
        let connect = ConnectOptions {
            // A statement takes no longer than the whole read may.
            statement_timeout: reach
                .deadline
                .unwrap_or(connect.statement_timeout)
                .min(connect.statement_timeout),
            ..connect
        };
        Readers {
            url,
            connect,
            reach,
            pulse,
            permits: Arc::new(Semaphore::new(reach.count)),
            idle: Mutex::default(),
        }
    }

    /// How many are at work, of how many.
    pub fn at_work(&self) -> (usize, usize) {
        (self.reach.count.saturating_sub(self.permits.available_permits()), self.reach.count)
    }

    /// Runs a query in one snapshot, on a thread that may block.
    pub async fn read<T, R, F>(self: &Arc<Readers>, query: F) -> Result<T, R>
    where
        T: Send + 'static,
        R: Send + From<StorageError> + IntoStorage + 'static,
        F: FnMut(&mut AnyConnection) -> Result<T, R> + Send + 'static,
    {
        self.read_for(query, None).await
    }

    /// The same for whoever may wait longer, if they say so.
    pub async fn read_for<T, R, F>(self: &Arc<Readers>, query: F, patience: Option<Duration>) -> Result<T, R>
    where
        T: Send + 'static,
        R: Send + From<StorageError> + IntoStorage + 'static,
        F: FnMut(&mut AnyConnection) -> Result<T, R> + Send + 'static,
    {
        self.read_as(query, Extent::Snapshot, patience.unwrap_or(self.reach.patience)).await
    }

    /// A permit is waited for here, asynchronously, so that threads never wait for connections; it goes with the
    /// query, which may outlive whoever waits for it.
    async fn read_as<T, R, F>(
        self: &Arc<Readers>,
        query: F,
        extent: Extent,
        patience: Duration,
    ) -> Result<T, R>
    where
        T: Send + 'static,
        R: Send + From<StorageError> + IntoStorage + 'static,
        F: FnMut(&mut AnyConnection) -> Result<T, R> + Send + 'static,
    {
        let permit = tokio::time::timeout(patience, Arc::clone(&self.permits).acquire_owned());
        let permit = tokio::select! {
            biased;
            () = self.pulse.silent() => return Err(StorageError::Silent.into()),
            permit = permit => permit,
        };
        let Ok(Ok(permit)) = permit else { return Err(StorageError::Busy.into()) };
        let readers = Arc::clone(self);
        let span = tracing::Span::current();
        let awaited = Arc::new(());
        let bound = self
            .reach
            .deadline
            .map(|time| Bound { until: Instant::now() + time, awaited: Arc::downgrade(&awaited) });
        let task = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let run = || span.in_scope(|| readers.run(query, extent));
            match bound {
                Some(bound) => deadline::within(bound, run),
                None => run(),
            }
        });
        let outcome = tokio::select! {
            biased;
            outcome = task => outcome.unwrap_or_else(|_| Err(StorageError::Ended.into())),
            // The thread keeps its permit until the database lets it go.
            () = self.pulse.silent() => Err(StorageError::Silent.into()),
        };
        drop(awaited);
        outcome
    }

    /// Runs a short query on this very thread if the file is at hand, else as any other.
    pub async fn glance<T, R, F>(
        self: &Arc<Readers>,
        query: F,
        extent: Extent,
        patience: Option<Duration>,
    ) -> Result<T, R>
    where
        T: Send + 'static,
        R: Send + From<StorageError> + IntoStorage + 'static,
        F: FnMut(&mut AnyConnection) -> Result<T, R> + Send + 'static,
    {
        if self.url.is_sqlite()
            && let Ok(_permit) = self.permits.try_acquire()
        {
            return self.run(query, extent);
        }
        self.read_as(query, extent, patience.unwrap_or(self.reach.patience)).await
    }

    /// Runs a query here and now; one that is cut off runs once more, on a connection of its own.
    pub fn run<T, R>(
        &self,
        mut query: impl FnMut(&mut AnyConnection) -> Result<T, R>,
        extent: Extent,
    ) -> Result<T, R>
    where
        R: From<StorageError> + IntoStorage,
    {
        match self.run_once(&mut query, extent)? {
            Ok(value) => Ok(value),
            Err(cut_off) => {
                tracing::warn!(error = %cut_off, "a read was cut off; it runs once more");
                // Its idle sisters were cut off with it.
                self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
                self.run_once(&mut query, extent)?.map_err(R::from)
            }
        }
    }

    /// The inner error: the connection was lost, the query may run again.
    fn run_once<T, R>(
        &self,
        query: &mut impl FnMut(&mut AnyConnection) -> Result<T, R>,
        extent: Extent,
    ) -> Result<Result<T, StorageError>, R>
    where
        R: From<StorageError> + IntoStorage,
    {
        let mut reader = self.take(extent)?;
        let outcome = query(&mut reader.connection);
        let ended = match extent {
            Extent::Snapshot => reader.connection.batch_execute("ROLLBACK").is_ok(),
            Extent::Statement => true,
        };
        let (sound, outcome) = match outcome.map_err(R::into_storage) {
            Ok(value) => (ended, Ok(Ok(value))),
            Err(Ok(error)) if error.is_cut_off() && deadline::still_wanted().is_ok() => {
                (false, Ok(Err(error)))
            }
            Err(Ok(error)) => (ended && !error.spoils_connection(), Err(error.into())),
            Err(Err(refusal)) => (ended, Err(refusal)),
        };
        if sound && reader.is_planned_for_next() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        }
        outcome
    }

    /// A connection, inside a snapshot of its own where the query needs one.
    fn take(&self, extent: Extent) -> Result<Reader, StorageError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(mut reader) = idle {
            if begin(&mut reader.connection, extent).is_ok() {
                return Ok(reader);
            }
            // One that has died while idle takes its idle sisters with it: all are opened anew.
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        let purpose = if self.reach.deadline.is_some() { Purpose::Scan } else { Purpose::Read };
        let mut connection = self.url.connect(purpose, &self.connect).map_err(StorageError::Connect)?;
        begin(&mut connection, extent)?;
        Ok(Reader { connection, reads: 0 })
    }
}

impl Reader {
    /// `false`: the connection has failed.
    fn is_planned_for_next(&mut self) -> bool {
        self.reads = self.reads.wrapping_add(1);
        !self.reads.is_multiple_of(READS_BETWEEN_PLANS) || forget_plans(&mut self.connection).is_ok()
    }
}

fn begin(connection: &mut AnyConnection, extent: Extent) -> QueryResult<()> {
    match (extent, &connection) {
        (Extent::Statement, _) => Ok(()),
        (Extent::Snapshot, AnyConnection::Sqlite(_)) => connection.batch_execute("BEGIN"),
        (Extent::Snapshot, AnyConnection::Postgres(_)) => {
            connection.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        }
    }
}
