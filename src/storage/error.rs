//! What can go wrong below the operations.

use super::connection::DatabaseUrl;
use super::deadline::Overdue;
use super::migrate::MigrateError;
use diesel::result::{DatabaseErrorKind, Error};

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("cannot open the database {url:?}: {cause}")]
    Connect { url: DatabaseUrl, cause: diesel::ConnectionError },
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    #[error("cannot start the writer thread: {0}")]
    Thread(#[from] std::io::Error),
    #[error("cannot make the folder of the database: {0}")]
    Folder(std::io::Error),
}

/// A failure of the database or of what it holds; never a matter of what the caller asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error("database: {0}")]
    Database(#[from] Error),
    #[error("no connection: {0}")]
    Connect(#[from] diesel::ConnectionError),
    /// A stored value that its type does not know.
    #[error("stored {what} “{value}” is not known")]
    Malformed { what: &'static str, value: String },
    /// All readers were busy for as long as a caller may wait.
    #[error("all readers are busy")]
    Busy,
    #[error("a task of the service ended before its answer")]
    Ended,
}

impl StorageError {
    /// Whether a read was ended because it took too long: by us between two steps, by PostgreSQL within one.
    pub fn is_overdue(&self) -> bool {
        match self {
            StorageError::Database(Error::QueryBuilderError(cause)) => cause.is::<Overdue>(),
            StorageError::Database(Error::DatabaseError(_, told)) => {
                ["statement timeout", "语句执行超时"].iter().any(|sign| told.message().contains(sign))
            }
            _ => false,
        }
    }

    /// Whether the connection it happened on can no longer be trusted.
    pub fn spoils_connection(&self) -> bool {
        !matches!(self, StorageError::Malformed { .. })
    }

    /// Whether the database went away or cut the query short: asked again, it may well answer.
    pub fn is_passing(&self) -> bool {
        const SAID: [&str; 6] = [
            "terminating connection",
            "server closed the connection",
            "no connection to the server",
            "could not receive data",
            "canceling statement",
            "the database system is",
        ];
        match self {
            StorageError::Busy | StorageError::Connect(_) => true,
            StorageError::Database(Error::BrokenTransactionManager) => true,
            StorageError::Database(Error::DatabaseError(kind, said)) => {
                matches!(kind, DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand)
                    || SAID.iter().any(|known| said.message().contains(known))
            }
            _ => false,
        }
    }
}

/// Whether the database refused a row for what is in it: the transaction lives on after a rollback to
/// the savepoint. Anything else may have thrown the whole transaction away.
pub fn is_constraint(error: &Error) -> bool {
    matches!(
        error,
        Error::DatabaseError(
            DatabaseErrorKind::UniqueViolation
                | DatabaseErrorKind::ForeignKeyViolation
                | DatabaseErrorKind::CheckViolation
                | DatabaseErrorKind::NotNullViolation,
            _
        )
    )
}

/// Whether an insert met a row that is already there.
pub fn is_unique_violation(error: &Error) -> bool {
    matches!(error, Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _))
}

/// Reads a stored name back into its type.
pub fn stored<T: std::str::FromStr>(what: &'static str, value: &str) -> Result<T, StorageError> {
    value.parse().map_err(|_| StorageError::Malformed { what, value: value.to_owned() })
}
