//! Persons and their tokens.

mod authenticate;
mod issue;
mod manage;
mod persons;
mod refused;
mod tasks;

pub use authenticate::authenticate;
pub use issue::{GrantOrder, TokenOrder, digest_of_secret, issue_token, new_secret};
pub use manage::{
    TokenEdit, find_managed, issue_token_as, list_managed, require_token_right, revoke_token, rotate_token,
    update_token,
};
pub use persons::{PersonEdit, ensure_person, find_changeable, find_person, list_persons, update_person};
pub use refused::{RefusedAccess, note_refused};
pub use tasks::{Task, tasks};
