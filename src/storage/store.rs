//! The one place that hops: reads go to a bounded set of readers, writes to the lane.

mod reading;

use super::audit;
use super::backup::{self, BackupError, Staged};
use super::cluster;
use super::connection::{ConnectOptions, Purpose};
use super::error::{OpenError, Stored};
use super::lane::{
    Act, Basis, Enters, IntoStorage, KeyHeld, Later, Outcome, Queue, RunningKeys, StoredAnswer, Turn,
    Waiting, Write, WriteError, Writer, Written, find_answer,
};
use super::meters::{Meters, Whose};
use super::migrate::{self, SchemaState};
use super::options::StoreOptions;
use super::private;
use super::pulse::{Hopeless, Pulse};
use super::readers::{Reach, Readers};
use super::sql::fills::Filled;
use super::standbys::{StandbyTold, Standbys};
use super::statements::Statements;
use super::watch::Watch;
use crate::domain::algorithm::Algorithm;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// A turn in the queue, and where what comes of it will stand.
type Enqueued<T, R> = Result<(Arc<Turn>, Outcome<T, R>), WriteError<R>>;

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
    standbys: Standbys,
    waiting: Arc<Waiting>,
    running_keys: Arc<RunningKeys>,
    writer: Mutex<Option<JoinHandle<()>>>,
    meters: Meters,
    watch: Arc<Watch>,
}

impl Store {
    /// Opens a database whose schema is current and starts its writer.
    pub fn open(options: StoreOptions) -> Result<Store, OpenError> {
        let connect = options.connect();
        let meters = Meters { statements: connect.statements.clone(), ..Meters::default() };
        let mut first = options
            .url
            .connect(Purpose::Write, &connect)
            .map_err(|cause| OpenError::Connect { url: options.url.clone(), cause })?;
        migrate::require_current(&mut first)?;
        if !options.adopts {
            cluster::require_same(&mut first)?;
        }
        drop(first);
        let waiting = Arc::new(Waiting::new(options.queue_capacity));
        let watch = Arc::new(Watch::new(&options.url, options.require_synchronous));
        let pulse = watch.pulse();
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
                readers: Arc::new(readers(&options, &connect, &pulse, (options.readers, None))),
                scanners: Arc::new(readers(
                    &options,
                    &connect,
                    &pulse,
                    (options.scan_readers, Some(options.scan_time)),
                )),
                standbys: Standbys::new(&options, &connect, &watch),
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
        Store::migrate_telling(options, &mut |_| {})
    }

    /// The same, telling how far what is to be filled is.
    pub fn migrate_telling(
        options: &StoreOptions,
        tell: &mut dyn FnMut(Filled),
    ) -> Result<Vec<String>, OpenError> {
        if let Some(folder) =
            options.url.file().and_then(|file| file.parent()).filter(|folder| !folder.as_os_str().is_empty())
        {
            private::make_folder(folder).map_err(OpenError::Folder)?;
        }
        if let Some(file) = options.url.file() {
            private::make_file(file).map_err(OpenError::Folder)?;
        }
        let mut connect = options.connect();
        // A migration may take as long as it takes.
        connect.statement_timeout = Duration::ZERO;
        let mut connection = options
            .url
            .connect(Purpose::Write, &connect)
            .map_err(|cause| OpenError::Connect { url: options.url.clone(), cause })?;
        let ran = migrate::run(&mut connection, tell)?;
        migrate::begin_with(&mut connection, options.digest)?;
        Ok(ran)
    }

    /// By which algorithm this database makes its digests.
    pub fn algorithm(&self) -> Stored<Algorithm> {
        self.read_blocking(audit::algorithm)
    }

    /// Copies a database beside a new file while others go on writing.
    pub fn backup(options: &StoreOptions, to: &Path) -> Result<Staged, BackupError> {
        backup::copy(&options.url, &options.connect(), to)
    }

    /// Puts a copy beside where the database is to be.
    pub fn restore(options: &StoreOptions, from: &Path) -> Result<Staged, BackupError> {
        let to = options.url.file().ok_or(BackupError::NotEmbedded)?;
        backup::put_back(from, &options.connect(), to)
    }

    /// How a database's schema stands to this program's.
    pub fn schema_state(options: &StoreOptions) -> Result<SchemaState, OpenError> {
        let mut connection = options
            .url
            .connect(Purpose::Write, &options.connect())
            .map_err(|cause| OpenError::Connect { url: options.url.clone(), cause })?;
        Ok(migrate::state(&mut connection)?)
    }

