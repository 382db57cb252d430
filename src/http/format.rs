//! How times and days are written.

use chrono::{Datelike, NaiveDate, NaiveDateTime, SubsecRound};

/// RFC 3339 in UTC, seconds unless there is more to say.
pub fn time(at: NaiveDateTime) -> String {
    let text = if at == at.trunc_subsecs(0) { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y-%m-%dT%H:%M:%S%.6fZ" };
    at.format(text).to_string()
}

pub fn day(day: NaiveDate) -> String {
    day.format("%Y-%m-%d").to_string()
}

/// The form of `Last-Modified` (RFC 9110).
pub fn http_date(at: NaiveDateTime) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = usize::try_from(at.month0()).ok().and_then(|month| MONTHS.get(month)).unwrap_or(&"Jan");
    // By hand: chrono would read its pattern anew for each answer.
    format!("{}, {:02} {month} {:04} {} GMT", at.weekday(), at.day(), at.year(), at.time().trunc_subsecs(0))
}

/// Reads `2024-01-29T08:00:00Z`, or with an offset, as UTC.
pub fn parse_time(text: &str) -> Option<NaiveDateTime> {
    let time = chrono::DateTime::parse_from_rfc3339(text).ok()?;
    Some(time.naive_utc().trunc_subsecs(6))
}

/// Reads exactly `YYYY-MM-DD`.
pub fn parse_day(text: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (text.len() == 10).then_some(day)
}
