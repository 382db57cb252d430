//! Persons and their tokens.

mod authenticate;
mod issue;

pub use authenticate::authenticate;
pub use issue::{TokenOrder, digest_of_secret, issue_token, new_secret};
