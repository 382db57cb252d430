//! What has been touched since: kept answers are good as long as nothing they rest on has moved.
//!
//! Every write leaves an audit entry; the watch follows the audit of the database it stands on, so that
//! it sees the writes of other instances and of the command line too. An instance's own writes move it
//! before they are answered.

use super::audit;
use super::cluster::is_synchronous;
use super::cluster::{Mark, is_lost};
use super::connection::{AnyConnection, ConnectOptions, DatabaseUrl, Purpose};
use super::error::{StorageError, Stored};
use super::migrate::{self, MigrateError};
use super::pulse::Pulse;
use crate::domain::audit::{AuditAction, Touch};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How often the ledger is looked at.
const LOOK: Duration = Duration::from_millis(250);
/// A look older than this says nothing any more.
const GOOD_FOR: Duration = Duration::from_secs(1);
/// The schema is looked at so often: every five seconds.
const LOOKS_AT_SCHEMA: u32 = 20;
/// Entries read at once; after a longer absence everything counts as touched.
const AT_ONCE: i64 = 20_000;

/// What an answer rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RestsOn {
    /// One report and what is said around it (registry, years, rosters).
    Report(String),
    /// Anything public.
    Anything,
    /// The program alone.
    Nothing,
}

/// By the kind of act, as the audit names it. What another program wrote and is not known here touches everything.
fn touch_of(action: &str) -> Touch {
    action.parse::<AuditAction>().map_or(Touch::Everything, AuditAction::touches)
}

/// One entry of the audit, as far as the watch is concerned.
#[derive(Debug, Clone, Queryable)]
pub(super) struct Touched {
    pub seq: i64,
    pub action: String,
    pub report_id: Option<String>,
}

/// What is known of the public changes: the last number, and under which reign. Another reign begins when the log
/// goes on under another name, or what was seen of it is gone: nothing known before holds any more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct News {
    pub reign: u64,
    pub seq: i64,
}

#[derive(Default)]
struct Moved {
    /// The last entry that anybody here saw, and how the log was called.
    mark: Mark,
    reign: u64,
    /// That entry is gone, and the lane has not begun another epoch yet.
    lost: bool,
    /// How often the log has forked.
    forks: u64,
    /// Up to which entry the audit has been followed; own writes may be known beyond it.
    seen: i64,
    /// Up to which public change; own ones may be known beyond it.
    seen_change: i64,
    /// The last entry that touched everything.
    everything: i64,
    /// The last entry that touched anything public at all.
    anything: i64,
    reports: HashMap<String, i64>,
    good: Option<Instant>,
}

impl Moved {
    fn enter(&mut self, entry: Touched, is_public: bool) {
        match touch_of(&entry.action) {
            Touch::Nothing => return,
            Touch::Everything => {
                self.everything = self.everything.max(entry.seq);
                self.anything = self.anything.max(entry.seq);
            }
            Touch::Report => {
                if let Some(report) = entry.report_id {
                    let last = self.reports.entry(report).or_default();
                    *last = (*last).max(entry.seq);
                }
            }
        }
        if is_public {
            self.anything = self.anything.max(entry.seq);
        }
    }
}

/// The map of what moved when, shared by all who read it.
pub struct Watch {
    moved: RwLock<Moved>,
    changes: watch::Sender<News>,
    /// That something seen is gone: the lane is to look.
    lost: watch::Sender<u64>,
    pulse: Arc<Pulse>,
    require_synchronous: bool,
    ending: AtomicBool,
}

impl Watch {
    pub(super) fn new(url: &DatabaseUrl, require_synchronous: bool) -> Watch {
        Watch {
            moved: RwLock::default(),
            changes: watch::Sender::new(News::default()),
            lost: watch::Sender::new(0),
            pulse: Arc::new(Pulse::of(url)),
            require_synchronous,
            ending: AtomicBool::new(false),
        }
    }

    /// Whether the database answers at all.
    pub fn pulse(&self) -> Arc<Pulse> {
        Arc::clone(&self.pulse)
    }

    /// Whether an answer made under a reign, when the audit stood at `seq`, may be given again now.
    pub fn is_good(&self, rests_on: &RestsOn, seq: i64, reign: u64) -> bool {
        if *rests_on == RestsOn::Nothing {
            return true;
        }
        let moved = self.moved.read().unwrap_or_else(PoisonError::into_inner);
        if moved.reign != reign || moved.good.is_none_or(|at| at.elapsed() >= GOOD_FOR) {
            return false;
        }
        let last = match rests_on {
            RestsOn::Report(id) => moved.reports.get(id).copied().unwrap_or(0).max(moved.everything),
            RestsOn::Anything => moved.anything,
            RestsOn::Nothing => 0,
        };
        last <= seq
    }

