//! Commands made ready on a reader: read, judged and rendered before the lane, which only enters them.

use super::Answer;
use crate::domain::id::AgencyId;
use crate::storage::{AnyConnection, Basis, audit};

/// A command with what it rests on. It is borrowed by the lane, never consumed: a group may run twice.
#[derive(Debug, Clone)]
pub struct Ready<C> {
    /// What it rests on.
    pub basis: Basis,
    /// What the lane is to enter.
    pub command: C,
}

impl<C> Ready<C> {
    /// A command that rests on what some agencies have filed, as this snapshot has it.
    pub(super) fn on<'a>(
        connection: &mut AnyConnection,
        agencies: impl IntoIterator<Item = &'a AgencyId>,
        command: C,
    ) -> Answer<Ready<C>> {
        let agencies = agencies.into_iter().map(ToString::to_string).collect();
        let (seq, epoch) = audit::end(connection)?;
        Ok(Ready { basis: Basis { seq, epoch, agencies, is_sure: false }, command })
    }

    /// The same of a command that the lane cannot refuse while what it rests on holds.
    pub(super) fn sure(mut self) -> Ready<C> {
        self.basis.is_sure = true;
        self
    }
}
