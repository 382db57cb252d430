//! Standbys that are read from: each by itself, as far as it has come, and only while it stands in the same log.
//!
//! A thread for each looks four times a second how far it has replayed the ledger, and whether its last entry is ours.
//! A read asks once more within its own snapshot: what it must see is there, or it goes to the primary.

use super::audit;
use super::cluster::{Mark, is_lost};
use super::connection::{AnyConnection, ConnectOptions, DatabaseUrl, Purpose};
use super::error::{StorageError, Stored};
use super::options::StoreOptions;
use super::pulse::Pulse;
use super::query::Query;
use super::readers::{Extent, Reach, Readers};
use super::watch::Watch;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often each is looked at.
const LOOK: Duration = Duration::from_millis(250);
/// A look older than this says nothing any more.
const GOOD_FOR: Duration = Duration::from_secs(2);
/// How long a read waits for a standby to come as far as it must see.
const LONGEST_WAIT: Duration = Duration::from_millis(500);
/// How long until it asks again.
const AGAIN: Duration = Duration::from_millis(20);

/// How a standby stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Not looked at yet.
    Unknown,
    Used,
    /// It lags by more than it may.
    Behind,
    /// It cannot be reached.
    Away,
    /// It is on another log: of another epoch, or one that has forked.
    OtherLog,
    /// It takes writes itself.
    NoStandby,
}

struct Standby {
    /// Host and port.
    name: String,
    url: DatabaseUrl,
    readers: Arc<Readers>,
    pulse: Arc<Pulse>,
    /// How it stands, by how much it lags, and when that was seen.
    seen: Mutex<(State, Duration, Instant)>,
    reads: AtomicU64,
}

/// What is told of one.
#[derive(Debug, Clone)]
pub struct StandbyTold {
    pub name: String,
    pub used: bool,
    pub lag: Duration,
    pub reads: u64,
}

/// All that are read from.
pub(super) struct Standbys {
    all: Vec<Arc<Standby>>,
    turn: AtomicUsize,
    /// Reads that went to the primary because none was good enough.
    passed_by: AtomicU64,
    watch: Arc<Watch>,
    most_lag: Duration,
    connect: ConnectOptions,
}

/// One address for each host of an address, with the host's name.
fn each_host(url: &str) -> Vec<(String, String)> {
    let Some((scheme, rest)) = url.split_once("://") else { return Vec::new() };
    let (servers, tail) = rest.find(['/', '?']).map_or((rest, ""), |at| rest.split_at(at));
    let (user, hosts) = servers.rsplit_once('@').unwrap_or(("", servers));
    let at = if user.is_empty() { "" } else { "@" };
    let hosts = hosts.split(',').filter(|host| !host.is_empty());
    hosts.map(|host| (host.to_owned(), format!("{scheme}://{user}{at}{host}{tail}"))).collect()
}

impl Standbys {
    pub fn new(options: &StoreOptions, connect: &ConnectOptions, watch: &Arc<Watch>) -> Standbys {
        let address = match &options.read_url {
            Some(DatabaseUrl::Postgres(address)) => address.as_str(),
            Some(DatabaseUrl::Sqlite(_)) | None => "",
        };
        let reach = Reach {
            count: options.scan_readers,
            patience: options.read_patience,
            deadline: Some(options.scan_time),
        };
        let all = each_host(address).into_iter().map(|(name, address)| {
            let url = DatabaseUrl::Postgres(address);
            let pulse = Arc::new(Pulse::of(&url));
            Arc::new(Standby {
                name,
                readers: Arc::new(Readers::new(url.clone(), connect.clone(), reach, Arc::clone(&pulse))),
                url,
                pulse,
                seen: Mutex::new((State::Unknown, Duration::ZERO, Instant::now())),
                reads: AtomicU64::default(),
            })
        });
        Standbys {
            all: all.collect(),
            turn: AtomicUsize::default(),
            passed_by: AtomicU64::default(),
            watch: Arc::clone(watch),
            most_lag: options.read_lag,
            connect: connect.clone(),
        }
    }

    /// Starts to look at each in a thread of its own.
    pub fn start(&self, primary: &Arc<Readers>) -> std::io::Result<()> {
        for standby in &self.all {
            let (standby, watch, primary) =
                (Arc::clone(standby), Arc::clone(&self.watch), Arc::clone(primary));
            let (connect, most_lag) = (self.connect.clone(), self.most_lag);
            std::thread::Builder::new()
                .name("standby".to_owned())
                .spawn(move || standby.follow(&watch, &primary, &connect, most_lag))?;
        }
        Ok(())
    }

