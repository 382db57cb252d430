//! Deleting a year without reports.

use super::{find, require_year_right};
use crate::domain::audit::AuditAction;
use crate::operations::{Answer, Conflict, Desk, Refusal, require_present};
use crate::storage::{Note, reports, roster, years};
use serde_json::json;

pub fn delete(desk: &mut Desk<'_>, year: i32, version: i64) -> Answer<()> {
    require_year_right(desk.asking)?;
    let present = find(desk.connection, year)?;
    require_present(present.version == version)?;
    if reports::exists_for_year(desk.connection, year)? {
        return Err(Refusal::conflict(Conflict::YearInUse));
    }
    roster::delete_year(desk.connection, year)?;
    years::delete(desk.connection, year)?;
    desk.notes.audit(Note::new(AuditAction::YearDelete, json!({ "year": year })));
    Ok(())
}
