//! A database of its own for each test, gone with it.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
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

impl Database {
    pub fn sqlite() -> Database {
        Database::Sqlite(TempDir::new().expect("a folder for the database"))
    }

    pub fn postgres() -> Option<Database> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let admin = postgres_url()?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("nianbao_test_{}_{number}", std::process::id());
        let mut connection = PgConnection::establish(&admin).expect("PostgreSQL for tests");
        connection.batch_execute(&format!("CREATE DATABASE {name}")).expect("a database for the test");
        Some(Database::Postgres { admin, name })
    }

    pub fn url(&self) -> String {
        match self {
            Database::Sqlite(folder) => format!("sqlite://{}", folder.path().join("test.db").display()),
            Database::Postgres { admin, name } => {
                let (server, _) = admin.rsplit_once('/').expect("postgres://host/database");
                format!("{server}/{name}")
            }
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
    fn drop(&mut self) {
        if let Database::Postgres { admin, name } = self
            && let Ok(mut connection) = PgConnection::establish(admin)
        {
            let ended =
                format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
            let _ = connection.batch_execute(&ended);
            let _ = connection.batch_execute(&format!("DROP DATABASE IF EXISTS {name}"));
        }
    }
}
