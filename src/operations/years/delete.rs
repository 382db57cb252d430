//! Deleting a year without reports.

use super::find;
use crate::operations::{Asking, Conflict, Refusal};
use crate::storage::{Act, AnyConnection, Note, Notes, reports, roster, years};
use serde_json::json;

pub fn delete(
    connection: &mut AnyConnection,
    _act: &Act,
    notes: &mut Notes,
    asking: &Asking,
    year: i32,
    version: i64,
) -> Result<(), Refusal> {
    if !asking.rights.is_admin() {
        return Err(Refusal::Forbidden);
    }
    let present = find(connection, year)?;
    if present.version != version {
        return Err(Refusal::PreconditionFailed);
    }
    if reports::exists_for_year(connection, year)? {
        return Err(Refusal::conflict(Conflict::YearInUse));
    }
    roster::delete_year(connection, year)?;
    years::delete(connection, year)?;
    notes.audit(Note {
        action: "year.delete",
        agency_id: None,
        report_id: None,
        detail: json!({ "year": year }),
    });
    Ok(())
}
