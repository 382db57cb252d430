//! A running instance of the service: which program it is, and by what it works.

use chrono::{Duration, NaiveDateTime};

/// What tells an instance from another; what it works by as digests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    pub id: String,
    /// Of the program.
    pub version: String,
    /// All of its settings but where its database is.
    pub settings: String,
    /// The name of its rule set.
    pub rules: String,
    /// The words and local demands that its rules go by.
    pub lexicons: String,
    pub limits: String,
    pub started_at: NaiveDateTime,
    /// When it last told that it lives.
    pub seen_at: NaiveDateTime,
}

/// How often an instance tells that it lives.
pub const BEAT: Duration = Duration::seconds(10);
/// One that has told nothing for so long is gone.
const SILENT: Duration = Duration::seconds(35);

impl Instance {
    pub fn lives(&self, now: NaiveDateTime) -> bool {
        now - self.seen_at < SILENT
    }

    /// In what another one works otherwise: what one report is told of it, or how much of it is taken, would depend
    /// on whom it meets.
    pub fn differs_in(&self, other: &Instance) -> Vec<&'static str> {
        let compared = [
            ("rules", self.rules != other.rules),
            ("lexicons", self.lexicons != other.lexicons),
            ("limits", self.limits != other.limits),
        ];
        compared.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect()
    }
}
