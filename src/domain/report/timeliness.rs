//! On time or late, by the day of the first publication. Days are days in UTC+8.

use crate::domain::agency::wire_names;
use chrono::NaiveDate;

wire_names!(
    /// How a report stands to its due day; settled at the first publication, whatever is edited later.
    Timeliness {
        OnTime = "on_time",
        Late = "late",
        /// A document of a past year that was loaded: nobody here saw when it was published.
        Archived = "archived",
    }
);

/// 条例 art. 49–50: on time if the first publication's day is not after the due day.
pub fn judge_timeliness(first_published_on: NaiveDate, due_on: NaiveDate) -> Timeliness {
    if first_published_on <= due_on { Timeliness::OnTime } else { Timeliness::Late }
}
