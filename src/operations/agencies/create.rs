//! Registering an agency.

use super::resolve;
use crate::domain::agency::{
    Agency, AgencyPath, AgencyStatus, Contact, DivisionCode, Kind, Level, MAX_DEPTH, Uscc,
};
use crate::domain::id::AgencyId;
use crate::domain::report::Scope;
use crate::operations::refusal::taken;
use crate::operations::{AgencyRef, Asking, Conflict, Refusal};
use crate::storage::roster::{self, RosterEntry};
use crate::storage::{Act, AnyConnection, Note, Notes, agencies, years};
use chrono::NaiveDate;
use serde_json::json;

/// What a caller may say about an agency.
#[derive(Debug, Clone)]
pub struct AgencyDraft {
    pub name: String,
    pub short_name: Option<String>,
    pub uscc: Option<Uscc>,
    pub level: Level,
    pub kind: Kind,
    pub division_code: Option<DivisionCode>,
    pub parent: Option<AgencyRef>,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    pub contact: Contact,
}

/// Registers an agency under its parent and puts it on the rosters that still follow the registry.
pub fn create(
    connection: &mut AnyConnection,
    act: &Act,
    notes: &mut Notes,
    asking: &Asking,
    id: &AgencyId,
    draft: &AgencyDraft,
) -> Result<Agency, Refusal> {
    let parent = find_parent(connection, draft)?;
    if !asking.rights.may_manage(parent.as_ref().map(|parent| &parent.path)) {
        return Err(Refusal::Forbidden);
    }
    let path = AgencyPath::below(parent.as_ref().map(|parent| &parent.path), id.as_str());
    if path.depth() > MAX_DEPTH {
        return Err(Refusal::invalid("/parent_id", "too_deep"));
    }
    let agency = Agency {
        id: id.clone(),
        name: draft.name.clone(),
        short_name: draft.short_name.clone(),
        uscc: draft.uscc.clone(),
        level: draft.level,
        kind: draft.kind,
        division_code: draft.division_code.clone(),
        parent_id: parent.map(|parent| parent.id),
        path,
        status: AgencyStatus::Active,
        valid_from: draft.valid_from,
        valid_to: draft.valid_to,
        successor_id: None,
        contact: draft.contact.clone(),
        version: 1,
        created_at: act.at,
        updated_at: act.at,
    };
    agencies::insert(connection, &agency).map_err(|error| taken(error, Conflict::UsccTaken))?;
    for year in years::list(connection, 0, 200)?.iter().filter(|year| year.plan.state.roster_follows()) {
        roster::insert(connection, &RosterEntry::of(&agency, &year.plan, Scope::expected_of(agency.kind)))?;
    }
    notes.audit(Note {
        action: "agency.create",
        agency_id: Some(agency.id.to_string()),
        report_id: None,
        detail: json!({ "name": agency.name, "parent_id": agency.parent_id.as_ref().map(AgencyId::as_str) }),
    });
    Ok(agency)
}

/// The parent named in a draft, which must exist.
pub(super) fn find_parent(
    connection: &mut AnyConnection,
    draft: &AgencyDraft,
) -> Result<Option<Agency>, Refusal> {
    match &draft.parent {
        None => Ok(None),
        Some(parent) => match resolve(connection, parent)? {
            Some(parent) => Ok(Some(parent)),
            None => Err(Refusal::invalid("/parent_id", "not_found")),
        },
    }
}
