//! The lane: how everything is written, on both engines.
//!
//! A database has one row `ledger`; a write batch begins by holding it. One writer thread per instance
//! takes waiting jobs, runs each in a savepoint, writes the batch's audit, change and idempotency rows
//! itself, commits once, and only then answers. So: commit order = number order, no gap, one unbroken
//! hash chain, on several instances too. Nothing of the ledger lives in memory.
//!
//! Architecture invariant: an operation never begins, commits or numbers anything.

mod act;
mod answers;
mod entries;
mod group;
mod job;
mod ledger;
mod queue;
mod since;
mod turn;
mod writer;

pub use act::{Act, Actor, Basis, Change, IdempotencyKey, Note, Notes, StoredAnswer};
pub(in crate::storage) use answers::{find_answer, forget_answers};
pub use job::{Enters, IntoStorage, KeyHeld, Later, WriteError, Written};
pub(in crate::storage) use job::{Job, Outcome, RunningKeys, Write};
pub use queue::Queue;
pub(in crate::storage) use queue::Waiting;
pub(in crate::storage) use turn::Turn;
pub(in crate::storage) use writer::Writer;
