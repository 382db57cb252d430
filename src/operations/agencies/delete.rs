//! Deleting an agency that nothing hangs on.

use super::{find, require_change_right};
use crate::operations::{AgencyRef, Asking, Conflict, Refusal};
use crate::storage::{Act, AnyConnection, Note, Notes, agencies, history, people, reports, roster, years};
use serde_json::json;

pub fn delete(
    connection: &mut AnyConnection,
    _act: &Act,
    notes: &mut Notes,
    asking: &Asking,
    agency: &AgencyRef,
    version: i64,
) -> Result<(), Refusal> {
    let present = find(connection, agency)?;
    require_change_right(asking, &present)?;
    if present.version != version {
        return Err(Refusal::PreconditionFailed);
    }
    let following: Vec<i32> = years::list(connection, 0, 200)?
        .iter()
        .filter(|year| year.plan.state.roster_follows())
        .map(|year| year.plan.year)
        .collect();
    let frozen = roster::years_of(connection, &present.id)?.iter().any(|year| !following.contains(year));
    if frozen
        || agencies::has_children(connection, &present.id)?
        || reports::exists_for_agency(connection, &present.id)?
        || people::names_agency(connection, &present.id)?
    {
        return Err(Refusal::conflict(Conflict::AgencyInUse));
    }
    for year in following {
        roster::delete_agency(connection, year, &present.id)?;
    }
    history::delete_of(connection, &present.id)?;
    agencies::delete(connection, &present.id)?;
    notes.audit(Note {
        action: "agency.delete",
        agency_id: Some(present.id.to_string()),
        report_id: None,
        detail: json!({ "name": present.name }),
    });
    Ok(())
}
