//! What listings of the registry are narrowed to.

use super::kind::wire_names;
use super::{AgencyPath, AgencyStatus, Kind, Level};
use crate::domain::id::AgencyId;

wire_names!(
    /// By what agencies are listed.
    AgencyOrder {
        Name = "name",
        Level = "level",
        Kind = "kind",
        DivisionCode = "division_code",
        CreatedAt = "created_at",
        UpdatedAt = "updated_at",
    }
);

/// What a listing of agencies is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct AgencyFilter {
    pub q: Option<String>,
    pub level: Option<Level>,
    pub kind: Option<Kind>,
    pub status: Option<AgencyStatus>,
    pub division_code: Option<String>,
    pub parent_id: Option<AgencyId>,
    pub within: Option<AgencyPath>,
}
