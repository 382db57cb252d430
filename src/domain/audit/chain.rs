//! The hash chain: each entry's hash covers every column of it and the hash before.

use super::Origin;
use crate::domain::algorithm::Algorithm;

/// The version of the entries that are written now. Those of version 1 know neither their origin nor what they wrote.
pub const ENTRY_VERSION: i32 = 2;

/// One audit entry as it is chained. Every column takes part in the hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Which columns there were when it was written.
    pub version: i32,
    /// Gap-free number, from 1.
    pub seq: i64,
    /// RFC 3339 UTC with microseconds.
    pub at: String,
    pub person_id: Option<String>,
    pub person_name: Option<String>,
    /// What was done, `report.transition`.
    pub action: String,
    pub agency_id: Option<String>,
    pub report_id: Option<String>,
    /// What exactly, as canonical JSON.
    pub detail: String,
    pub request_id: String,
    pub origin: Origin,
    /// What was written of rows that the chain answers for, as canonical JSON.
    pub sealed: Option<String>,
}

/// The hash before the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl AuditEntry {
    /// Hash of this entry over the hash before it.
    pub fn hash(&self, previous: &str, algorithm: Algorithm) -> String {
        let mut hash = algorithm.hasher();
        if self.version > 1 {
            // Entries of version 1 begin with the byte 1 of a text that is there.
            hash.update(self.version.to_be_bytes());
        }
        let seq = self.seq.to_string();
        let origin = &self.origin;
        let columns = [
            Some(previous),
            Some(seq.as_str()),
            Some(self.at.as_str()),
            self.person_id.as_deref(),
            self.person_name.as_deref(),
            Some(self.action.as_str()),
            self.agency_id.as_deref(),
            self.report_id.as_deref(),
            Some(self.detail.as_str()),
            Some(self.request_id.as_str()),
        ];
        columns.into_iter().for_each(|text| hash.part(text));
        if self.version > 1 {
            let since = [
                origin.way.as_deref(),
                origin.token_id.as_deref(),
                origin.client.as_deref(),
                origin.operator_user.as_deref(),
                origin.operator_host.as_deref(),
                self.sealed.as_deref(),
            ];
            since.into_iter().for_each(|text| hash.part(text));
        }
        algorithm.named_if_new(hash.finish())
    }
}

/// What is wrong with the first entry that does not fit the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// A number is missing or stands twice.
    Gap,
    /// The hash before is not the hash of the entry before.
    Link,
    /// The entry is not what was hashed.
    Content,
    /// It is of an older version than the one before, which no program writes.
    Version,
}

/// The chain as far as it has been walked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// The last entry's number; none: 0.
    pub seq: i64,
    /// The last entry's digest.
    pub head: String,
    /// The version of the last entry.
    pub version: i32,
}

impl Default for Chain {
    fn default() -> Chain {
        Chain { seq: 0, head: GENESIS.to_owned(), version: 1 }
    }
}

impl Chain {
    /// Takes the next entry with the hashes that stand beside it.
    pub fn take(&mut self, entry: &AuditEntry, previous: &str, hash: &str) -> Result<(), Break> {
        if entry.seq != self.seq + 1 {
            return Err(Break::Gap);
        }
        if previous != self.head {
            return Err(Break::Link);
        }
        let algorithm = Algorithm::of(hash);
        // A chain keeps the algorithm it began with.
        if self.seq > 0 && algorithm != Algorithm::of(&self.head) {
            return Err(Break::Link);
        }
        if entry.hash(&self.head, algorithm) != hash {
            return Err(Break::Content);
        }
        if entry.version < self.version {
            return Err(Break::Version);
        }
        self.seq = entry.seq;
        self.head = hash.to_owned();
        self.version = entry.version;
        Ok(())
    }
}
