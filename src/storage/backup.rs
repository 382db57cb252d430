//! A copy of a running embedded database, whole as of one moment; and what makes a restored one another.

use super::connection::{AnyConnection, ConnectOptions, DatabaseUrl, Purpose};
use super::private;
use super::schema::ledger;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::fs::File;
use std::path::{Path, PathBuf};

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
    #[error("the file is damaged: {0}")]
    Damaged(String),
    #[error("the file is no database of nianbao")]
    Foreign,
    #[error("cannot write the file: {0}")]
    File(#[from] std::io::Error),
}

/// A copy beside where it is to be, until it has been found whole; gone when it is dropped before.
pub struct Staged {
    part: PathBuf,
    to: PathBuf,
}

impl Staged {
    /// Where it stands, to be opened and looked through.
    pub fn url(&self) -> DatabaseUrl {
        DatabaseUrl::Sqlite(self.part.clone())
    }

    /// Puts it where it is to be; it is on the disk when this returns.
    pub fn settle(self) -> Result<(), BackupError> {
        File::open(&self.part)?.sync_all()?;
        std::fs::rename(&self.part, &self.to)?;
        sync_folder(&self.to)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm"] {
            let _not_there = std::fs::remove_file(beside(&self.part, suffix));
        }
    }
}

/// Copies the database beside a new file while others go on writing.
pub fn copy(url: &DatabaseUrl, options: &ConnectOptions, to: &Path) -> Result<Staged, BackupError> {
    let DatabaseUrl::Sqlite(_) = url else { return Err(BackupError::NotEmbedded) };
    let staged = stage(to)?;
    let mut connection = url.connect(Purpose::Write, options)?;
    // An empty file is written over, and keeps who may read it.
    private::make_file(&staged.part)?;
    let part = staged.part.to_string_lossy().replace('\'', "''");
    // One read transaction from beginning to end: what is written meanwhile is not in it.
    connection.batch_execute(&format!("VACUUM INTO '{part}'"))?;
    require_sound(&staged, options)?;
    Ok(staged)
}

/// Puts a copy beside where the database is to be; never over one that is there.
pub fn put_back(from: &Path, options: &ConnectOptions, to: &Path) -> Result<Staged, BackupError> {
    if let Some(folder) = to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        private::make_folder(folder)?;
    }
    // What an older database of this name has left would be taken for this one's.
    for left in ["-wal", "-shm"].map(|suffix| beside(to, suffix)) {
        if left.exists() {
            return Err(BackupError::Exists(left.display().to_string()));
        }
    }
    let staged = stage(to)?;
    std::fs::copy(from, &staged.part)?;
    private::make_file(&staged.part)?;
    require_sound(&staged, options)?;
    Ok(staged)
}

fn stage(to: &Path) -> Result<Staged, BackupError> {
    if to.exists() {
        return Err(BackupError::Exists(to.display().to_string()));
    }
    let part = beside(to, ".part");
    if part.exists() {
        std::fs::remove_file(&part)?;
    }
    Ok(Staged { part, to: to.to_owned() })
}

/// One line of what the engine says of its file.
#[derive(QueryableByName)]
struct Said {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

/// Every page and index is what it should be, and the file is one of ours: an empty one would be taken for new.
fn require_sound(staged: &Staged, options: &ConnectOptions) -> Result<(), BackupError> {
    let mut connection = staged.url().connect(Purpose::Read, options)?;
    let foreign = |error| {
        tracing::debug!(%error, "the file is not read as a database");
        BackupError::Foreign
    };
    let said: Vec<Said> =
        diesel::sql_query("PRAGMA integrity_check(3)").load(&mut connection).map_err(foreign)?;
    if let Some(fault) = said.into_iter().map(|row| row.integrity_check).find(|said| said != "ok") {
        return Err(BackupError::Damaged(fault));
    }
    ledger::table.select(ledger::epoch).first::<String>(&mut connection).map_err(foreign)?;
    Ok(())
}

/// The file of the same name and more.
fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
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
