//! Settings that the database itself holds: what they say holds on every instance from its commit on.

mod review;

pub use review::{change_review, find_review, first_review, require_settings_right, review, said};
