//! Moments are UTC, days are China's: UTC+8 all year.

use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime};

const AHEAD: Duration = Duration::hours(8);

/// The day it is in China at a moment.
pub fn day_of(moment: NaiveDateTime) -> NaiveDate {
    (moment + AHEAD).date()
}

/// The moment at which a day begins in China.
pub fn start_of(day: NaiveDate) -> NaiveDateTime {
    day.and_time(NaiveTime::MIN) - AHEAD
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_when_it_is_sixteen_oclock_the_day_before() {
        let day = NaiveDate::from_ymd_opt(2024, 2, 1).unwrap();
        assert_eq!(start_of(day).to_string(), "2024-01-31 16:00:00");
        assert_eq!(day_of(start_of(day)), day);
        assert_eq!(day_of(start_of(day) - Duration::milliseconds(1)), day.pred_opt().unwrap());
    }
}
