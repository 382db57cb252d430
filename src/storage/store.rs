//! The one place that hops: reads go to a bounded set of readers, writes to the lane.

use super::backup::{self, BackupError, Staged};
use super::connection::{AnyConnection, ConnectOptions, DatabaseUrl, Purpose};
use super::error::{OpenError, StorageError};
use super::lane::{
    Act, Basis, IntoStorage, KeyHeld, Later, Notes, Outcome, Queue, RunningKeys, StoredAnswer, Waiting,
    Write, WriteError, Writer, Written, find_answer,
};
use super::meters::Meters;
use super::migrate::{self, SchemaState};
use super::readers::{Extent, Reach, Readers};
use super::watch::Watch;
use prometheus_client::metrics::counter::Counter;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    pub url: DatabaseUrl,
    /// For reads of a few rows: who asks, one report, whether the service is ready.
    pub readers: usize,
    /// For what looks through many: lists, search, sums, exports. It never keeps those from a reader.
    pub scan_readers: usize,
    /// How long one of these may take.
    pub scan_time: Duration,
    pub read_patience: Duration,
    pub queue_capacity: usize,
    pub synchronous: String,
    pub statement_timeout: Duration,
    /// SQL run on each new connection of the writer (tests set limits this way).
    pub writer_sql: Vec<String>,
}

impl StoreOptions {
    /// Usual values for a database.
    pub fn new(url: DatabaseUrl) -> StoreOptions {
        StoreOptions {
            url,
            readers: 4,
            scan_readers: 2,
            scan_time: Duration::from_secs(5),
            read_patience: Duration::from_secs(2),
            queue_capacity: 1024,
            synchronous: "FULL".to_owned(),
            statement_timeout: Duration::from_secs(10),
            writer_sql: Vec::new(),
        }
    }
}

/// A database in use: cheap to clone, shared by all workers.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    options: StoreOptions,
    connect: ConnectOptions,
    readers: Arc<Readers>,
    scanners: Arc<Readers>,
    waiting: Arc<Waiting>,
    running_keys: Arc<RunningKeys>,
    writer: Mutex<Option<JoinHandle<()>>>,
    meters: Meters,
    watch: Arc<Watch>,
}

