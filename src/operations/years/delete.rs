//! Deleting a year without reports.

use super::{find, require_year_right};
use crate::domain::audit::AuditAction;
use crate::operations::{Conflict, Desk, Refusal};
use crate::storage::{Note, reports, roster, years};
use serde_json::json;

pub fn delete(desk: &mut Desk<'_>, year: i32, version: i64) -> Result<(), Refusal> {
    require_year_right(desk.asking)?;
    let present = find(desk.connection, year)?;
    if present.version != version {
        return Err(Refusal::PreconditionFailed);
    }
    if reports::exists_for_year(desk.connection, year)? {
        return Err(Refusal::conflict(Conflict::YearInUse));
    }
    roster::delete_year(desk.connection, year)?;
    years::delete(desk.connection, year)?;
    desk.notes.audit(Note {
        action: AuditAction::YearDelete,
        agency_id: None,
        report_id: None,
        detail: json!({ "year": year }),
    });
    Ok(())
}
