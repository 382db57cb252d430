//! Keys that all instances on a database share.

use super::Answer;
use crate::storage::{AnyConnection, shared_keys};

/// The key of a name in hexadecimal, if there is one.
pub fn known_key(connection: &mut AnyConnection, name: &str) -> Answer<Option<String>> {
    Ok(shared_keys::find(connection, name)?)
}

/// The key of a name in hexadecimal; the one given where there is none yet.
pub fn shared_key(connection: &mut AnyConnection, name: &str, fresh: &str) -> Answer<String> {
    Ok(shared_keys::find_or_make(connection, name, fresh)?)
}
