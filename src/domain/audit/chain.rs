//! The hash chain: each entry's hash covers every column of it and the hash before.

use serde::Deserialize;
use sha2::{Digest, Sha256};

/// One audit entry as it is chained. Every column takes part in the hash.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AuditEntry {
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
}

/// The hash before the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl AuditEntry {
    /// Hash of this entry over the hash before it, in lower-case hexadecimal.
    pub fn hash(&self, previous: &str) -> String {
        let mut hash = Sha256::new();
        let mut part = |text: Option<&str>| match text {
            Some(text) => {
                hash.update([1]);
                hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
                hash.update(text.as_bytes());
            }
            None => hash.update([0]),
        };
        part(Some(previous));
        part(Some(&self.seq.to_string()));
        part(Some(&self.at));
        part(self.person_id.as_deref());
        part(self.person_name.as_deref());
        part(Some(&self.action));
        part(self.agency_id.as_deref());
        part(self.report_id.as_deref());
        part(Some(&self.detail));
        part(Some(&self.request_id));
        hex::encode(hash.finalize())
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
}

/// The chain as far as it has been walked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    pub seq: i64,
    pub head: String,
}

impl Default for Chain {
    fn default() -> Chain {
        Chain { seq: 0, head: GENESIS.to_owned() }
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
        if entry.hash(&self.head) != hash {
            return Err(Break::Content);
        }
        self.seq = entry.seq;
        self.head = hash.to_owned();
        Ok(())
    }
}
