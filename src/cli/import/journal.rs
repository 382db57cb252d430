//! What a run that was broken off had come to: a line for each file that is done, kept beside the table that is to be.

use super::rows::Row;
use crate::cli::failure::Failure;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// A file as it was when it was read: another size or time, and it is read again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    bytes: u64,
    modified: u128,
    /// By which rules and with which options.
    judged_by: String,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    stamp: Stamp,
    row: Row,
}

pub struct Journal {
    path: PathBuf,
    judged_by: String,
    known: HashMap<String, Entry>,
    file: File,
}

impl Journal {
    /// Opens the journal of a table; what an earlier run had done is known.
    pub fn open(table: &Path, judged_by: String) -> Result<Journal, Failure> {
        let mut name = table.as_os_str().to_owned();
        name.push(".partial");
        let path = PathBuf::from(name);
        let failed = |error: std::io::Error| Failure::Usage(format!("{}：{error}", path.display()));
        let mut known = HashMap::new();
        if let Ok(file) = File::open(&path) {
            // The last line may have been broken off with the run.
            let lines = BufReader::new(file).lines().map_while(Result::ok);
            for entry in lines.filter_map(|line| serde_json::from_str::<Entry>(&line).ok()) {
                known.insert(entry.row.file.clone(), entry);
            }
        }
        let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
        if !known.is_empty() {
            // Behind a line that was broken off the next begins anew.
            writeln!(file).map_err(failed)?;
        }
        Ok(Journal { judged_by, known, file, path })
    }

    /// What was found about a file that has not changed since.
    pub fn known(&self, path: &Path) -> Option<Row> {
        let entry = self.known.get(&path.display().to_string())?;
        (Some(&entry.stamp) == self.stamp(path).as_ref()).then(|| entry.row.clone())
    }

    /// How many files an earlier run had done.
    pub fn done(&self) -> usize {
        self.known.len()
    }

    pub fn note(&mut self, path: &Path, row: &Row) -> Result<(), Failure> {
        let Some(stamp) = self.stamp(path) else { return Ok(()) };
        let line = serde_json::to_string(&Entry { stamp, row: row.clone() });
        let line = line.map_err(|error| Failure::Usage(error.to_string()))?;
        writeln!(self.file, "{line}")
            .map_err(|error| Failure::Usage(format!("{}：{error}", self.path.display())))
    }

    /// The table is written: nothing is left to go on with.
    pub fn finish(self) {
        let _left_behind = fs::remove_file(&self.path);
    }

    fn stamp(&self, path: &Path) -> Option<Stamp> {
        let about = fs::metadata(path).ok()?;
        let modified = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
        Some(Stamp { bytes: about.len(), modified, judged_by: self.judged_by.clone() })
    }
}
