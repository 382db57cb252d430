//! How a store is opened.

use super::connection::{ConnectOptions, DatabaseUrl};
use super::statements::Statements;
use crate::domain::algorithm::Algorithm;
use std::time::Duration;

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Where the database is.
    pub url: DatabaseUrl,
    /// For reads of a few rows: who asks, one report, whether the service is ready.
    pub readers: usize,
    /// For what looks through many: lists, search, sums, exports. It never keeps those from a reader.
    pub scan_readers: usize,
    /// How long one of these may take.
    pub scan_time: Duration,
    /// How long a read may wait for a connection.
    pub read_patience: Duration,
    /// How many writes may wait.
    pub queue_capacity: usize,
    /// PostgreSQL: standbys that scans are read from, and by how much one may lag.
    pub read_url: Option<DatabaseUrl>,
    /// By how much a standby may lag.
    pub read_lag: Duration,
    /// How long a write may wait for its turn.
    pub write_patience: Duration,
    /// PostgreSQL: an instance is ready only while writes are on a standby before they are acknowledged.
    pub require_synchronous: bool,
    /// The database may come from another cluster than the ledger says: whoever opens it makes it one of this cluster.
    pub adopts: bool,
    /// By which algorithm a new database makes its digests; one that is there keeps its own.
    pub digest: Algorithm,
    /// SQLite: `FULL` or `NORMAL`.
    pub synchronous: String,
    /// PostgreSQL: how long a statement may take.
    pub statement_timeout: Duration,
    /// A statement that takes so long is told in the log; zero: none is.
    pub slow_statement: Duration,
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
            read_url: None,
            read_lag: Duration::from_secs(1),
            write_patience: Duration::from_secs(10),
            require_synchronous: false,
            adopts: false,
            digest: Algorithm::default(),
            synchronous: "FULL".to_owned(),
            statement_timeout: Duration::from_secs(10),
            slow_statement: Duration::ZERO,
            writer_sql: Vec::new(),
        }
    }

    /// How its connections are set up.
    pub(super) fn connect(&self) -> ConnectOptions {
        ConnectOptions {
            synchronous: self.synchronous.clone(),
            statement_timeout: self.statement_timeout,
            writer_sql: self.writer_sql.clone(),
            statements: Statements { slow_after: self.slow_statement, ..Statements::default() },
        }
    }
}
