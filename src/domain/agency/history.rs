//! The registry as it was: one entry for each change of an agency.

use super::Agency;
use super::kind::{SuccessionKind, wire_names};
use chrono::NaiveDate;

wire_names!(
    /// What became of an agency.
    AgencyChange {
        Registered = "registered",
        Updated = "updated",
        Moved = "moved",
        Merged = "merged",
        Renamed = "renamed",
        Abolished = "abolished",
    }
);

impl From<SuccessionKind> for AgencyChange {
    fn from(kind: SuccessionKind) -> AgencyChange {
        match kind {
            SuccessionKind::Merged => AgencyChange::Merged,
            SuccessionKind::Renamed => AgencyChange::Renamed,
            SuccessionKind::Abolished => AgencyChange::Abolished,
        }
    }
}

/// One change of an agency, with the agency as it was after it.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    pub agency: Agency,
    /// The first day on which it was so.
    pub effective_on: NaiveDate,
    pub change: AgencyChange,
    pub reason: Option<String>,
    /// Id and name of who recorded it.
    pub person: Option<(String, String)>,
}
