//! On time or late, by the day of the first publication. Days are days in UTC+8.

use chrono::NaiveDate;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timeliness {
    OnTime,
    Late,
}

impl Timeliness {
    pub fn as_str(self) -> &'static str {
        match self {
            Timeliness::OnTime => "on_time",
            Timeliness::Late => "late",
        }
    }
}

/// 条例 art. 49–50: on time if the first publication's day is not after the due day.
pub fn judge_timeliness(first_published_on: Option<NaiveDate>, due_on: NaiveDate) -> Option<Timeliness> {
    first_published_on.map(|day| if day <= due_on { Timeliness::OnTime } else { Timeliness::Late })
}
