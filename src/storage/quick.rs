//! Days and times of rows that are read by the hundred. SQLite keeps them as text, which diesel reads by trying one
//! pattern after another; they are always written in the same way.

use super::connection::AnyConnection;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use diesel::backend::Backend;
use diesel::deserialize::{FromSql, FromSqlRow, Result};
use diesel::pg::Pg;
use diesel::sql_types::{Date, Nullable, SingleValue, Timestamp};
use diesel::sqlite::Sqlite;

/// A day or a time, or none: `#[diesel(deserialize_as = Quick<NaiveDateTime>)]`.
#[derive(Debug, FromSqlRow)]
pub struct Quick<T>(pub T);

/// Where days and times are kept.
pub(super) trait Keeps<T>: Backend {
    fn read(raw: Self::RawValue<'_>) -> Result<T>;
}

/// A type that is written in one way.
pub(super) trait Plain: Sized {
    type Column: SingleValue;
    /// `None`: it is written otherwise.
    fn of(text: &str) -> Option<Self>;
}

impl Plain for NaiveDate {
    type Column = Date;

    fn of(text: &str) -> Option<NaiveDate> {
        let part = |from: usize, to: usize| number(text.get(from..to)?);
        let dashes = text.len() == 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
        let day = NaiveDate::from_ymd_opt(i32::try_from(part(0, 4)?).ok()?, part(5, 7)?, part(8, 10)?);
        day.filter(|_| dashes)
    }
}

impl Plain for NaiveDateTime {
    type Column = Timestamp;

    fn of(text: &str) -> Option<NaiveDateTime> {
        let (day, time) = text.split_once(' ')?;
        let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
        let part = |from: usize, to: usize| number(time.get(from..to)?);
        let colons = time.len() == 8 && time.get(2..3) == Some(":") && time.get(5..6) == Some(":");
        let places = u32::try_from(fraction.len()).ok().and_then(|length| 9_u32.checked_sub(length))?;
        let nanos = number(fraction)?.checked_mul(10_u32.checked_pow(places)?)?;
        let time = NaiveTime::from_hms_nano_opt(part(0, 2)?, part(3, 5)?, part(6, 8)?, nanos)?;
        Some(NaiveDate::of(day)?.and_time(time)).filter(|_| colons)
    }
}

/// A number in digits alone.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

type Either = <AnyConnection as diesel::Connection>::Backend;

/// Where they are not text, as diesel reads them.
impl<T: Plain + FromSql<T::Column, Pg>> Keeps<T> for Pg {
    fn read(raw: Self::RawValue<'_>) -> Result<T> {
        T::from_sql(raw)
    }
}

/// Where either engine may stand behind, likewise.
impl<T: Plain + FromSql<T::Column, Either>> Keeps<T> for Either {
    fn read(raw: Self::RawValue<'_>) -> Result<T> {
        T::from_sql(raw)
    }
}

/// What is written otherwise diesel reads here as well.
impl<T: Plain + FromSql<T::Column, Sqlite>> Keeps<T> for Sqlite {
    fn read(mut raw: Self::RawValue<'_>) -> Result<T> {
        T::of(raw.read_text()).map_or_else(|| T::from_sql(raw), Ok)
    }
}

impl<T: Plain, DB: Keeps<T>> FromSql<T::Column, DB> for Quick<T> {
    fn from_sql(raw: DB::RawValue<'_>) -> Result<Quick<T>> {
        DB::read(raw).map(Quick)
    }
}

impl<T: Plain, DB: Keeps<T>> FromSql<Nullable<T::Column>, DB> for Quick<Option<T>> {
    fn from_sql(raw: DB::RawValue<'_>) -> Result<Quick<Option<T>>> {
        DB::read(raw).map(|value| Quick(Some(value)))
    }

    fn from_nullable_sql(raw: Option<DB::RawValue<'_>>) -> Result<Quick<Option<T>>> {
        raw.map(DB::read).transpose().map(Quick)
    }
}

impl From<Quick<NaiveDate>> for NaiveDate {
    fn from(quick: Quick<NaiveDate>) -> NaiveDate {
        quick.0
    }
}

impl From<Quick<NaiveDateTime>> for NaiveDateTime {
    fn from(quick: Quick<NaiveDateTime>) -> NaiveDateTime {
        quick.0
    }
}

impl<T> From<Quick<Option<T>>> for Option<T> {
    fn from(quick: Quick<Option<T>>) -> Option<T> {
        quick.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_time_is_read_as_diesel_writes_and_reads_it(
            seconds in -60_000_000_000_i64..250_000_000_000,
            micros in prop_oneof![Just(0_u32), 0_u32..1_000_000],
        ) {
            let at = chrono::DateTime::from_timestamp(seconds, micros * 1_000).expect("a time").naive_utc();
            let text = at.format("%F %T%.f").to_string();
            let plain = (0..=9999).contains(&chrono::Datelike::year(&at.date()));
            prop_assert_eq!(NaiveDateTime::of(&text), plain.then_some(at), "{}", text);
            let text = at.date().format("%F").to_string();
            prop_assert_eq!(NaiveDate::of(&text), plain.then(|| at.date()), "{}", text);
        }

        #[test]
        fn what_is_written_otherwise_is_left_to_others(text in "[0-9 :.+-]{0,28}") {
            if let Some(at) = NaiveDateTime::of(&text) {
                prop_assert_eq!(NaiveDateTime::parse_from_str(&text, "%F %T%.f"), Ok(at), "{}", text);
            }
            if let Some(day) = NaiveDate::of(&text) {
                prop_assert_eq!(NaiveDate::parse_from_str(&text, "%F"), Ok(day), "{}", text);
            }
        }
    }
}
