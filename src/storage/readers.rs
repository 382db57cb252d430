//! A bounded set of connections that only read.

use super::connection::{AnyConnection, ConnectOptions, DatabaseUrl, Purpose, forget_plans};
use super::deadline::{self, Bound};
use super::error::{StorageError, Stored};
use super::lane::IntoStorage;
use super::pulse::Pulse;
use super::query::{Query, put_aside, taken};
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
    /// Each statement by itself: there is only one, or they need not agree.
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

/// A query while it runs.
type Running<'q> = dyn FnMut(&mut AnyConnection) -> Stored<()> + 'q;

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

    /// Runs a query on a thread that may block; whoever may wait longer than others for a reader says so.
    ///
    /// A permit is waited for here, asynchronously, so that threads never wait for connections; it goes with the
    /// query, which may outlive whoever waits for it.
    pub async fn read(
        self: &Arc<Readers>,
        mut query: Query,
        extent: Extent,
        patience: Option<Duration>,
    ) -> Stored<()> {
        let patience = patience.unwrap_or(self.reach.patience);
        let permit = tokio::time::timeout(patience, Arc::clone(&self.permits).acquire_owned());
        let permit = tokio::select! {
            biased;
            () = self.pulse.silent() => return Err(StorageError::Silent),
            permit = permit => permit,
        };
        let Ok(Ok(permit)) = permit else { return Err(StorageError::Busy) };
        let readers = Arc::clone(self);
        let span = tracing::Span::current();
        let awaited = Arc::new(());
        let bound = self
            .reach
            .deadline
            .map(|time| Bound { until: Instant::now() + time, awaited: Arc::downgrade(&awaited) });
        let task = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let mut run = || span.in_scope(|| readers.run_through(&mut query, extent));
            match bound {
                Some(bound) => deadline::within(bound, run),
                None => run(),
            }
        });
        let outcome = tokio::select! {
            biased;
            outcome = task => outcome.unwrap_or_else(|_| Err(StorageError::Ended)),
            // The thread keeps its permit until the database lets it go.
            () = self.pulse.silent() => Err(StorageError::Silent),
        };
        drop(awaited);
        outcome
    }

    /// Runs a short query on this very thread if the file is at hand, else as any other.
    pub async fn glance(
        self: &Arc<Readers>,
        mut query: Query,
        extent: Extent,
        patience: Option<Duration>,
    ) -> Stored<()> {
        if self.url.is_sqlite()
            && let Ok(_permit) = self.permits.try_acquire()
        {
            return self.run_through(&mut query, extent);
        }
        self.read(query, extent, patience).await
    }

    /// Runs a query here and now.
    pub fn run<T, R: IntoStorage>(
        &self,
        mut query: impl FnMut(&mut AnyConnection) -> Result<T, R>,
        extent: Extent,
    ) -> Result<T, R> {
        let mut found = None;
        self.run_through(&mut |connection| put_aside(query(connection), &mut found), extent)?;
        taken(found)
    }

    /// One that is cut off runs once more, on a connection of its own.
    fn run_through(&self, query: &mut Running<'_>, extent: Extent) -> Stored<()> {
        match self.run_once(query, extent) {
            Err(cut_off) if cut_off.is_cut_off() && deadline::still_wanted().is_ok() => {
                tracing::warn!(error = %cut_off, "a read was cut off; it runs once more");
                // Its idle sisters were cut off with it.
                self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
                self.run_once(query, extent)
            }
            ended => ended,
        }
    }

    fn run_once(&self, query: &mut Running<'_>, extent: Extent) -> Stored<()> {
        let mut reader = self.take(extent)?;
        let outcome = query(&mut reader.connection);
        let ended = match extent {
            Extent::Snapshot => reader.connection.batch_execute("ROLLBACK").is_ok(),
            Extent::Statement => true,
        };
        let sound = ended && !outcome.as_ref().is_err_and(StorageError::spoils_connection);
        if sound && reader.is_planned_for_next() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        }
        outcome
    }

    /// A connection, inside a snapshot of its own where the query needs one.
    fn take(&self, extent: Extent) -> Stored<Reader> {
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
