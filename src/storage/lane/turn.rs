//! A job's turn: whether the writer has it, or whoever waited has gone.

use std::sync::atomic::{AtomicU8, Ordering};

const WAITING: u8 = 0;
const TAKEN: u8 = 1;
const GIVEN_UP: u8 = 2;

/// Only one of the two comes first.
#[derive(Debug, Default)]
pub(in crate::storage) struct Turn(AtomicU8);

impl Turn {
    /// The writer takes it, again if its group broke; `false` if it was given up before.
    pub fn take(&self) -> bool {
        let taken = self.0.compare_exchange(WAITING, TAKEN, Ordering::AcqRel, Ordering::Acquire);
        taken.is_ok() || taken == Err(TAKEN)
    }

    /// Whoever waits gives it up; `false` if the writer has it already.
    pub fn give_up(&self) -> bool {
        self.0.compare_exchange(WAITING, GIVEN_UP, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_taken_or_given_up_never_both() {
        let turn = Turn::default();
        assert!(turn.take() && turn.take() && !turn.give_up());
        let turn = Turn::default();
        assert!(turn.give_up() && !turn.take());
    }
}
