//! The audit: what is written into it, and the chain that nobody can change unseen.

mod access;
mod action;
mod chain;
pub mod guarded;
mod head;
mod line;
mod replay;
pub mod seal;
mod session;

pub use access::{Access, AccessFilter};
pub use action::{AuditAction, AuditFilter, AuditLine, Touch};
pub use chain::*;
pub use head::{SignedHead, SigningKey};
pub use line::ExportedLine;
pub use replay::{Replay, Standing};
pub use session::{Operator, Origin, Session, Way};
