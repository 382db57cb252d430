//! A database of its own for each test, gone with it.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
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
