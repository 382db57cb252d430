//! The audit: what is written into it, and the chain that nobody can change unseen.

mod action;
mod chain;

pub use action::{AuditAction, AuditFilter, AuditLine, Touch};
pub use chain::*;