    /// The number of the last public change known here, and to be told of later ones.
    pub fn changes(&self) -> watch::Receiver<News> {
        self.changes.subscribe()
    }

    /// To be told that something seen is gone.
    pub fn losses(&self) -> watch::Receiver<u64> {
        self.lost.subscribe()
    }

    /// Under which reign answers are made now.
    pub fn reign(&self) -> u64 {
        self.moved.read().unwrap_or_else(PoisonError::into_inner).reign
    }

    /// How often the log has forked under this process.
    pub fn forks(&self) -> u64 {
        self.moved.read().unwrap_or_else(PoisonError::into_inner).forks
    }

    /// How the log is called.
    pub fn epoch(&self) -> String {
        self.moved.read().unwrap_or_else(PoisonError::into_inner).mark.epoch.clone()
    }

    /// The last entry of the audit known here.
    pub fn audit_seq(&self) -> i64 {
        self.moved.read().unwrap_or_else(PoisonError::into_inner).mark.audit_seq
    }

    /// How long ago the ledger was last looked at.
    pub fn age(&self) -> Option<Duration> {
        self.moved.read().unwrap_or_else(PoisonError::into_inner).good.map(|at| at.elapsed())
    }

    /// How the log is called, and the last entry in it that touched anything public; `None`: not looked at yet.
    pub(super) fn public_position(&self) -> Option<(String, i64)> {
        let moved = self.moved.read().unwrap_or_else(PoisonError::into_inner);
        (moved.mark.audit_seq > 0).then(|| (moved.mark.epoch.clone(), moved.anything.max(moved.everything)))
    }

    /// The store is closed.
    pub(super) fn has_ended(&self) -> bool {
        self.ending.load(Ordering::Acquire)
    }

    /// The last entry anybody here saw.
    pub(super) fn mark(&self) -> Mark {
        self.moved.read().unwrap_or_else(PoisonError::into_inner).mark.clone()
    }

    /// Somebody was told of the log up to here: that it is there is looked at from now on.
    pub fn remember(&self, told: Mark) {
        let mut moved = self.moved.write().unwrap_or_else(PoisonError::into_inner);
        if told.epoch == moved.mark.epoch && told.audit_seq > moved.mark.audit_seq {
            moved.mark = told;
        }
    }

    /// An own group was committed: to be called before anyone is answered. Where it began a new epoch, nothing
    /// that was known before holds.
    pub(super) fn committed(
        &self,
        entries: Vec<Touched>,
        changed: &[String],
        change_seq: i64,
        (mark, renewed): (Mark, bool),
    ) {
        let mut moved = self.moved.write().unwrap_or_else(PoisonError::into_inner);
        if renewed {
            let forks = moved.forks + u64::from(!moved.lost);
            *moved = Moved { reign: moved.reign + 1, forks, ..Moved::default() };
        }
        for entry in entries {
            let is_public = entry.report_id.as_ref().is_some_and(|report| changed.contains(report));
            moved.enter(entry, is_public);
        }
        if renewed || mark.audit_seq > moved.mark.audit_seq {
            moved.mark = mark;
        }
        let reign = moved.reign;
        drop(moved);
        self.tell(News { reign, seq: change_seq });
    }

    fn tell(&self, told: News) {
        self.changes.send_if_modified(|known| {
            let news = told.reign > known.reign || (told.reign == known.reign && told.seq > known.seq);
            if news {
                *known = told;
            }
            news
        });
    }