impl Store {
    /// Opens a database whose schema is current and starts its writer.
    pub fn open(options: StoreOptions) -> Result<Store, OpenError> {
        let meters = Meters::default();
        let connect = ConnectOptions { statements: meters.statements.clone(), ..connect_options(&options) };
        let mut first = options
            .url
            .connect(Purpose::Write, &connect)
            .map_err(|cause| OpenError::Connect { url: options.url.clone(), cause })?;
        migrate::require_current(&mut first)?;
        drop(first);
        let waiting = Arc::new(Waiting::new(options.queue_capacity));
        let watch = Arc::new(Watch::default());
        let writer = Writer::new(
            options.url.clone(),
            connect.clone(),
            Arc::clone(&waiting),
            meters.clone(),
            Arc::clone(&watch),
        );
        let thread = std::thread::Builder::new().name("writer".to_owned()).spawn(move || {
            if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| writer.work())).is_err() {
                // Without its writer an instance would take requests and never answer them.
                std::process::abort();
            }
        })?;
        Ok(Store {
            shared: Arc::new(Shared {
                readers: Arc::new(readers(&options, &connect, options.readers, None)),
                scanners: Arc::new(readers(
                    &options,
                    &connect,
                    options.scan_readers,
                    Some(options.scan_time),
                )),
                connect,
                waiting,
                running_keys: Arc::default(),
                writer: Mutex::new(Some(thread)),
                meters,
                watch,
                options,
            }),
        })
    }

    /// Brings a database to the current schema; safe to repeat.
    pub fn migrate(options: &StoreOptions) -> Result<Vec<String>, OpenError> {
        if let Some(folder) =
            options.url.file().and_then(|file| file.parent()).filter(|folder| !folder.as_os_str().is_empty())
        {
            std::fs::create_dir_all(folder).map_err(OpenError::Folder)?;
        }
        let mut connect = connect_options(options);
        // A migration may take as long as it takes.
        connect.statement_timeout = Duration::ZERO;
        let mut connection = options
            .url
            .connect(Purpose::Write, &connect)
            .map_err(|cause| OpenError::Connect { url: options.url.clone(), cause })?;
        Ok(migrate::run(&mut connection)?)
    }

    /// Copies a database beside a new file while others go on writing.
    pub fn backup(options: &StoreOptions, to: &Path) -> Result<Staged, BackupError> {
        backup::copy(&options.url, &connect_options(options), to)
    }

    /// Puts a copy beside where the database is to be.
    pub fn restore(options: &StoreOptions, from: &Path) -> Result<Staged, BackupError> {
        let to = options.url.file().ok_or(BackupError::NotEmbedded)?;
        backup::put_back(from, &connect_options(options), to)
    }

    /// How a database's schema stands to this program's.
    pub fn schema_state(options: &StoreOptions) -> Result<SchemaState, OpenError> {
        let mut connection = options
            .url
            .connect(Purpose::Write, &connect_options(options))
            .map_err(|cause| OpenError::Connect { url: options.url.clone(), cause })?;
        Ok(migrate::state(&mut connection)?)
    }

    pub fn engine(&self) -> &'static str {
        self.shared.options.url.engine()
    }

    /// Starts to follow what is written here, by whomever; a service does, a command need not.
    pub fn follow(&self) -> std::io::Result<()> {
        // Its own looks are none of those that requests cause.
        let connect = ConnectOptions { statements: Counter::default(), ..self.shared.connect.clone() };
        self.shared.watch.start(self.shared.options.url.clone(), connect)
    }

    /// What was touched when, and what is known of the log.
    pub fn watch(&self) -> &Watch {
        &self.shared.watch
    }

    /// What the writer does, counted.
    pub fn meters(&self) -> &Meters {
        &self.shared.meters
    }

    /// Readers at work, and how many there are.
    pub fn readers(&self) -> (usize, usize) {
        self.shared.readers.at_work()
    }

    /// The same of the readers for scans.
    pub fn scanners(&self) -> (usize, usize) {
        self.shared.scanners.at_work()
    }

    /// Jobs that wait for the writer.
    pub fn queue_depth(&self) -> usize {
        self.shared.waiting.depth()
    }

    /// Runs a query on a reader, in one snapshot.
    pub async fn read<T, R, F>(&self, query: F) -> Result<T, R>
    where
        T: Send + 'static,
        R: Send + From<StorageError> + IntoStorage + 'static,
        F: FnOnce(&mut AnyConnection) -> Result<T, R> + Send + 'static,
    {
        self.shared.readers.read(query).await
    }

    /// Runs a query that looks through many rows, on a reader kept for such, for a bounded time.
    pub async fn scan<T, R, F>(&self, query: F) -> Result<T, R>
    where
        T: Send + 'static,
        R: Send + From<StorageError> + IntoStorage + 'static,
        F: FnOnce(&mut AnyConnection) -> Result<T, R> + Send + 'static,
    {
        self.shared.scanners.read(query).await
    }

    /// The same for one of many steps, which waits for its turn as long as it takes.
    pub async fn scan_on<T, R, F>(&self, query: F) -> Result<T, R>
    where
        T: Send + 'static,
        R: Send + From<StorageError> + IntoStorage + 'static,
        F: FnOnce(&mut AnyConnection) -> Result<T, R> + Send + 'static,
    {
        self.shared.scanners.read_within(query, LONGEST_TURN).await
    }

    /// Runs a query of a few point reads: where it stands if the file is at hand (a hop to another thread would
    /// cost more than the query), else as any other.
    pub async fn glance<T, R, F>(&self, query: F) -> Result<T, R>
    where
        T: Send + 'static,
        R: Send + From<StorageError> + IntoStorage + 'static,
        F: FnOnce(&mut AnyConnection) -> Result<T, R> + Send + 'static,
    {
        self.shared.readers.glance(query, Extent::Snapshot).await
    }

    /// The same for a single statement, which needs no snapshot around it.
    pub async fn peek<T, R, F>(&self, query: F) -> Result<T, R>
    where
        T: Send + 'static,
        R: Send + From<StorageError> + IntoStorage + 'static,
        F: FnOnce(&mut AnyConnection) -> Result<T, R> + Send + 'static,
    {
        self.shared.readers.glance(query, Extent::Statement).await
    }

    /// Runs a query on a reader from a thread that may block (the command line).
    pub fn read_blocking<T, R>(&self, query: impl FnOnce(&mut AnyConnection) -> Result<T, R>) -> Result<T, R>
    where
        R: From<StorageError> + IntoStorage,
    {
        self.shared.readers.run(query, Extent::Snapshot)
    }

    /// Holds a key for as long as a request of many writes takes; `None` while another one runs under it.
    pub fn hold_key(&self, scope: &str) -> Option<KeyHeld> {
        self.shared.running_keys.hold(scope)
    }

    /// The stored answer of a keyed request: `None` not seen, `Some(None)` seen with another body.
    pub async fn find_answer(&self, act: Act) -> Result<Option<Option<StoredAnswer>>, StorageError> {
        self.read(move |connection| Ok(find_answer(connection, &act)?)).await
    }

    /// Puts an operation into the lane and waits for its COMMIT.
    ///
    /// The operation may run twice; all that it does happens or nothing does. `render` makes the answer
    /// that is stored beside it when the act carries an idempotency key.
    pub async fn write<T, R, Op, Render>(
        &self,
        queue: Queue,
        act: Act,
        operation: Op,
        render: Render,
    ) -> Result<Written<T>, WriteError<R>>
    where
        T: Send + 'static,
        R: Send + From<StorageError> + IntoStorage + 'static,
        Op: FnMut(&mut AnyConnection, &Act, &mut Notes) -> Result<T, R> + Send + 'static,
        Render: Fn(&T) -> StoredAnswer + Send + 'static,
    {
        self.write_ready(queue, (act, None), operation, render).await
    }

    /// The same for a command that was made ready on a reader: it is entered only while what it rests on stands
    /// ([`WriteError::Stale`] else).
    pub async fn write_ready<T, R, Op, Render>(
        &self,
        queue: Queue,
        (act, basis): (Act, Option<Basis>),
        operation: Op,
        render: Render,
    ) -> Result<Written<T>, WriteError<R>>
    where
        T: Send + 'static,
        R: Send + From<StorageError> + IntoStorage + 'static,
        Op: FnMut(&mut AnyConnection, &Act, &mut Notes) -> Result<T, R> + Send + 'static,
        Render: Fn(&T) -> StoredAnswer + Send + 'static,
    {
        match self.enqueue(queue, (act, basis), operation, render)?.await {
            Ok(outcome) => outcome,
            Err(_) => Err(WriteError::Unavailable),
        }
    }

    /// The same from a thread that may block.
    pub fn write_blocking<T, R, Op>(&self, act: Act, operation: Op) -> Result<T, WriteError<R>>
    where
        T: Send + 'static,
        R: Send + From<StorageError> + IntoStorage + 'static,
        Op: FnMut(&mut AnyConnection, &Act, &mut Notes) -> Result<T, R> + Send + 'static,
    {
        let nothing = |_: &T| StoredAnswer { status: 200, headers: Vec::new(), body: String::new() };
        Later::of(self.enqueue(Queue::Interactive, (act, None), operation, nothing)?).wait()
    }

    /// Puts bulk work into the lane, from a thread that may block, without waiting for it.
    pub fn write_later<T, R, Op>(&self, act: Act, operation: Op) -> Result<Later<T, R>, WriteError<R>>
    where
        T: Send + 'static,
        R: Send + From<StorageError> + IntoStorage + 'static,
        Op: FnMut(&mut AnyConnection, &Act, &mut Notes) -> Result<T, R> + Send + 'static,
    {
        let nothing = |_: &T| StoredAnswer { status: 200, headers: Vec::new(), body: String::new() };
        self.enqueue(Queue::Bulk, (act, None), operation, nothing).map(Later::of)
    }

    fn enqueue<T, R, Op, Render>(
        &self,
        queue: Queue,
        (act, basis): (Act, Option<Basis>),
        operation: Op,
        render: Render,
    ) -> Result<Outcome<T, R>, WriteError<R>>
    where
        T: Send + 'static,
        R: Send + From<StorageError> + IntoStorage + 'static,
        Op: FnMut(&mut AnyConnection, &Act, &mut Notes) -> Result<T, R> + Send + 'static,
        Render: Fn(&T) -> StoredAnswer + Send + 'static,
    {
        let key_held = match &act.key {
            Some(key) if key.held => None,
            Some(key) => Some(self.shared.running_keys.hold(&key.scope).ok_or(WriteError::KeyInProgress)?),
            None => None,
        };
        let (reply, outcome) = oneshot::channel();
        let span = tracing::Span::current();
        let job = Write { act, basis, operation, render, reply, outcome: None, span, key_held };
        match self.shared.waiting.push(queue, Box::new(job)) {
            Ok(()) => Ok(outcome),
            Err(_) => Err(WriteError::Overloaded),
        }
    }

    /// Takes no more writes, finishes those that wait, and ends the writer.
    pub fn close(&self) {
        let _ended = self.close_within(Duration::MAX);
    }

    /// The same, but gives up a writer that waits for a database which does not answer; whether it ended.
    pub fn close_within(&self, longest: Duration) -> bool {
        self.shared.watch.end();
        self.shared.waiting.close();
        let thread = self.shared.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(thread) = thread else { return true };
        let began = Instant::now();
        while !thread.is_finished() {
            if began.elapsed() >= longest {
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let _panicked = thread.join();
        true
    }
}

/// How long a step of something long waits for its turn.
const LONGEST_TURN: Duration = Duration::from_secs(600);

fn readers(
    options: &StoreOptions,
    connect: &ConnectOptions,
    count: usize,
    deadline: Option<Duration>,
) -> Readers {
    let reach = Reach { count, patience: options.read_patience, deadline };
    Readers::new(options.url.clone(), connect.clone(), reach)
}

fn connect_options(options: &StoreOptions) -> ConnectOptions {
    ConnectOptions {
        synchronous: options.synchronous.clone(),
        statement_timeout: options.statement_timeout,
        writer_sql: options.writer_sql.clone(),
        statements: Counter::default(),
    }
}
