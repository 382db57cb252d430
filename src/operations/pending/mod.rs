//! Acts that take a second pair of eyes, where that is settled: asked for by one, confirmed or refused by another.

mod ask;
mod decide;
mod grants;
mod order;
mod read;

pub use ask::{Outcome, do_or_ask, enter_ask, prepare_ask};
pub use decide::{Decided, Decision, Fresh, decide, end_impossible, expire};
pub use order::HeldOrder;
pub use read::{list, require_decider, waiting_for};
