//! Keeping house: what has had its time goes.

use super::Answer;
use crate::storage::{AnyConnection, upkeep};
use chrono::{Duration, NaiveDateTime};

/// Deletes some of what is past its time; how much, none where all is done.
/// Reads of what is not public are kept for so long.
pub fn forget_some(
    connection: &mut AnyConnection,
    now: NaiveDateTime,
    reads_kept: Duration,
) -> Answer<usize> {
    Ok(upkeep::forget_some(connection, now, reads_kept)?)
}
