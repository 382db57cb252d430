//! A database of its own for each test, gone with it.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

pub enum Database {
    Sqlite(TempDir),
    Postgres { admin: String, name: String },
}

/// Says loudly what was not tested: what is printed by macro the test runner keeps to itself.
pub fn say_skipped(why: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}

/// Where PostgreSQL for tests is; says loudly when there is none.
pub fn postgres_url() -> Option<String> {
    let url = std::env::var("NIANBAO_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty());
    if url.is_none() {
        say_skipped("NIANBAO_TEST_POSTGRES_URL is not set, nothing was tested on PostgreSQL");
    }
    url
}

/// One text, or none.
#[derive(QueryableByName)]
struct Value {
    #[diesel(sql_type = Nullable<Text>)]
    value: Option<String>,
}

/// Brings an empty database to the present schema by the program itself.
fn migrate(url: &str) {
    let mut program = Command::new(super::process::PROGRAM);
    program.arg("migrate").env("NIANBAO__DATABASE__URL", url).stdout(Stdio::null()).stderr(Stdio::null());
    assert!(program.status().is_ok_and(|status| status.success()), "{url} is migrated");
}

/// A migrated SQLite file that each test may copy.
static MIGRATED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = TempDir::new().expect("a folder for the database");
    let url = format!("sqlite://{}", file_in(&folder).display());
    migrate(&url);
    std::fs::read(file_in(&folder)).expect("the file")
});

fn file_in(folder: &TempDir) -> PathBuf {
    folder.path().join("test.db")
}

/// The migrated database of this run that PostgreSQL may copy.
///
/// Nothing runs behind the last test, so a run drops what long past runs have left.
static TEMPLATE: LazyLock<String> = LazyLock::new(|| {
    let admin = postgres_url().expect("PostgreSQL for tests");
    let mut connection = PgConnection::establish(&admin).expect("PostgreSQL for tests");
    let left = "SELECT datname AS value FROM pg_database WHERE datname LIKE 'nianbao\\_test\\_%' \
        AND (pg_stat_file('base/' || oid || '/PG_VERSION', true)).modification < now() - interval '3 hours'";
    for left in diesel::sql_query(left).load::<Value>(&mut connection).expect("the databases") {
        drop_database(&mut connection, &left.value.unwrap_or_default());
    }
    let name = format!("nianbao_test_{}_template", std::process::id());
    connection.batch_execute(&format!("CREATE DATABASE {name}")).expect("a database");
    migrate(&address(&admin, &name));
    name
});

fn address(admin: &str, name: &str) -> String {
    let (server, _) = admin.rsplit_once('/').expect("postgres://host/database");
    format!("{server}/{name}")
}

fn drop_database(connection: &mut PgConnection, name: &str) {
    let ended = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    let _ = connection.batch_execute(&ended);
    let _ = connection.batch_execute(&format!("DROP DATABASE IF EXISTS {name}"));
}

impl Database {
    /// One with the present schema and nothing in it.
    pub fn sqlite() -> Database {
        let folder = TempDir::new().expect("a folder for the database");
        std::fs::write(file_in(&folder), MIGRATED.as_slice()).expect("the file");
        Database::Sqlite(folder)
    }

    pub fn empty_sqlite() -> Database {
        Database::Sqlite(TempDir::new().expect("a folder for the database"))
    }

    /// One with the present schema and nothing in it.
    pub fn postgres() -> Option<Database> {
        Database::postgres_from(|| &TEMPLATE)
    }

    pub fn empty_postgres() -> Option<Database> {
        Database::postgres_from(|| "template1")
    }

    fn postgres_from(template: fn() -> &'static str) -> Option<Database> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let admin = postgres_url()?;
        let template = template();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("nianbao_test_{}_{number}", std::process::id());
        let mut connection = PgConnection::establish(&admin).expect("PostgreSQL for tests");
        connection
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}"))
            .expect("a database for the test");
        Some(Database::Postgres { admin, name })
    }

    pub fn url(&self) -> String {
        match self {
            Database::Sqlite(folder) => format!("sqlite://{}", file_in(folder).display()),
            Database::Postgres { admin, name } => address(admin, name),
        }
    }

    /// A connection to the file of an SQLite database.
    fn file(&self) -> SqliteConnection {
        let url = self.url();
        let mut connection =
            SqliteConnection::establish(url.trim_start_matches("sqlite://")).expect("the file");
        connection.batch_execute("PRAGMA busy_timeout = 5000").expect("a setting");
        connection
    }

    /// Runs SQL behind the service's back.
    pub fn execute(&self, sql: &str) {
        let done = match self {
            Database::Sqlite(_) => self.file().batch_execute(sql),
            Database::Postgres { .. } => {
                PgConnection::establish(&self.url()).expect("the database").batch_execute(sql)
            }
        };
        done.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// Keeps every writer waiting until it is dropped.
    pub fn hold_writes(&self) -> Box<dyn Send> {
        match self {
            Database::Sqlite(_) => {
                let mut file = self.file();
                file.batch_execute("BEGIN IMMEDIATE").expect("the file's lock");
                Box::new(file)
            }
            Database::Postgres { .. } => {
                let mut database = PgConnection::establish(&self.url()).expect("the database");
                database.batch_execute("BEGIN; SELECT 1 FROM ledger FOR UPDATE").expect("the row's lock");
                Box::new(database)
            }
        }
    }

    /// The column `value` of the one row that a query gives.
    pub fn text(&self, sql: &str) -> Option<String> {
        let query = diesel::sql_query(sql);
        let found: QueryResult<Value> = match self {
            Database::Sqlite(_) => query.get_result(&mut self.file()),
            Database::Postgres { .. } => {
                query.get_result(&mut PgConnection::establish(&self.url()).expect("the database"))
            }
        };
        found.unwrap_or_else(|error| panic!("{sql}: {error}")).value
    }
}

impl Drop for Database {
    /// Behind the test: PostgreSQL writes all it has to the disk before it drops anything.
    fn drop(&mut self) {
        if let Database::Postgres { admin, name } = self {
            let (admin, name) = (std::mem::take(admin), std::mem::take(name));
            std::thread::spawn(move || {
                PgConnection::establish(&admin).map(|mut connection| drop_database(&mut connection, &name))
            });
        }
    }
}
