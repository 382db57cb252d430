//! Idempotency keys of requests that make many writes: held in the database, where all instances see them.

use super::Answer;
use crate::storage::{AnyConnection, positions};
use chrono::Duration;

/// A request that holds a key this long has ended with its instance.
const LONGEST: Duration = Duration::minutes(10);

fn name(scope: &str) -> String {
    format!("key:{scope}")
}

/// False while another request holds it.
pub fn hold(connection: &mut AnyConnection, scope: &str, holder: &str) -> Answer<bool> {
    Ok(positions::hold(connection, &name(scope), holder, LONGEST)?)
}

pub fn release(connection: &mut AnyConnection, scope: &str, holder: &str) -> Answer<()> {
    Ok(positions::release(connection, &name(scope), holder)?)
}