    pub fn told(&self) -> (Vec<StandbyTold>, u64) {
        let told = self.all.iter().map(|standby| StandbyTold {
            name: standby.name.clone(),
            used: standby.is_usable(),
            lag: standby.seen().1,
            reads: standby.reads.load(Ordering::Relaxed),
        });
        (told.collect(), self.passed_by.load(Ordering::Relaxed))
    }

    fn choose(&self) -> Option<&Arc<Standby>> {
        let first = self.turn.fetch_add(1, Ordering::Relaxed);
        let turns = (0..self.all.len()).map(|turn| first.wrapping_add(turn) % self.all.len());
        turns.filter_map(|at| self.all.get(at)).find(|standby| standby.is_usable())
    }

    /// Runs a query on a standby that has at least this entry of the audit, and everything public that is known here;
    /// `None`: there is none, the primary is to be asked.
    pub async fn read(
        &self,
        at_least: i64,
        patience: Option<Duration>,
        query: &Arc<Mutex<Query>>,
    ) -> Option<Stored<()>> {
        if self.all.is_empty() {
            return None;
        }
        let read = self.read_one(at_least, patience, query).await;
        if read.is_none() {
            self.passed_by.fetch_add(1, Ordering::Relaxed);
        }
        read
    }

    async fn read_one(
        &self,
        at_least: i64,
        patience: Option<Duration>,
        query: &Arc<Mutex<Query>>,
    ) -> Option<Stored<()>> {
        let (epoch, public) = self.watch.public_position()?;
        let at_least = at_least.max(public);
        let standby = self.choose()?;
        let until = Instant::now() + LONGEST_WAIT;
        loop {
            let (query, epoch) = (Arc::clone(query), epoch.clone());
            let read = move |connection: &mut AnyConnection| {
                let (seq, of) = audit::end(connection)?;
                if of != epoch || seq < at_least {
                    return Err(StorageError::Behind);
                }
                // An earlier try that hangs keeps it.
                let mut query = query.try_lock().map_err(|_| StorageError::Silent)?;
                query(connection)
            };
            let read = standby.readers.read(Box::new(read), Extent::Snapshot, patience).await;
            let Err(error) = read else {
                standby.reads.fetch_add(1, Ordering::Relaxed);
                return Some(Ok(()));
            };
            match error {
                StorageError::Behind if Instant::now() < until => tokio::time::sleep(AGAIN).await,
                StorageError::Behind => return None,
                StorageError::Busy => return Some(Err(StorageError::Busy)),
                overdue if overdue.is_overdue() => return Some(Err(overdue)),
                // It was ended, or what it looked at was replayed away under it.
                passing if passing.is_passing() => {
                    tracing::info!(standby = standby.name, error = %passing, "a read goes to the primary");
                    return None;
                }
                error => return Some(Err(error)),
            }
        }
    }
}

/// What a look found.
struct Found {
    in_recovery: bool,
    mark: Mark,
    is_ours: bool,
}

impl Standby {
    fn seen(&self) -> (State, Duration, Instant) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_usable(&self) -> bool {
        let (state, _, at) = self.seen();
        state == State::Used && at.elapsed() < GOOD_FOR && !self.pulse.is_silent()
    }

