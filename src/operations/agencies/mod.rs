//! The registry: create, read, change and delete agencies.

mod codes;
mod create;
mod delete;
mod history;
mod read;
mod succession;
mod tree;
mod update;

pub use create::{
    AgencyDraft, create, create_all, require_registration_right, require_some_registration_right,
};
pub use delete::delete;
pub use history::{ancestors_at, find_at, history, list_at};
pub use read::{AgencyQuery, ancestors, count, find, list, page_of_children, path_of, resolve};
pub use succession::{Succession, succeed};
pub use tree::{AgencyTree, tree, tree_at};
pub use update::{
    require_change_right, require_move_right, require_right_over, require_settling_right, update,
};
