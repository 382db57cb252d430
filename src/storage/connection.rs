//! One connection type for both engines, chosen by the scheme of the database URL.

use super::said;
use super::statements::{Statements, Watching};
use diesel::connection::SimpleConnection;
use diesel::{Connection as _, PgConnection, QueryResult, SqliteConnection};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A connection to either engine. PostgreSQL stands first: its types decide.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// A PostgreSQL server.
    Postgres(PgConnection),
    /// A SQLite file.
    Sqlite(SqliteConnection),
}

/// Runs one diesel expression on whichever engine it is: the expression is compiled for each.
macro_rules! on_each {
    ($connection:expr, |$inner:ident| $expression:expr) => {
        match $connection {
            $crate::storage::connection::AnyConnection::Postgres($inner) => $expression,
            $crate::storage::connection::AnyConnection::Sqlite($inner) => $expression,
        }
    };
}

/// Inserts what is stored as rows of a table, by a statement that stays prepared.
macro_rules! insert {
    ($connection:expr, $table:expr, $values:expr) => {
        on_each!($connection, |c| {
            diesel::RunQueryDsl::execute(diesel::insert_into($table).values($values), c)
        })
        .map(drop)
    };
}

/// Writes what is stored over rows that are there, by a statement that stays prepared.
macro_rules! update {
    ($connection:expr, $rows:expr, $values:expr) => {
        on_each!($connection, |c| {
            let update = diesel::update($rows).set($values);
            diesel::RunQueryDsl::execute($crate::storage::prepared::Prepare::prepared(update), c)
        })
        .map(drop)
    };
}

impl AnyConnection {
    /// How many rows one statement looks up by their keys: over a network many, where it costs no round trip one,
    /// always by the same statement.
    pub(super) fn keys_at_once(&self) -> usize {
        match self {
            AnyConnection::Postgres(_) => 512,
            AnyConnection::Sqlite(_) => 1,
        }
    }
}

/// Most rows inserted by one statement.
pub(super) const ROWS_AT_ONCE: usize = 100;

/// Inserts rows, over a network in one statement. diesel would wrap many rows for SQLite in a
/// transaction of its own, inside the one we hold: there, where a statement costs no round trip, each
/// row goes alone.
macro_rules! insert_all {
    ($connection:expr, $table:expr, $rows:expr) => {
        match $connection {
            $crate::storage::connection::AnyConnection::Postgres(inner) => {
                // Each number of rows is a statement of its own, which is kept: these are as many as are kept of a table.
                for rows in $rows.chunks($crate::storage::connection::ROWS_AT_ONCE) {
                    let insert = diesel::insert_into($table).values(rows);
                    let insert = $crate::storage::prepared::Prepare::prepared(insert);
                    diesel::RunQueryDsl::execute(insert, inner)?;
                }
            }
            $crate::storage::connection::AnyConnection::Sqlite(inner) => {
                for row in $rows {
                    diesel::RunQueryDsl::execute(diesel::insert_into($table).values(row), inner)?;
                }
            }
        }
    };
}

/// How long a statement waits for another connection's lock on a file, in milliseconds.
pub(super) const BUSY_MS: u32 = 5_000;

/// Where the data stands: the scheme is checked here, because diesel would take any text for a file.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    Sqlite(PathBuf),
    Postgres(String),
}

/// Why a text names no database.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DatabaseUrlFault {
    #[error("database.url must begin with sqlite:// or postgres:// (postgresql://); it begins with “{0}”")]
    Scheme(String),
    #[error(
        "database.url names no file: sqlite:///var/lib/nianbao.db has three slashes before an absolute path"
    )]
    NoFile,
}

impl std::str::FromStr for DatabaseUrl {
    type Err = DatabaseUrlFault;

