//! Migrations, embedded for both engines.

use super::connection::AnyConnection;
use super::form_cells;
use diesel::connection::SimpleConnection;
use diesel::migration::{MigrationSource, MigrationVersion};
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
    let ran = match connection {
        AnyConnection::Postgres(inner) => {
            inner.run_pending_migrations(POSTGRES).map(|ran| ran.iter().map(ToString::to_string).collect())
        }
        AnyConnection::Sqlite(inner) => {
            inner.run_pending_migrations(SQLITE).map(|ran| ran.iter().map(ToString::to_string).collect())
        }
    }
    .map_err(failed)?;
    form_cells::write(connection).map_err(failed)?;
    Ok(ran)
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
    let waiting = match connection {
        AnyConnection::Postgres(inner) => inner.has_pending_migration(POSTGRES),
        AnyConnection::Sqlite(inner) => inner.has_pending_migration(SQLITE),
    }
    .map_err(failed)?;
    let ahead = steps_ahead(connection).map_err(failed)?;
    Ok(match (waiting, ahead) {
        (true, _) => SchemaState::Behind,
        // Expand, then contract: the next version only adds, so that old and new run side by side.
        (false, 0 | 1) => SchemaState::Current,
        (false, _) => SchemaState::Ahead,
    })
}

/// Migrations the database has had that this program does not know.
fn steps_ahead(connection: &mut AnyConnection) -> diesel::migration::Result<usize> {
    fn unknown<DB: diesel::backend::Backend>(
        applied: &[MigrationVersion<'static>],
        embedded: EmbeddedMigrations,
    ) -> diesel::migration::Result<usize>
    where
        EmbeddedMigrations: MigrationSource<DB>,
    {
        let known: Vec<String> =
            embedded.migrations()?.iter().map(|migration| migration.name().version().to_string()).collect();
        Ok(applied.iter().filter(|version| !known.contains(&version.to_string())).count())
    }
    match connection {
        AnyConnection::Postgres(inner) => unknown::<diesel::pg::Pg>(&inner.applied_migrations()?, POSTGRES),
        AnyConnection::Sqlite(inner) => {
            unknown::<diesel::sqlite::Sqlite>(&inner.applied_migrations()?, SQLITE)
        }
    }
}

pub fn require_current(connection: &mut AnyConnection) -> Result<(), MigrateError> {
    match state(connection)? {
        SchemaState::Current => Ok(()),
        SchemaState::Behind => Err(MigrateError::Behind),
        SchemaState::Ahead => Err(MigrateError::Ahead),
    }
}
