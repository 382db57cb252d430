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
    pub year: Option<i32>,
    pub agency_id: Option<AgencyId>,
    pub within: Option<AgencyPath>,
    pub scope: Option<Scope>,
    pub status: Option<State>,
    pub published_from: Option<NaiveDateTime>,
    pub published_before: Option<NaiveDateTime>,
    pub updated_since: Option<NaiveDateTime>,
    pub timeliness: Option<Timeliness>,
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