    /// Looks at the ledger and at what was written since the last look.
    fn look(&self, connection: &mut AnyConnection, version: &mut Option<i64>) -> Stored<()> {
        let began = Instant::now();
        let now = data_version(connection)?;
        if now.is_some() && now == *version {
            self.moved.write().unwrap_or_else(PoisonError::into_inner).good = Some(began);
            return Ok(());
        }
        // The mark before the ledger: what was seen by then must be there.
        let (known, seen, seen_change) = {
            let moved = self.moved.read().unwrap_or_else(PoisonError::into_inner);
            (moved.mark.clone(), moved.seen, moved.seen_change)
        };
        let ledger = audit::ledger(connection)?;
        let mark = ledger.mark();
        let lost = is_lost(connection, &known, &mark)?;
        let renamed = known.audit_seq > 0 && known.epoch != mark.epoch;
        let first = seen == 0 || lost || renamed || ledger.audit_seq - seen > AT_ONCE;
        let entries = if first { Vec::new() } else { audit::touched_after(connection, seen, AT_ONCE)? };
        let changed = audit::changed_after(connection, seen_change, AT_ONCE)?;
        let mut moved = self.moved.write().unwrap_or_else(PoisonError::into_inner);
        let told = moved.lost && lost && !renamed;
        if first {
            let reign = moved.reign + u64::from((lost || renamed) && !told);
            let everything = ledger.audit_seq;
            // What is gone stays in mind until the log has another name: by it the lane knows that it has forked.
            let (mark, lost) = if lost && !renamed { (known.clone(), true) } else { (mark.clone(), false) };
            let forks = moved.forks + u64::from(lost && !told);
            *moved = Moved { everything, anything: everything, reign, mark, lost, forks, ..Moved::default() };
        } else if mark.audit_seq > moved.mark.audit_seq {
            moved.mark = mark.clone();
        }
        let mut last = ledger.audit_seq;
        for entry in entries {
            last = last.max(entry.seq);
            let is_public = entry.report_id.as_ref().is_some_and(|report| changed.contains(report));
            moved.enter(entry, is_public);
        }
        moved.seen = last;
        moved.seen_change = ledger.change_seq;
        moved.good = Some(began);
        let reign = moved.reign;
        drop(moved);
        *version = now;
        self.tell(News { reign, seq: ledger.change_seq });
        if lost && !told {
            tracing::error!(
                known.audit_seq,
                known.audit_head,
                mark.audit_seq,
                mark.audit_head,
                renamed,
                "an entry of the audit that was seen is gone: the database has forked, all kept answers are forgotten"
            );
            if !renamed {
                self.lost.send_modify(|times| *times += 1);
            }
        }
        Ok(())
    }

    /// Looks again and again until the store is closed.
    pub(super) fn run(&self, url: &DatabaseUrl, options: &ConnectOptions) {
        let (mut connection, mut version, mut looks) = (None, None, 0u32);
        while !self.ending.load(Ordering::Acquire) {
            let asked = self.pulse.ask();
            let mut look = |mut open: AnyConnection| {
                self.look(&mut open, &mut version)?;
                if self.require_synchronous {
                    self.pulse.require_synchronous(is_synchronous(&mut open)?);
                }
                if looks.is_multiple_of(LOOKS_AT_SCHEMA) {
                    let state = migrate::require_current(&mut open);
                    let ahead = matches!(state, Err(MigrateError::Ahead | MigrateError::Excluded(_)));
                    self.pulse.is_left_behind(ahead);
                }
                Ok::<_, StorageError>(open)
            };
            // A connection that was cut off says nothing of the database: it is opened anew at once.
            let kept = connection.take().and_then(|open| look(open).ok());
            let looked = match kept {
                Some(open) => Ok(open),
                None => url.connect(Purpose::Read, options).map_err(StorageError::Connect).and_then(look),
            };
            self.pulse.told(looked.is_ok());
            drop(asked);
            match looked {
                Ok(open) => connection = Some(open),
                Err(error) => tracing::warn!(%error, "the ledger could not be looked at"),
            }
            looks = looks.wrapping_add(1);
            std::thread::sleep(LOOK);
        }
    }

    pub(super) fn end(&self) {
        self.ending.store(true, Ordering::Release);
    }

    /// Starts looking in a thread of its own.
    pub(super) fn start(self: &Arc<Watch>, url: DatabaseUrl, options: ConnectOptions) -> std::io::Result<()> {
        let watch = Arc::clone(self);
        std::thread::Builder::new()
            .name("watch".to_owned())
            .spawn(move || watch.run(&url, &options))
            .map(|_| ())
    }
}

#[derive(QueryableByName)]
struct DataVersion {
    #[diesel(sql_type = BigInt)]
    data_version: i64,
}

/// SQLite's own number of commits by others; PostgreSQL has none, there the ledger is read each time.
fn data_version(connection: &mut AnyConnection) -> Stored<Option<i64>> {
    match connection {
        AnyConnection::Sqlite(inner) => {
            let rows: Vec<DataVersion> = diesel::sql_query("PRAGMA data_version").load(inner)?;
            Ok(rows.first().map(|row| row.data_version))
        }
        AnyConnection::Postgres(_) => Ok(None),
    }
}