    fn note(&self, state: State, lag: Duration) {
        let before = std::mem::replace(
            &mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner),
            (state, lag, Instant::now()),
        );
        if before.0 == state {
            return;
        }
        match state {
            State::Used => tracing::info!(standby = self.name, "the standby is read from"),
            _ => tracing::warn!(standby = self.name, ?state, ?lag, "the standby is left out"),
        }
    }

    /// Looks again and again until the store is closed.
    fn follow(&self, watch: &Watch, primary: &Readers, connect: &ConnectOptions, most_lag: Duration) {
        let mut connection = None;
        let mut progress = Progress::default();
        while !watch.has_ended() {
            let known = watch.mark();
            progress.reaches(&known);
            let asked = self.pulse.ask();
            let look = |mut open: AnyConnection| {
                let found = look(&mut open, &known, primary)?;
                Ok::<_, StorageError>((open, found))
            };
            // A connection that was cut off says nothing of the server: it is opened anew at once.
            let kept = connection.take().and_then(|open| look(open).ok());
            let looked = match kept {
                Some(looked) => Ok(looked),
                None => {
                    self.url.connect(Purpose::Read, connect).map_err(StorageError::Connect).and_then(look)
                }
            };
            self.pulse.told(looked.is_ok());
            drop(asked);
            match looked {
                Ok((open, found)) => {
                    connection = Some(open);
                    let lag = progress.lag(found.mark.audit_seq);
                    let state = match found {
                        _ if known.audit_seq == 0 => State::Unknown,
                        Found { in_recovery: false, .. } => State::NoStandby,
                        Found { is_ours: false, .. } => State::OtherLog,
                        _ if lag > most_lag => State::Behind,
                        _ => State::Used,
                    };
                    self.note(state, lag);
                }
                Err(error) => {
                    tracing::debug!(standby = self.name, %error, "the standby could not be looked at");
                    self.note(State::Away, Duration::ZERO);
                }
            }
            std::thread::sleep(LOOK);
        }
    }
}

/// How far a server is, and whether its last entry, or the last one known here, is in both logs.
fn look(connection: &mut AnyConnection, known: &Mark, primary: &Readers) -> Stored<Found> {
    #[derive(QueryableByName)]
    struct Said {
        #[diesel(sql_type = Bool)]
        in_recovery: bool,
    }
    let in_recovery = match connection {
        AnyConnection::Postgres(inner) => {
            diesel::sql_query("SELECT pg_is_in_recovery() AS in_recovery")
                .get_result::<Said>(inner)?
                .in_recovery
        }
        AnyConnection::Sqlite(_) => false,
    };
    let mark = audit::ledger(connection)?.mark();
    let is_ours = if mark.epoch != known.epoch {
        false
    } else if mark.audit_seq >= known.audit_seq {
        !is_lost(connection, known, &mark)?
    } else {
        let (seq, head) = (mark.audit_seq, mark.audit_head.clone());
        seq == 0
            || primary.run(|connection| audit::hash_of(connection, seq), Extent::Statement)? == Some(head)
    };
    Ok(Found { in_recovery, mark, is_ours })
}

/// When the log was known to reach how far.
#[derive(Default)]
struct Progress {
    epoch: String,
    last: i64,
    reached: VecDeque<(Instant, i64)>,
}

impl Progress {
    fn reaches(&mut self, known: &Mark) {
        if known.epoch != self.epoch {
            *self = Progress { epoch: known.epoch.clone(), ..Progress::default() };
        }
        if known.audit_seq > self.last {
            self.last = known.audit_seq;
            self.reached.push_back((Instant::now(), known.audit_seq));
        }
    }

    /// How long ago the first entry was known that is not there yet.
    fn lag(&mut self, seq: i64) -> Duration {
        while self.reached.front().is_some_and(|(_, reached)| *reached <= seq) {
            self.reached.pop_front();
        }
        self.reached.front().map_or(Duration::ZERO, |(at, _)| at.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_of_an_address_is_asked_by_itself() {
        let hosts = each_host("postgres://a:b@h1:5433,h2/db?sslmode=require");
        let named = |name: &str, url: &str| (name.to_owned(), url.to_owned());
        assert_eq!(
            hosts,
            [
                named("h1:5433", "postgres://a:b@h1:5433/db?sslmode=require"),
                named("h2", "postgres://a:b@h2/db?sslmode=require")
            ]
        );
        assert_eq!(each_host("postgresql://h/db"), [named("h", "postgresql://h/db")]);
        assert!(each_host("").is_empty());
    }

    #[test]
    fn a_lag_is_counted_from_the_first_entry_that_is_not_there_yet() {
        let mut progress = Progress::default();
        let at = |audit_seq| Mark { audit_seq, epoch: "e".to_owned(), ..Mark::default() };
        progress.reaches(&at(5));
        assert_eq!(progress.lag(5), Duration::ZERO);
        progress.reaches(&at(7));
        let between = Instant::now();
        progress.reaches(&at(9));
        let since = between.elapsed();
        assert!(progress.lag(5) >= since, "it counts from 7");
        assert!(progress.lag(7) <= between.elapsed() && progress.reached.len() == 1, "it counts from 9");
        progress.reaches(&Mark { epoch: "other".to_owned(), ..at(3) });
        assert_eq!((progress.lag(3), progress.reached.len()), (Duration::ZERO, 0));
    }
}
