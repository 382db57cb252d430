//! First answers to keyed requests, kept for a day to be given again.

use super::{Act, StoredAnswer};
use crate::storage::AnyConnection;
use crate::storage::schema::idempotency;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::result::Error;

#[derive(Insertable)]
#[diesel(table_name = idempotency, treat_none_as_default_value = false)]
pub(super) struct AnswerRow {
    pub scope: String,
    pub body_digest: String,
    pub status: i32,
    pub headers: String,
    pub body: String,
    pub at: NaiveDateTime,
}

/// How long a stored answer is given again.
const KEPT: chrono::Duration = chrono::Duration::hours(24);

/// Deletes some of the answers that are not given again any more; how many.
pub(in crate::storage) fn forget_answers(
    connection: &mut AnyConnection,
    now: NaiveDateTime,
    limit: i64,
) -> Result<usize, Error> {
    let old: Vec<String> = idempotency::table
        .filter(idempotency::at.lt(now - KEPT))
        .select(idempotency::scope)
        .limit(limit)
        .load(connection)?;
    diesel::delete(idempotency::table.filter(idempotency::scope.eq_any(old))).execute(connection)
}

/// The stored answer of a key: `None` not seen, `Some(None)` seen with another body.
pub(in crate::storage) fn find_answer(
    connection: &mut AnyConnection,
    act: &Act,
) -> Result<Option<Option<StoredAnswer>>, Error> {
    let Some(key) = &act.key else { return Ok(None) };
    let since = act.at - KEPT;
    let found: Option<(String, i32, String, String)> = idempotency::table
        .filter(idempotency::scope.eq(&key.scope).and(idempotency::at.gt(since)))
        .select((idempotency::body_digest, idempotency::status, idempotency::headers, idempotency::body))
        .first(connection)
        .optional()?;
    Ok(found.map(|(digest, status, headers, body)| {
        (digest == key.body_digest).then(|| StoredAnswer {
            status: u16::try_from(status).unwrap_or(200),
            headers: serde_json::from_str(&headers).unwrap_or_default(),
            body,
        })
    }))
}
