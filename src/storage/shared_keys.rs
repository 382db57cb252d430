//! Keys that all instances on a database share: whoever is first makes one.

use super::connection::AnyConnection;
use super::schema::onward::shared_keys::dsl;
use diesel::prelude::*;

/// The key of a name, if there is one.
pub fn find(connection: &mut AnyConnection, name: &str) -> QueryResult<Option<String>> {
    dsl::shared_keys.find(name).select(dsl::value).first(connection).optional()
}

/// The key of a name; the one given where there is none yet. In the lane, so that only one is ever made.
pub fn find_or_make(connection: &mut AnyConnection, name: &str, fresh: &str) -> QueryResult<String> {
    if let Some(found) = find(connection, name)? {
        return Ok(found);
    }
    let row = (dsl::name.eq(name), dsl::value.eq(fresh));
    insert!(connection, dsl::shared_keys, row)?;
    Ok(fresh.to_owned())
}
