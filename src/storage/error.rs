//! What can go wrong below the operations.

use super::connection::DatabaseUrl;
use super::deadline::Overdue;
use super::migrate::MigrateError;
use super::said::{DISK_FULL, PASSING, STATEMENT_TIMEOUT};
use diesel::result::{DatabaseErrorKind, Error};

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("cannot open the database {url:?}: {cause}")]
    Connect { url: DatabaseUrl, cause: diesel::ConnectionError },
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// A copy that was put up elsewhere: its log would go on under the name of the old one.
    #[error("the database was last written on another cluster")]
    OtherCluster,
    #[error("cannot start the writer thread: {0}")]
    Thread(#[from] std::io::Error),
    #[error("cannot make the folder of the database: {0}")]
    Folder(std::io::Error),
}

/// A failure of the database or of what it holds; never a matter of what the caller asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// A statement failed.
    #[error("database: {0}")]
    Database(#[from] Error),
    /// No connection could be made.
    #[error("no connection: {0}")]
    Connect(#[from] diesel::ConnectionError),
    /// A stored value that its type does not know.
    #[error("stored {what} “{value}” is not known")]
    Malformed {
        /// Of which kind.
        what: &'static str,
        /// What is stored.
        value: String,
    },
    /// All readers were busy for as long as a caller may wait.
    #[error("all readers are busy")]
    Busy,
    /// It does not answer, on any connection.
    #[error("the database does not answer")]
    Silent,
    /// A standby has not come as far as it must.
    #[error("the standby is behind")]
    Behind,
    /// The task that was to answer is no more.
    #[error("a task of the service ended before its answer")]
    Ended,
    /// A command was refused in the lane of which nothing could be any more.
    #[error("a command that was sure was refused")]
    Unsure,
    /// An operation panicked; nothing of it was written.
    #[error("a panic inside an operation")]
    Panicked,
}

/// What comes of asking the database, unless it fails.
pub type Stored<T> = Result<T, StorageError>;

impl OpenError {
    /// Whether there was no room to write.
    pub fn is_disk_full(&self) -> bool {
        match self {
            OpenError::Migrate(MigrateError::Failed(said)) => DISK_FULL.is_in(said),
            OpenError::Folder(error) => error.kind() == std::io::ErrorKind::StorageFull,
            _ => false,
        }
    }
}

impl StorageError {
    /// Whether there was no room to write, in a table or in what a query needs besides.
    pub fn is_disk_full(&self) -> bool {
        matches!(self, StorageError::Database(error) if DISK_FULL.by(error))
    }

    /// Whether a read was ended because it took too long: by us between two steps, by PostgreSQL within one.
    pub fn is_overdue(&self) -> bool {
        match self {
            StorageError::Database(Error::QueryBuilderError(cause)) => cause.is::<Overdue>(),
            StorageError::Database(error) => STATEMENT_TIMEOUT.by(error),
            _ => false,
        }
    }

    /// Whether the connection it happened on can no longer be trusted.
    pub fn spoils_connection(&self) -> bool {
        !matches!(self, StorageError::Malformed { .. } | StorageError::Behind)
    }

    /// Whether the connection was lost under a query.
    pub fn is_cut_off(&self) -> bool {
        matches!(
            self,
            StorageError::Database(
                Error::DatabaseError(
                    DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                    _
                ) | Error::BrokenTransactionManager
            )
        )
    }

    /// Whether the database went away or cut the query short: asked again, it may well answer.
    pub fn is_passing(&self) -> bool {
        match self {
            StorageError::Busy | StorageError::Silent | StorageError::Behind | StorageError::Connect(_) => {
                true
            }
            StorageError::Database(error) if PASSING.by(error) => true,
            cut_off => cut_off.is_cut_off(),
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
pub fn stored<T: std::str::FromStr>(what: &'static str, value: &str) -> Stored<T> {
    value.parse().map_err(|_| StorageError::Malformed { what, value: value.to_owned() })
}
