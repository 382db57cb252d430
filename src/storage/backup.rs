//! A copy of a running embedded database, whole as of one moment; and what makes a restored one another.

use super::connection::{AnyConnection, ConnectOptions, DatabaseUrl, Purpose};
use super::schema::ledger;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use std::fs::File;
use std::path::Path;

#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{0} is there already")]
    Exists(String),
    #[error("a copy is made of an SQLite database only")]
    NotEmbedded,
    #[error("cannot open the database: {0}")]
    Connect(#[from] diesel::ConnectionError),
    #[error("cannot copy: {0}")]
    Copy(#[from] diesel::result::Error),
    #[error("cannot write the file: {0}")]
    File(#[from] std::io::Error),
}

/// Copies the database into a new file while others go on writing; the copy is on the disk when this returns.
pub fn copy(url: &DatabaseUrl, options: &ConnectOptions, to: &Path) -> Result<(), BackupError> {
    if to.exists() {
        return Err(BackupError::Exists(to.display().to_string()));
    }
    let DatabaseUrl::Sqlite(_) = url else { return Err(BackupError::NotEmbedded) };
    let part = part_of(to);
    if part.exists() {
        std::fs::remove_file(&part)?;
    }
    let mut connection = url.connect(Purpose::Write, options)?;
    // One read transaction from beginning to end: what is written meanwhile is not in it.
    connection.batch_execute(&format!("VACUUM INTO '{}'", part.to_string_lossy().replace('\'', "''")))?;
    File::open(&part)?.sync_all()?;
    std::fs::rename(&part, to)?;
    sync_folder(to)
}

/// Puts a copy where the database is to be; never over one that is there.
pub fn put_back(from: &Path, to: &Path) -> Result<(), BackupError> {
    if to.exists() {
        return Err(BackupError::Exists(to.display().to_string()));
    }
    if let Some(folder) = to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    // What an older database of this name has left would be taken for this one's.
    for left in ["-wal", "-shm"] {
        let left = format!("{}{left}", to.display());
        if Path::new(&left).exists() {
            return Err(BackupError::Exists(left));
        }
    }
    let part = part_of(to);
    std::fs::copy(from, &part)?;
    File::open(&part)?.sync_all()?;
    std::fs::rename(&part, to)?;
    sync_folder(to)
}

/// Where a copy grows until it is whole.
fn part_of(file: &Path) -> std::path::PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

/// The name of a new file is on the disk only when its folder is.
fn sync_folder(file: &Path) -> Result<(), BackupError> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(File::open(folder)?.sync_all()?)
}

/// Gives the change log another name: numbers given out after the copy was made are no longer its own.
pub fn set_epoch(connection: &mut AnyConnection, epoch: &str) -> QueryResult<()> {
    on_each!(connection, |c| diesel::update(ledger::table).set(ledger::epoch.eq(epoch)).execute(c))
        .map(|_| ())
}
