//! The audit read and walked, and what the public is told happened.

mod access;
mod adopt;
mod changes;
mod everything;
mod list;
mod verify;
mod witness;

pub use access::{enter_reads, list_reads};
pub use adopt::adopt_restored;
pub use changes::{ChangePage, changes_since, last_entry};
pub use everything::{Expected, Findings, Forgery, verify_everything};
pub use list::{AuditQuery, head, lines_after, list, sees_everything};
pub use verify::{Verdict, export, verify};
pub use witness::{
    HeadFault, Testimony, hear, hold_witness_lease, note_witnessed, release_witness_lease, unwitnessed,
};
