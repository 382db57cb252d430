//! Heads handed to a witness, and what a witness has held against what is here.

use crate::domain::audit::SignedHead;
use crate::operations::Answer;
use crate::storage::audit::{self, LedgerState};
use crate::storage::{AnyConnection, positions};
use chrono::Duration;

/// How the witness is called among those who follow the audit, and its lease.
const WITNESS: &str = "witness";

/// The end of the chain, and the last entry that was handed to the witness.
pub fn unwitnessed(connection: &mut AnyConnection) -> Answer<(LedgerState, i64)> {
    Ok((audit::ledger(connection)?, positions::of(connection, WITNESS)?))
}

/// Whether this instance is the one that signs now.
pub fn hold_witness_lease(connection: &mut AnyConnection, holder: &str, length: Duration) -> Answer<bool> {
    Ok(positions::hold(connection, WITNESS, holder, length)?)
}

pub fn release_witness_lease(connection: &mut AnyConnection, holder: &str) -> Answer<()> {
    Ok(positions::release(connection, WITNESS, holder)?)
}

/// Remembers up to which entry the witness has been told.
pub fn note_witnessed(connection: &mut AnyConnection, seq: i64) -> Answer<()> {
    Ok(positions::set(connection, WITNESS, seq)?)
}

/// What is wrong with a head that a witness holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeadFault {
    /// The key in whose name it stands has not signed it, or it is another key.
    Unsigned,
    /// The chain does not reach so far.
    Beyond,
    /// Another entry stands there, with this hash.
    Another(String),
}

/// Where a chain that is here began another life: after a restore, or after a fork.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    pub seq: i64,
    pub action: String,
}

/// What a witness's heads say of the chain.
#[derive(Debug, Clone, Default)]
pub struct Testimony {
    /// By the place of the head among those that were given.
    pub faults: Vec<(usize, HeadFault)>,
    pub turns: Vec<Turn>,
    /// Up to which entry the chain reaches.
    pub last: i64,
}

/// Holds heads against the chain; `public` is the key that must have signed them.
pub fn hear(connection: &mut AnyConnection, heads: &[SignedHead], public: &str) -> Answer<Testimony> {
    let last = audit::ledger(connection)?.audit_seq;
    let mut heard = Testimony { last, ..Testimony::default() };
    for (at, head) in heads.iter().enumerate() {
        let fault = if !head.is_signed_by(public) {
            Some(HeadFault::Unsigned)
        } else {
            match audit::hash_of(connection, head.seq)? {
                Some(hash) if hash == head.hash => None,
                Some(hash) => Some(HeadFault::Another(hash)),
                None => Some(HeadFault::Beyond),
            }
        };
        heard.faults.extend(fault.map(|fault| (at, fault)));
    }
    let turns = audit::turns(connection)?;
    heard.turns = turns.into_iter().map(|(seq, action)| Turn { seq, action }).collect();
    Ok(heard)
}