    fn from_str(text: &str) -> Result<DatabaseUrl, DatabaseUrlFault> {
        if let Some(path) = text.strip_prefix("sqlite://") {
            return match path.split('?').next().unwrap_or_default() {
                "" | "/" => Err(DatabaseUrlFault::NoFile),
                path => Ok(DatabaseUrl::Sqlite(PathBuf::from(path))),
            };
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(DatabaseUrl::Postgres(text.to_owned()));
        }
        // No more than the scheme is repeated: the rest may hold a password.
        Err(DatabaseUrlFault::Scheme(text.split(':').next().unwrap_or_default().chars().take(20).collect()))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatabaseUrl::Sqlite(path) => write!(out, "sqlite://{}", path.display()),
            DatabaseUrl::Postgres(_) => out.write_str("postgres://…"),
        }
    }
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The same short questions all day: their plans are kept, until [`forget_plans`].
    Read,
    /// Looks through many rows: how many is planned for each question.
    Scan,
    /// As `Read`, and all else.
    Write,
}

/// How connections are set up.
#[derive(Debug, Clone)]
pub struct ConnectOptions {
    /// SQLite: `FULL` means that an acknowledged write is on the disk.
    pub synchronous: String,
    pub statement_timeout: Duration,
    /// Run on each new writer's connection, after our own settings.
    pub writer_sql: Vec<String>,
    pub statements: Statements,
}

impl DatabaseUrl {
    pub fn engine(&self) -> &'static str {
        match self {
            DatabaseUrl::Sqlite(_) => "sqlite",
            DatabaseUrl::Postgres(_) => "postgres",
        }
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self, DatabaseUrl::Sqlite(_))
    }

    pub fn file(&self) -> Option<&Path> {
        match self {
            DatabaseUrl::Sqlite(path) => Some(path),
            DatabaseUrl::Postgres(_) => None,
        }
    }

    /// Opens a connection and sets it up for its purpose.
    pub fn connect(
        &self,
        purpose: Purpose,
        options: &ConnectOptions,
    ) -> Result<AnyConnection, diesel::ConnectionError> {
        let mut connection = match self {
            DatabaseUrl::Postgres(url) => {
                AnyConnection::Postgres(PgConnection::establish(&with_bounds(url))?)
            }
            DatabaseUrl::Sqlite(path) => {
                AnyConnection::Sqlite(SqliteConnection::establish(&path.to_string_lossy())?)
            }
        };
        let mut setup = match self {
            DatabaseUrl::Postgres(_) => format!(
                "SET lock_timeout = 2000; SET statement_timeout = {}; \
                 SET idle_in_transaction_session_timeout = {}; SET client_min_messages = warning;",
                options.statement_timeout.as_millis(),
                // All other writers wait for one that stops in its turn.
                if purpose == Purpose::Write { 1_200 } else { 5_000 }
            ),
            DatabaseUrl::Sqlite(_) => format!(
                "PRAGMA busy_timeout = {BUSY_MS}; PRAGMA foreign_keys = ON; \
                 PRAGMA mmap_size = 2147418112; PRAGMA temp_store = MEMORY;"
            ),
        };
        match (self, purpose) {
            // The journal mode is the file's, set once by the first writer.
            (DatabaseUrl::Sqlite(_), Purpose::Write) => setup.push_str(&format!(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = {}; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864; \
                 PRAGMA cache_size = -16384;",
                options.synchronous
            )),
            (DatabaseUrl::Sqlite(_), Purpose::Read | Purpose::Scan) => {
                // What is mapped is not copied as well.
                setup.push_str("PRAGMA query_only = ON; PRAGMA cache_size = -2048;");
            }
            (DatabaseUrl::Postgres(_), Purpose::Scan) => setup.push_str(
                "SET default_transaction_read_only = on; SET plan_cache_mode = force_custom_plan;",
            ),
            (DatabaseUrl::Postgres(_), Purpose::Read) => {
                setup.push_str("SET default_transaction_read_only = on;");
            }
            (DatabaseUrl::Postgres(_), Purpose::Write) => {}
        }
        if purpose == Purpose::Write {
            options.writer_sql.iter().for_each(|sql| setup.push_str(&format!("{sql};")));
        }
        connection.set_instrumentation(Watching::new(options.statements.clone()));
        set_up(&mut connection, &setup).map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
        Ok(connection)
    }
}

/// SQLite does not wait by itself where a file is to turn to its log while another is about to write: several programs
/// that open a new file at the same time.
fn set_up(connection: &mut AnyConnection, setup: &str) -> QueryResult<()> {
    let until = Instant::now() + Duration::from_millis(BUSY_MS.into());
    loop {
        match connection.batch_execute(setup) {
            Err(error) if said::FILE_LOCKED.by(&error) && Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(10));
            }
            outcome => return outcome,
        }
    }
}

