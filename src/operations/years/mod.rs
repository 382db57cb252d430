//! Reporting years and their rosters.

mod create;
mod delete;
mod read;
mod roster;
mod update;

pub use create::create;
pub use delete::delete;
pub use read::{find, list, require_year_right, roster_page};
pub use roster::{
    RosterEdit, edit_roster, find_line, followed, require_place_right, require_roster_right, version_of,
};
pub use update::update;
