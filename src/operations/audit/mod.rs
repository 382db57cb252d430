//! The audit read and walked, and what the public is told happened.

mod adopt;
mod changes;
mod list;
mod verify;

pub use adopt::adopt_restored;
pub use changes::{ChangePage, changes_since, last_entry};
pub use list::{AuditQuery, head, list};
pub use verify::{Verdict, export, verify};
