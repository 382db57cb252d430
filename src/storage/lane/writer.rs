//! The one writer thread of an instance.

use super::group::{self, GroupEnd};
use super::job::Ending;
use super::queue::Next;
use super::{Job, Queue, Waiting};
use crate::storage::cluster::standing;
use crate::storage::connection::{BUSY_MS, ConnectOptions, DatabaseUrl, Purpose, forget_plans};
use crate::storage::watch::Watch;
use crate::storage::{AnyConnection, Meters};
use diesel::connection::SimpleConnection;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Jobs in one group at most.
const GROUP: usize = 32;
/// Bulk work lets people in after this long.
const BULK_SLICE: Duration = Duration::from_millis(50);
/// Quiet for so long is idle.
const IDLE: Duration = Duration::from_millis(200);
/// What the write-ahead log may keep of the disk in quiet (`journal_size_limit` says the same to SQLite).
const KEPT_WAL_BYTES: u64 = 64 << 20;
/// The write-ahead log is folded in at the latest when it has grown to this.
const LARGEST_WAL_BYTES: u64 = 256 << 20;
/// How often that, and the plans that PostgreSQL keeps, are looked after.
const GROUPS_BETWEEN_LOOKS: u32 = 256;

pub(in crate::storage) struct Writer {
    url: DatabaseUrl,
    options: ConnectOptions,
    waiting: Arc<Waiting>,
    connection: Option<AnyConnection>,
    unfolded: bool,
    groups: u32,
    meters: Meters,
    watch: Arc<Watch>,
}

impl Writer {
    pub fn new(
        url: DatabaseUrl,
        options: ConnectOptions,
        waiting: Arc<Waiting>,
        meters: Meters,
        watch: Arc<Watch>,
    ) -> Writer {
        Writer { url, options, waiting, connection: None, unfolded: false, groups: 0, meters, watch }
    }

    /// Works until the queue is closed and empty.
    pub fn work(mut self) {
        loop {
            match self.waiting.take(GROUP, IDLE) {
                Next::Batch(queue, jobs) => self.run(queue, jobs),
                Next::Idle => self.rest(),
                Next::End => break,
            }
        }
        // Nobody writes any more: nothing of the log is left behind unless somebody still reads.
        self.unfolded = true;
        self.fold_log("TRUNCATE", BUSY_MS);
    }

    /// Nobody writes: the log is folded in, and cut where a busy time has left it long.
    fn rest(&mut self) {
        self.fold_log("PASSIVE", 0);
        if self.log_bytes() > KEPT_WAL_BYTES {
            // Nobody is waited for: while somebody reads from it, it is tried again.
            self.unfolded = true;
            self.fold_log("TRUNCATE", 0);
        }
    }

    fn run(&mut self, queue: Queue, jobs: Vec<Box<dyn Job>>) {
        let waiting = Arc::clone(&self.waiting);
        let began = Instant::now();
        let go_on =
            move || queue == Queue::Interactive || (began.elapsed() < BULK_SLICE && !waiting.someone_waits());
        let room = GROUP.saturating_sub(jobs.len());
        let others = Arc::clone(&self.waiting);
        let more = || if queue == Queue::Interactive { others.take_more(room) } else { Vec::new() };
        match self.group(jobs, (more, go_on)) {
            Some(GroupEnd::Committed { done, unreached }) => {
                self.meters.group_size.observe(f64::from(u32::try_from(done).unwrap_or(u32::MAX)));
                self.meters.group_seconds.observe(began.elapsed().as_secs_f64());
                self.waiting.put_back(unreached);
            }
            Some(GroupEnd::Broken { jobs, cause }) => {
                self.meters.broken_groups.inc();
                tracing::warn!(%cause, jobs = jobs.len(), "a write group broke; its members run once more, each alone");
                jobs.into_iter().for_each(|job| self.run_alone(job));
            }
            Some(GroupEnd::Lost) | None => {}
        }
        self.groups = self.groups.wrapping_add(1);
        if self.groups.is_multiple_of(GROUPS_BETWEEN_LOOKS) {
            self.look_after();
        }
    }

    /// What is due now and then, however busy the lane is.
    fn look_after(&mut self) {
        if self.log_bytes() > LARGEST_WAL_BYTES {
            self.fold_log("PASSIVE", 0);
        }
        // A connection that fails here is dropped, and the next group opens another.
        self.connection =
            self.connection.take().and_then(|mut open| forget_plans(&mut open).is_ok().then_some(open));
    }

    /// The second and last run of a job whose group broke.
    fn run_alone(&mut self, job: Box<dyn Job>) {
        if let Some(GroupEnd::Broken { jobs, cause }) = self.group(vec![job], (Vec::new, || true)) {
            let full = cause.is_disk_full();
            if full {
                self.watch.pulse().disk_is_full(true);
            }
            tracing::error!(%cause, "a write failed twice, the second time alone");
            let ending = if full { Ending::DiskFull } else { Ending::Unavailable };
            jobs.into_iter().for_each(|job| job.end(ending));
        }
    }

    /// Runs a group on a connection that is dropped unless the group was committed.
    fn group(
        &mut self,
        jobs: Vec<Box<dyn Job>>,
        more: (impl FnOnce() -> Vec<Box<dyn Job>>, impl FnMut() -> bool),
    ) -> Option<GroupEnd> {
        // A connection that was opened anew may lead to another server than the last one.
        let (opened, fresh) = match self.connection.take() {
            Some(connection) => (Ok(connection), false),
            None => (self.url.connect(Purpose::Write, &self.options), true),
        };
        let mut connection = match opened {
            Ok(connection) => connection,
            Err(error) => {
                tracing::error!(%error, "the writer has no connection");
                jobs.into_iter().for_each(|job| job.end(Ending::Unavailable));
                return None;
            }
        };
        let standing = if fresh { standing(&mut connection) } else { None };
        let end = group::run(&mut connection, jobs, (&self.watch, &self.meters), standing.as_ref(), more);
        if matches!(end, GroupEnd::Committed { .. }) {
            self.watch.pulse().disk_is_full(false);
            self.connection = Some(connection);
            self.unfolded = true;
        }
        Some(end)
    }

    /// Folds SQLite's write-ahead log into the file; whoever still reads from it is waited for so many milliseconds.
    fn fold_log(&mut self, how: &str, patience: u32) {
        if !self.unfolded || !self.url.is_sqlite() {
            return;
        }
        if let Some(connection) = self.connection.as_mut()
            && let Err(error) = connection.batch_execute(&format!(
                "PRAGMA busy_timeout = {patience}; PRAGMA wal_checkpoint({how}); PRAGMA busy_timeout = {BUSY_MS}"
            ))
        {
            tracing::warn!(%error, "the checkpoint failed; it is tried again");
            return;
        }
        self.unfolded = false;
    }

    fn log_bytes(&self) -> u64 {
        self.url
            .file()
            .and_then(|file| std::fs::metadata(format!("{}-wal", file.display())).ok())
            .map_or(0, |file| file.len())
    }
}
