//! Where an operation writes: the lane's savepoint, what is said of it, and for whom.

use super::{Answer, Asking};
use crate::storage::{Act, AnyConnection, Notes};

/// All that an operation which writes is given beside its command.
pub struct Desk<'d> {
    /// Inside the lane's savepoint.
    pub connection: &'d mut AnyConnection,
    /// Who does it, and when.
    pub act: &'d Act,
    /// What it leaves for the audit and for those who follow the changes.
    pub notes: &'d mut Notes,
    /// By which rights, on which day, under which settings.
    pub asking: &'d Asking,
}

/// An operation as the lane takes it, in the name of whoever asks.
pub fn at_desk<T, Op>(
    asking: Asking,
    mut operation: Op,
) -> impl FnMut(&mut AnyConnection, &Act, &mut Notes) -> Answer<T> + Send + 'static
where
    T: 'static,
    Op: FnMut(&mut Desk<'_>) -> Answer<T> + Send + 'static,
{
    move |connection, act, notes| operation(&mut Desk { connection, act, notes, asking: &asking })
}
