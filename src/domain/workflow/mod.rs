//! 三审三校 as one table: which action leads from which state to which, and who may take it.

mod guard;
mod made;
mod table;

pub use guard::{Refusal, Request, check};
pub use made::{Receipt, Transition};
pub use table::{Action, State, Step, actions_from, step};
