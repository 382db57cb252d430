//! Reporting years and their rosters.

mod create;
mod delete;
mod read;
mod update;

pub use create::create;
pub use delete::delete;
pub use read::{find, list, roster_page};
pub use update::update;
