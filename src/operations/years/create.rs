//! Announcing a reporting year.

use crate::domain::year::YearPlan;
use crate::operations::refusal::taken;
use crate::operations::{Asking, Conflict, Refusal};
use crate::storage::years::{self, StoredYear};
use crate::storage::{Act, AnyConnection, Note, Notes, roster};
use serde_json::json;

/// Creates a year, `planned`, with its whole roster from the registry.
pub fn create(
    connection: &mut AnyConnection,
    act: &Act,
    notes: &mut Notes,
    asking: &Asking,
    plan: &YearPlan,
) -> Result<StoredYear, Refusal> {
    if !asking.rights.is_admin() {
        return Err(Refusal::Forbidden);
    }
    let year = StoredYear { plan: plan.clone(), version: 1, created_at: act.at, updated_at: act.at };
    years::insert(connection, &year).map_err(|error| taken(error, Conflict::YearExists))?;
    roster::fill(connection, plan)?;
    notes.audit(Note {
        action: "year.create",
        agency_id: None,
        report_id: None,
        detail: json!({ "year": plan.year, "format": plan.format }),
    });
    Ok(year)
}
