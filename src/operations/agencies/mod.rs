//! The registry: create, read, change and delete agencies.

mod create;
mod delete;
mod history;
mod read;
mod succession;
mod update;

pub use create::{AgencyDraft, create, create_all};
pub use delete::delete;
pub use history::{ancestors_at, find_at, history, list_at, tree_at};
pub use read::{
    AgencyQuery, AgencyTree, ancestors, count, find, list, page_of_children, path_of, resolve, tree,
};
pub use succession::{Succession, succeed};
pub use update::{require_change_right, update};
