//! The registry: create, read, change and delete agencies.

mod create;
mod delete;
mod read;
mod update;

pub use create::{AgencyDraft, create};
pub use delete::delete;
pub use read::{
    AgencyQuery, AgencyTree, ancestors, count, find, list, page_of_children, path_of, resolve, tree,
};
pub use update::{require_change_right, update};
