//! Everything held against the chain: each row that it sealed, the content behind each digest, and what readers are
//! shown of either.

mod content;
mod rows;
mod shown;

use super::verify::{Verdict, walk};
use crate::domain::audit::Replay;
use crate::operations::reports::renditions::Renderer;
use crate::operations::{Answer, Refusal};
use crate::storage::{AnyConnection, StorageError};
use std::collections::BTreeMap;

/// Something that does not stand as the chain says, or that no entry accounts for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forgery {
    pub table: &'static str,
    /// The parts of the row's key, parted by `/`.
    pub key: String,
    /// `None`: the whole row.
    pub column: Option<String>,
    pub expected: Expected,
    /// `None`: there is no such row.
    pub found: Option<String>,
    /// The entry that says otherwise.
    pub seq: Option<i64>,
}

/// What should stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    Value(String),
    /// The entry keeps a digest of it.
    AsSealed,
    /// It is made of what else is stored.
    AsMade,
    /// No such row.
    Nothing,
    /// What stood there before: no act changes it.
    Unchanged,
}

/// Findings that are told one by one.
const MOST: usize = 1_000;

/// What was found of everything.
#[derive(Debug, Default)]
pub struct Findings {
    pub forgeries: Vec<Forgery>,
    /// Those beyond the first thousand.
    pub more: u64,
    /// Rows that only entries of version 1 speak of, by table.
    pub not_covered: BTreeMap<&'static str, u64>,
    /// Rows that were looked at, by table.
    pub looked_at: BTreeMap<&'static str, u64>,
}

impl Findings {
    fn forged(&mut self, forgery: Forgery) {
        if self.forgeries.len() < MOST {
            self.forgeries.push(forgery);
        } else {
            self.more += 1;
        }
    }

    fn looked(&mut self, table: &'static str, rows: usize) {
        *self.looked_at.entry(table).or_default() += u64::try_from(rows).unwrap_or(u64::MAX);
    }

    /// What is made anew of stored rows and stands there otherwise.
    fn made_otherwise(&mut self, table: &'static str, key: String, column: &str, found: Option<String>) {
        self.forged(Forgery {
            table,
            key,
            column: Some(column.to_owned()),
            expected: Expected::AsMade,
            found,
            seq: None,
        });
    }

    pub fn is_clean(&self) -> bool {
        self.forgeries.is_empty()
    }
}

/// Walks the chain and holds everything against it, in one snapshot. Where the chain itself is broken nothing is
/// held against it.
pub fn verify_everything(
    connection: &mut AnyConnection,
    renderer: Renderer,
    expected: Option<(i64, &str)>,
) -> Answer<(Verdict, Findings)> {
    let mut replay = Replay::default();
    let verdict = walk(connection, expected, |line| replay.take(line))?;
    let mut findings = Findings::default();
    if verdict.broken.is_some() {
        return Ok((verdict, findings));
    }
    rows::check(connection, &mut replay, &mut findings)?;
    content::check(connection, &replay, &mut findings)?;
    shown::check(connection, renderer, &mut findings)?;
    Ok((verdict, findings))
}

/// Whether a value that is stored is none of its type: where that is so the row has been told of already.
fn is_malformed(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Storage(error) if is_unreadable(error))
}

fn is_unreadable(error: &StorageError) -> bool {
    use crate::storage::DatabaseError;
    matches!(
        error,
        StorageError::Malformed { .. } | StorageError::Database(DatabaseError::DeserializationError(_))
    )
}
