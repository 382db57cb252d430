//! What the prepared commands of a group leave to be written once for all of them: over a network each statement of
//! its own costs a round trip, and these are most of what a publication writes.
//!
//! They may, because what they rest on has been compared: none of them asks for what another has left. Any other job
//! finds it written.

use super::receipts::ReceiptRow;
use super::recounts::{self, Recount};
use super::schema::{receipts, transitions};
use super::transitions::TransitionRow;
use super::{AnyConnection, Stored};
use std::cell::RefCell;

/// What is left to be written.
#[derive(Default)]
pub(super) struct Left {
    transitions: Vec<TransitionRow>,
    receipts: Vec<ReceiptRow>,
    recounts: Vec<Recount>,
}

thread_local! {
    static LEFT: RefCell<Option<Left>> = const { RefCell::new(None) };
}

impl Left {
    pub fn is_empty(&self) -> bool {
        self.transitions.is_empty() && self.receipts.is_empty() && self.recounts.is_empty()
    }

    /// Adds what a job has left.
    pub fn extend(&mut self, other: Left) {
        self.transitions.extend(other.transitions);
        self.receipts.extend(other.receipts);
        self.recounts.extend(other.recounts);
    }

    pub fn write(self, connection: &mut AnyConnection) -> Stored<()> {
        insert_all!(connection, transitions::table, &self.transitions);
        insert_all!(connection, receipts::table, &self.receipts);
        recounts::settle(connection, self.recounts)
    }
}

/// Runs a job and gives what it leaves beside its outcome; one that was not prepared leaves nothing.
pub(super) fn during<T>(is_prepared: bool, job: impl FnOnce() -> T) -> (T, Left) {
    LEFT.set(is_prepared.then(Left::default));
    let outcome = job();
    (outcome, LEFT.take().unwrap_or_default())
}

/// Leaves something to be written with the group; where no prepared command runs it is written at once.
fn leave(connection: &mut AnyConnection, one: Left) -> Stored<()> {
    let at_once = LEFT.with_borrow_mut(|left| match left {
        Some(left) => {
            left.extend(one);
            None
        }
        None => Some(one),
    });
    at_once.map_or(Ok(()), |one| one.write(connection))
}

/// Has a report counted as it stands now.
pub fn recount(connection: &mut AnyConnection, recount: Recount) -> Stored<()> {
    leave(connection, Left { recounts: vec![recount], ..Left::default() })
}

pub(super) fn transition(connection: &mut AnyConnection, made: TransitionRow) -> Stored<()> {
    leave(connection, Left { transitions: vec![made], ..Left::default() })
}

pub(super) fn receipt(connection: &mut AnyConnection, receipt: ReceiptRow) -> Stored<()> {
    leave(connection, Left { receipts: vec![receipt], ..Left::default() })
}
