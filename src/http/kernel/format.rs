//! How times and days are written.

use chrono::format::{Item, StrftimeItems};
use chrono::{Datelike, NaiveDate, NaiveDateTime, SecondsFormat, SubsecRound, Timelike};
use ipnet::IpNet;
use std::net::IpAddr;
use std::sync::LazyLock;

/// RFC 3339 in UTC, seconds unless there is more to say.
pub fn time(at: NaiveDateTime) -> String {
    let whole = at == at.trunc_subsecs(0);
    at.and_utc().to_rfc3339_opts(if whole { SecondsFormat::Secs } else { SecondsFormat::Micros }, true)
}

pub fn day(day: NaiveDate) -> String {
    day.to_string()
}

/// The pattern of [`http_date`], read once: nearly every answer has one.
static HTTP_DATE: LazyLock<Vec<Item<'static>>> =
    LazyLock::new(|| StrftimeItems::new("%a, %d %b %Y %H:%M:%S GMT").collect());

/// The form of `Last-Modified` (RFC 9110).
pub fn http_date(at: NaiveDateTime) -> String {
    at.format_with_items(HTTP_DATE.iter()).to_string()
}

/// Reads `2024-01-29T08:00:00Z`, or with an offset, as UTC; what could not be written so again is no time here: a year of
/// five digits in UTC, a leap second.
pub fn parse_time(text: &str) -> Option<NaiveDateTime> {
    let time = chrono::DateTime::parse_from_rfc3339(text).ok()?.naive_utc();
    let written = (0..=9999).contains(&time.year()) && time.nanosecond() < 1_000_000_000;
    written.then(|| time.trunc_subsecs(6))
}

/// Reads exactly `YYYY-MM-DD`.
pub fn parse_day(text: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (text.len() == 10).then_some(day)
}

/// Reads a network; a single address is one too.
pub fn read_network(text: &str) -> Option<IpNet> {
    text.parse()
        .ok()
        .or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
        .map(|network: IpNet| network.trunc())
}
