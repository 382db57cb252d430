//! Migrations, embedded for both engines.

use super::connection::AnyConnection;
use super::form_cells;
use super::said::LOCK_TIMEOUT;
use super::schema::ledger;
use super::sql::fills::{self, Filled};
use crate::domain::algorithm::Algorithm;
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::thread;
use std::time::Duration;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// How a database's schema stands to this program's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaState {
    Current,
    /// Migrations are waiting, or what they have left is not filled yet.
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
const LOOK: Duration = Duration::from_millis(200);

/// Runs what is waiting, fills what it leaves to be filled, and writes the forms' cells; gives the names of the migrations
/// run.
pub fn run(
    connection: &mut AnyConnection,
    tell: &mut dyn FnMut(Filled),
) -> Result<Vec<String>, MigrateError> {
    if let AnyConnection::Postgres(inner) = connection {
        // Asked again and again: an index that is made beside the writers waits for every statement that was there before,
        // also for one that waits for this.
        let is_ours = || diesel::dsl::sql::<Bool>(&format!("SELECT pg_try_advisory_lock({LOCK})"));
        while !is_ours().get_result::<bool>(inner).map_err(failed)? {
            thread::sleep(LOOK);
        }
    }
    let ran = run_alone(connection, tell);
    if let AnyConnection::Postgres(inner) = connection {
        inner.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})")).map_err(failed)?;
    }
    ran
}

fn run_alone(
    connection: &mut AnyConnection,
    tell: &mut dyn FnMut(Filled),
) -> Result<Vec<String>, MigrateError> {
    let applied = applied(connection).map_err(failed)?;
    let is_waiting = known().map_err(failed)?.iter().any(|version| !applied.contains(version));
    wait_for_file(connection, LONGEST_WAIT)?;
    let ran = match connection {
        AnyConnection::Postgres(inner) => on_postgres(inner),
        AnyConnection::Sqlite(_) if !is_waiting => Ok(Vec::new()),
        AnyConnection::Sqlite(inner) => on_sqlite(inner),
    };
    let written = ran.map_err(failed).and_then(|ran| {
        form_cells::write(connection).map_err(failed)?;
        fills::run(connection, tell).map_err(failed)?;
        Ok(ran)
    });
    wait_for_file(connection, BUSY_TIMEOUT)?;
    written
}

/// Whoever asks for what a step wants to change waits behind the step, and the step behind whoever reads it: so a step
/// waits for less than a writer may notice, and comes again after others had their turn.
const LOCK_WAIT: &str = "250";
const LOCK_REST: Duration = Duration::from_secs(1);
const LOCK_TRIES: usize = 300;

/// A step has the turn of a write: none is under way that holds what the step wants, and wants what the step holds.
const TURN: &str = "DO $$ BEGIN IF to_regclass('ledger') IS NOT NULL THEN LOCK TABLE ledger IN EXCLUSIVE MODE; END IF; END $$";

/// An index that was to be made beside the writers by a program that was ended: it is made anew.
const UNFINISHED: &str = "DO $$ DECLARE unfinished REGCLASS; BEGIN \
    FOR unfinished IN SELECT i.indexrelid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
    WHERE NOT i.indisvalid AND c.relnamespace = CAST(current_schema() AS REGNAMESPACE) \
    AND NOT EXISTS (SELECT 1 FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid) \
    LOOP EXECUTE 'DROP INDEX ' || unfinished; END LOOP; END $$";

fn on_postgres(connection: &mut PgConnection) -> diesel::migration::Result<Vec<String>> {
    let mut ran = Vec::new();
    for step in connection.pending_migrations(POSTGRES)? {
        // Outside of a transaction it keeps nobody from writing, and waits for as long as it must.
        let beside = !step.metadata().run_in_transaction();
        if beside {
            connection.batch_execute(UNFINISHED)?;
        }
        let wait = if beside { "0" } else { LOCK_WAIT };
        connection.batch_execute(&format!("SET lock_timeout = {wait}"))?;
        let mut tries = 1..LOCK_TRIES;
        let mut take = || -> diesel::migration::Result<String> {
            if beside {
                return Ok(connection.run_migration(&*step)?.to_string());
            }
            connection.transaction(|connection| {
                connection.batch_execute(TURN)?;
                Ok(connection.run_migration(&*step)?.to_string())
            })
        };
        let version = loop {
            match take() {
                Err(error) if LOCK_TIMEOUT.is_in(&error.to_string()) && tries.next().is_some() => {
                    thread::sleep(LOCK_REST);
                }
                done => break done?,
            }
        };
        ran.push(version);
    }
    connection.batch_execute("SET lock_timeout = 0")?;
    Ok(ran)
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
    let mut waiting = known.iter().any(|version| !applied.contains(version));
    let ahead = applied.iter().filter(|version| !known.contains(version)).count();
    let newest = known.iter().filter_map(|version| version.parse().ok()).max().unwrap_or(0);
    // Where steps are waiting, the column may be among what they bring.
    let before = if waiting { 0 } else { excludes_before(connection).map_err(failed)? };
    if before > newest {
        return Ok(SchemaState::Excludes(before));
    }
    waiting = waiting || fills::are_left(connection).map_err(failed)?;
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
