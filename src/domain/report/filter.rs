//! What listings of reports are narrowed to.

use super::{Scope, Timeliness};
use crate::domain::agency::{AgencyPath, wire_names};
use crate::domain::id::AgencyId;
use crate::domain::workflow::State;
use chrono::NaiveDateTime;

wire_names!(
    /// By what reports are listed.
    ReportOrder {
        Year = "year",
        Status = "status",
        AgencyName = "agency_name",
        PublishedAt = "published_at",
        CreatedAt = "created_at",
        UpdatedAt = "updated_at",
    }
);

/// What a listing of reports is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct ReportFilter {
    /// Of this reporting year.
    pub year: Option<i32>,
    /// Of this agency.
    pub agency_id: Option<AgencyId>,
    /// Of agencies at this place and below it.
    pub within: Option<AgencyPath>,
    /// For the agency itself, or for all below it too.
    pub scope: Option<Scope>,
    /// In this state.
    pub status: Option<State>,
    /// Published then or later, UTC.
    pub published_from: Option<NaiveDateTime>,
    /// Published before, UTC.
    pub published_before: Option<NaiveDateTime>,
    /// Changed then or later, UTC.
    pub updated_since: Option<NaiveDateTime>,
    /// Published in time, late, or not yet.
    pub timeliness: Option<Timeliness>,
    /// In whose title or agency's name this stands.
    pub q: Option<String>,
    /// Only what the public sees, whoever asks.
    pub published_only: bool,
}

/// What a search is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct SearchFilter {
    pub year: Option<i32>,
    pub section: Option<String>,
    pub within: Option<AgencyPath>,
}
