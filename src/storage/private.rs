//! Files that nobody but the service's own user may read: drafts, digests of tokens and secrets are in them.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;

#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};

/// Makes a folder, and those above it, for its owner alone; what is there stays as it is.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    builder.mode(0o700);
    builder.create(folder)
}

/// Makes an empty file for its owner alone, for a program that would make it for everybody; one that is there, and
/// what SQLite keeps beside it, is closed to others.
pub(super) fn make_file(file: &Path) -> io::Result<()> {
    let mut open = OpenOptions::new();
    open.append(true).create(true);
    #[cfg(unix)]
    open.mode(0o600);
    open.open(file)?;
    for beside in ["", "-wal", "-shm"] {
        close_to_others(Path::new(&format!("{}{beside}", file.display())))?;
    }
    Ok(())
}

#[cfg(unix)]
fn close_to_others(file: &Path) -> io::Result<()> {
    match fs::metadata(file) {
        Ok(found) if found.permissions().mode() & 0o077 != 0 => {
            fs::set_permissions(file, fs::Permissions::from_mode(0o600))
        }
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
fn close_to_others(_file: &Path) -> io::Result<()> {
    Ok(())
}