    /// `sqlite` or `postgres`.
    pub fn engine(&self) -> &'static str {
        self.shared.options.url.engine()
    }

    /// Starts to follow what is written here, by whomever; a service does, a command need not.
    pub fn follow(&self) -> std::io::Result<()> {
        // Its own looks are none of those that requests cause.
        let connect = ConnectOptions { statements: Statements::default(), ..self.shared.connect.clone() };
        self.shared.watch.start(self.shared.options.url.clone(), connect)?;
        self.shared.standbys.start(&self.shared.readers)
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

    /// How the standbys stand that are read from, and how many reads went to the primary in their stead.
    pub fn standbys(&self) -> (Vec<StandbyTold>, u64) {
        self.shared.standbys.told()
    }

    /// Jobs that wait for the writer.
    pub fn queue_depth(&self) -> usize {
        self.shared.waiting.depth()
    }

    /// Holds a key for as long as a request of many writes takes; `None` while another one runs under it.
    pub fn hold_key(&self, scope: &str) -> Option<KeyHeld> {
        self.shared.running_keys.hold(scope)
    }

    /// The stored answer of a keyed request: `None` not seen, `Some(None)` seen with another body.
    pub async fn find_answer(&self, act: Act) -> Stored<Option<Option<StoredAnswer>>> {
        self.read(move |connection| Ok(find_answer(connection, &act)?)).await
    }

    /// Puts an operation into the lane and waits for its COMMIT.
    ///
    /// The operation may run twice; all that it does happens or nothing does. `render` makes the answer
    /// that is stored beside it when the act carries an idempotency key.
    pub async fn write<T: Send + 'static, R: IntoStorage>(
        &self,
        queue: Queue,
        act: Act,
        operation: impl Enters<T, R>,
        render: impl Fn(&T) -> StoredAnswer + Send + 'static,
    ) -> Result<Written<T>, WriteError<R>> {
        self.write_ready(queue, (act, None), operation, render).await
    }

    /// The same for a command that was made ready on a reader: it is entered only while what it rests on stands
    /// ([`WriteError::Stale`] else).
    pub async fn write_ready<T: Send + 'static, R: IntoStorage>(
        &self,
        queue: Queue,
        (act, basis): (Act, Option<Basis>),
        operation: impl Enters<T, R>,
        render: impl Fn(&T) -> StoredAnswer + Send + 'static,
    ) -> Result<Written<T>, WriteError<R>> {
        let pulse = self.shared.watch.pulse();
        if pulse.is_silent() || pulse.is_outdated() {
            return Err(WriteError::Unavailable);
        }
        let (turn, outcome) = self.enqueue(queue, (act, basis), operation, render)?;
        let patience = match queue {
            Queue::Interactive => self.shared.options.write_patience,
            Queue::Bulk => Duration::MAX,
        };
        let mut given_up = WriteError::Unavailable;
        // What is under way may have happened all the same; only a turn that never came is known to be nothing.
        let may_give_up = |hopeless| {
            given_up = match (turn.give_up(), hopeless) {
                (true, Hopeless::Queue) => WriteError::Overloaded,
                (true, Hopeless::Database) => WriteError::Unavailable,
                (false, Hopeless::Database) => WriteError::OutcomeUnknown,
                (false, Hopeless::Queue) => return false,
            };
            true
        };
        tokio::select! {
            biased;
            outcome = outcome => outcome.unwrap_or(Err(WriteError::Unavailable)),
            () = pulse.write_given_up(may_give_up, patience) => Err(given_up),
        }
    }

    /// The same from a thread that may block.
    pub fn write_blocking<T: Send + 'static, R: IntoStorage>(
        &self,
        act: Act,
        operation: impl Enters<T, R>,
    ) -> Result<T, WriteError<R>> {
        let nothing = |_: &T| StoredAnswer { status: 200, headers: Vec::new(), body: String::new() };
        Later::of(self.enqueue(Queue::Interactive, (act, None), operation, nothing)?.1).wait()
    }

    /// Puts bulk work into the lane, from a thread that may block, without waiting for it.
    pub fn write_later<T: Send + 'static, R: IntoStorage>(
        &self,
        act: Act,
        operation: impl Enters<T, R>,
    ) -> Result<Later<T, R>, WriteError<R>> {
        let nothing = |_: &T| StoredAnswer { status: 200, headers: Vec::new(), body: String::new() };
        self.enqueue(Queue::Bulk, (act, None), operation, nothing).map(|(_, outcome)| Later::of(outcome))
    }

    fn enqueue<T: Send + 'static, R: IntoStorage>(
        &self,
        queue: Queue,
        (act, basis): (Act, Option<Basis>),
        operation: impl Enters<T, R>,
        render: impl Fn(&T) -> StoredAnswer + Send + 'static,
    ) -> Enqueued<T, R> {
        let key_held = match &act.key {
            Some(key) if key.held => None,
            Some(key) => Some(self.shared.running_keys.hold(&key.scope).ok_or(WriteError::KeyInProgress)?),
            None => None,
        };
        let (reply, outcome) = oneshot::channel();
        let span = tracing::Span::current();
        let whose = Whose { of: if act.actor.is_some() { "person" } else { "service" } };
        let turn = Arc::<Turn>::default();
        let taken = Arc::clone(&turn);
        let job = Write { act, basis, operation, render, reply, outcome: None, turn: taken, span, key_held };
        match self.shared.waiting.push(queue, Box::new(job)) {
            Ok(()) => {
                self.shared.meters.queued.get_or_create(&whose).inc();
                Ok((turn, outcome))
            }
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

fn readers(
    options: &StoreOptions,
    connect: &ConnectOptions,
    pulse: &Arc<Pulse>,
    (count, deadline): (usize, Option<Duration>),
) -> Readers {
    let reach = Reach { count, patience: options.read_patience, deadline };
    Readers::new(options.url.clone(), connect.clone(), reach, Arc::clone(pulse))
}
