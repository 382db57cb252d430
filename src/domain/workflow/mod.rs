//! 三审三校 as one table: which action leads from which state to which, and who may take it.

mod guard;
mod hands;
mod made;
mod review;
mod table;

pub use guard::{Refusal, Request, check};
pub use hands::{Clash, Why, clash_of_author};
pub use made::{Receipt, Transition};
pub use review::{Review, ReviewSettings};
pub use table::{Action, State, Step, actions_from, origin, rights_of_steps, step};