/// What libpq is told where the address does not say it: a server that is silent is given up in seconds, not in hours.
const BOUNDS: [(&str, &str); 5] = [
    ("connect_timeout", "3"),
    ("keepalives_idle", "5"),
    ("keepalives_interval", "2"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "10000"),
];

fn with_bounds(url: &str) -> String {
    let given = url.split_once('?').map_or("", |(_, parameters)| parameters);
    let names: Vec<&str> = given.split('&').filter_map(|part| part.split('=').next()).collect();
    let missing = BOUNDS.iter().filter(|(name, _)| !names.contains(name));
    missing.fold(url.to_owned(), |url, (name, value)| {
        let joint = if url.contains('?') { '&' } else { '?' };
        format!("{url}{joint}{name}={value}")
    })
}

/// Lets PostgreSQL look at how much has been written, where nobody (no autovacuum) or nobody yet has: by the
/// estimates for empty tables it would sort a nation for each page.
pub fn analyze(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Postgres(inner) => inner.batch_execute("ANALYZE"),
        AnyConnection::Sqlite(_) => Ok(()),
    }
}

/// Lets PostgreSQL plan anew what it keeps planned: tables have grown since, and a plan from when they were empty would
/// be kept for good.
pub(super) fn forget_plans(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Postgres(inner) => inner.batch_execute("DISCARD PLANS"),
        AnyConnection::Sqlite(_) => Ok(()),
    }
}

/// Lets the transaction take the time it needs: what touches a whole year of a nation, or hands its rows to
/// somebody slow, would be ended by PostgreSQL's bounds for single requests.
pub fn take_time(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Postgres(inner) => inner.batch_execute(
            "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0",
        ),
        AnyConnection::Sqlite(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diesel::prelude::*;

    #[test]
    fn a_silent_server_is_given_up_unless_the_address_says_otherwise() {
        let bounded = with_bounds("postgres://a@h1,h2/db");
        assert!(bounded.starts_with("postgres://a@h1,h2/db?connect_timeout=3&"), "{bounded}");
        let own = with_bounds("postgres://a@h/db?target_session_attrs=read-write&connect_timeout=9");
        assert!(own.contains("connect_timeout=9&keepalives_idle=5"), "{own}");
        assert_eq!(own.matches("connect_timeout").count(), 1);
    }

    #[test]
    fn a_file_that_others_open_at_the_same_time_is_waited_for() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("held.db");
        let mut holder = SqliteConnection::establish(&path.to_string_lossy()).expect("a file");
        // Not yet turned to its log, and another is about to write: SQLite refuses at once, whatever its patience.
        holder.batch_execute("CREATE TABLE t (a INTEGER); BEGIN IMMEDIATE").expect("held");
        let statements = Statements::default();
        let options = ConnectOptions {
            synchronous: "FULL".to_owned(),
            statement_timeout: Duration::ZERO,
            writer_sql: Vec::new(),
            statements: statements.clone(),
        };
        let opening =
            std::thread::spawn(move || DatabaseUrl::Sqlite(path).connect(Purpose::Write, &options).map(drop));
        while statements.sent.get() < 2 && !opening.is_finished() {
            std::thread::yield_now();
        }
        holder.batch_execute("COMMIT").expect("let go");
        opening.join().expect("it ended").expect("opened");
    }

    /// Nothing fails without, but everything takes twice as long.
    #[test]
    fn sqlite_is_compiled_as_the_configuration_of_cargo_says() {
        #[derive(QueryableByName)]
        struct Used {
            #[diesel(sql_type = diesel::sql_types::Bool)]
            used: bool,
        }
        let mut connection = SqliteConnection::establish(":memory:").expect("a database");
        for option in ["ENABLE_QPSG", "DEFAULT_MEMSTATUS=0", "THREADSAFE=2"] {
            let asked = format!("SELECT sqlite_compileoption_used('{option}') AS used");
            let found: Vec<Used> = diesel::sql_query(asked).load(&mut connection).expect("an answer");
            assert!(found.first().is_some_and(|found| found.used), "{option}: see .cargo/config.toml");
        }
    }
}
