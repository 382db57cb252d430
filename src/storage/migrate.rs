//! Migrations, embedded for both engines.

use super::connection::AnyConnection;
use super::form_cells;
use super::schema::ledger;
use crate::domain::algorithm::Algorithm;
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// How a database's schema stands to this program's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaState {
    Current,
    /// Migrations are waiting.
    Behind,
    /// More than one step ahead of this program; one step is only an expansion, which it can live with.
    Ahead,
    /// A step took away what programs need that do not know this one.
    Excludes(i32),
}

#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error("a migration failed: {0}")]
    Failed(String),
    #[error(
        "the database's schema is not current: run `nianbao migrate` first, or set NIANBAO__DATABASE__MIGRATE=true"
    )]
    Behind,
    #[error("the database's schema is newer than this program by more than one step: run a newer nianbao")]
    Ahead,
    #[error(
        "the database's schema has no room any more for programs that do not know step {0:04}: run a newer nianbao"
    )]
    Excluded(i32),
}

fn failed(error: impl std::fmt::Display) -> MigrateError {
    MigrateError::Failed(error.to_string())
}

/// The number several `migrate` at once agree on: one works, the others wait and then find nothing to do.
const LOCK: i64 = 0x6e_6961_6e62_616f;

/// Runs what is waiting and writes the forms' cells; gives the names of the migrations run.
pub fn run(connection: &mut AnyConnection) -> Result<Vec<String>, MigrateError> {
    if let AnyConnection::Postgres(inner) = connection {
        let wait = format!("SET lock_timeout = 0; SELECT pg_advisory_lock({LOCK}); SET lock_timeout = 2000");
        inner.batch_execute(&wait).map_err(failed)?;
    }
    let ran = run_alone(connection);
    if let AnyConnection::Postgres(inner) = connection {
        inner.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})")).map_err(failed)?;
    }
    ran
}

fn run_alone(connection: &mut AnyConnection) -> Result<Vec<String>, MigrateError> {
    let applied = applied(connection).map_err(failed)?;
    let is_waiting = known().map_err(failed)?.iter().any(|version| !applied.contains(version));
    if is_waiting {
        wait_for_file(connection, LONGEST_WAIT)?;
    }
    let ran = match connection {
        AnyConnection::Postgres(inner) => {
            inner.run_pending_migrations(POSTGRES).map(|ran| ran.iter().map(ToString::to_string).collect())
        }
        AnyConnection::Sqlite(_) if !is_waiting => Ok(Vec::new()),
        AnyConnection::Sqlite(inner) => on_sqlite(inner),
    };
    let written = ran.map_err(failed).and_then(|ran| {
        form_cells::write(connection).map_err(failed)?;
        Ok(ran)
    });
    wait_for_file(connection, BUSY_TIMEOUT)?;
    written
}

/// How long one program waits for another that migrates the same file, in milliseconds; and for a write, as at any time.
const LONGEST_WAIT: u32 = 3_600_000;
const BUSY_TIMEOUT: u32 = 5_000;

/// A file is held from before it is asked what is waiting: all of it happens, or nothing, and whoever comes second
/// finds nothing to do.
fn on_sqlite(connection: &mut SqliteConnection) -> diesel::migration::Result<Vec<String>> {
    connection.immediate_transaction(|connection| {
        let ran = connection.run_pending_migrations(SQLITE)?;
        Ok(ran.iter().map(ToString::to_string).collect())
    })
}

fn wait_for_file(connection: &mut AnyConnection, milliseconds: u32) -> Result<(), MigrateError> {
    let AnyConnection::Sqlite(inner) = connection else { return Ok(()) };
    inner.batch_execute(&format!("PRAGMA busy_timeout = {milliseconds}")).map_err(failed)
}

/// Lets a database that has no entry yet make its digests by this algorithm; one that has keeps its own.
pub fn begin_with(connection: &mut AnyConnection, algorithm: Algorithm) -> Result<(), MigrateError> {
    let new = ledger::audit_seq.eq(0).and(ledger::digest.ne(algorithm));
    diesel::update(ledger::table.filter(new))
        .set(ledger::digest.eq(algorithm))
        .execute(connection)
        .map(|_| ())
        .map_err(failed)
}

/// Takes every migration back, newest first.
pub fn revert_all(connection: &mut AnyConnection) -> Result<(), MigrateError> {
    match connection {
        AnyConnection::Postgres(inner) => inner.revert_all_migrations(POSTGRES),
        AnyConnection::Sqlite(inner) => inner.revert_all_migrations(SQLITE),
    }
    .map(|_| ())
    .map_err(failed)
}

pub fn state(connection: &mut AnyConnection) -> Result<SchemaState, MigrateError> {
    let applied = applied(connection).map_err(failed)?;
    let known = known().map_err(failed)?;
    let waiting = known.iter().any(|version| !applied.contains(version));
    let ahead = applied.iter().filter(|version| !known.contains(version)).count();
    let newest = known.iter().filter_map(|version| version.parse().ok()).max().unwrap_or(0);
    // Where steps are waiting, the column may be among what they bring.
    let before = if waiting { 0 } else { excludes_before(connection).map_err(failed)? };
    if before > newest {
        return Ok(SchemaState::Excludes(before));
    }
    Ok(match (waiting, ahead) {
        (true, _) => SchemaState::Behind,
        // Expand, then contract: the next version only adds, so that old and new run side by side.
        (false, 0 | 1) => SchemaState::Current,
        (false, _) => SchemaState::Ahead,
    })
}

/// Which step programs must know at least.
fn excludes_before(connection: &mut AnyConnection) -> QueryResult<i32> {
    ledger::table.select(ledger::excludes_before).first(connection)
}

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}

/// The migrations a database has had; none where it has not even their table.
///
/// diesel's own question would make the table first: whoever only serves may not make any.
fn applied(connection: &mut AnyConnection) -> QueryResult<Vec<String>> {
    let there: i64 = match connection {
        AnyConnection::Postgres(inner) => diesel::dsl::sql::<BigInt>(
            "SELECT count(*) FROM information_schema.tables WHERE table_name = '__diesel_schema_migrations' \
             AND table_schema = current_schema()",
        )
        .get_result(inner)?,
        AnyConnection::Sqlite(inner) => diesel::dsl::sql::<BigInt>(
            "SELECT count(*) FROM sqlite_master WHERE name = '__diesel_schema_migrations'",
        )
        .get_result(inner)?,
    };
    if there == 0 {
        return Ok(Vec::new());
    }
    let rows: Vec<Applied> = on_each!(connection, |c| {
        diesel::sql_query("SELECT version FROM __diesel_schema_migrations").load(c)
    })?;
    Ok(rows.into_iter().map(|row| row.version).collect())
}

/// The versions of the migrations of this program, the same for both engines.
fn known() -> diesel::migration::Result<Vec<String>> {
    let embedded: Vec<Box<dyn Migration<diesel::sqlite::Sqlite>>> = SQLITE.migrations()?;
    Ok(embedded.iter().map(|migration| migration.name().version().to_string()).collect())
}

/// The newest step of this program's schema.
pub fn newest() -> String {
    known().ok().and_then(|known| known.into_iter().max()).unwrap_or_default()
}

pub fn require_current(connection: &mut AnyConnection) -> Result<(), MigrateError> {
    match state(connection)? {
        SchemaState::Current => Ok(()),
        SchemaState::Behind => Err(MigrateError::Behind),
        SchemaState::Ahead => Err(MigrateError::Ahead),
        SchemaState::Excludes(before) => Err(MigrateError::Excluded(before)),
    }
}
