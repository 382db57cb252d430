//! Migrations, embedded for both engines.

use super::connection::AnyConnection;
use super::form_cells;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// How a database's schema stands to this program's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaState {
    Current,
    /// Migrations are waiting.
    Behind,
}

#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error("a migration failed: {0}")]
    Failed(String),
    #[error(
        "the database's schema is not current: run `nianbao migrate` first, or set NIANBAO__DATABASE__MIGRATE=true"
    )]
    Behind,
}

fn failed(error: impl std::fmt::Display) -> MigrateError {
    MigrateError::Failed(error.to_string())
}

/// Runs what is waiting and writes the forms' cells; gives the names of the migrations run.
pub fn run(connection: &mut AnyConnection) -> Result<Vec<String>, MigrateError> {
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
    Ok(if waiting { SchemaState::Behind } else { SchemaState::Current })
}

pub fn require_current(connection: &mut AnyConnection) -> Result<(), MigrateError> {
    match state(connection)? {
        SchemaState::Current => Ok(()),
        SchemaState::Behind => Err(MigrateError::Behind),
    }
}
