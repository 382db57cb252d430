//! What has had its time: kept answers, jobs, deliveries and what was decided on are deleted, some at once.

use super::access;
use super::lane;
use super::schema::house::decided_acts;
use super::schema::onward::{deliveries, jobs};
use super::{AnyConnection, Stored};
use crate::domain::onward::DeliveryState;
use chrono::{Duration, NaiveDateTime};
use diesel::prelude::*;

/// Rows deleted by one statement: few enough that nobody waits for it.
const AT_ONCE: i64 = 200;
/// Jobs that have ended, deliveries that were given up, and what was decided on can be looked at for so long.
const REMEMBERED: Duration = Duration::days(30);

/// Deletes some of what is past its time; how much.
pub fn forget_some(
    connection: &mut AnyConnection,
    now: NaiveDateTime,
    reads_kept: Duration,
) -> Stored<usize> {
    let answers = lane::forget_answers(connection, now, AT_ONCE)?;
    let old: Vec<String> = jobs::table
        .filter(jobs::updated_at.lt(now - REMEMBERED))
        .select(jobs::id)
        .limit(AT_ONCE)
        .load(connection)?;
    let ended = diesel::delete(jobs::table.filter(jobs::id.eq_any(old))).execute(connection)?;
    let old: Vec<String> = deliveries::table
        .filter(deliveries::state.ne(DeliveryState::Pending))
        .filter(deliveries::updated_at.lt(now - REMEMBERED))
        .select(deliveries::id)
        .limit(AT_ONCE)
        .load(connection)?;
    let told = diesel::delete(deliveries::table.filter(deliveries::id.eq_any(old))).execute(connection)?;
    let old: Vec<String> = decided_acts::table
        .filter(decided_acts::decided_at.lt(now - REMEMBERED))
        .select(decided_acts::id)
        .limit(AT_ONCE)
        .load(connection)?;
    let decided =
        diesel::delete(decided_acts::table.filter(decided_acts::id.eq_any(old))).execute(connection)?;
    let read = access::forget(connection, now - reads_kept, AT_ONCE)?;
    Ok(answers + ended + told + decided + read)
}
