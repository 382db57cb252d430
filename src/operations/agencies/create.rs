//! Registering an agency.

use super::codes::require_code_right;
use super::history::record;
use super::resolve;
use crate::domain::agency::{
    Agency, AgencyChange, AgencyPath, AgencyStatus, Contact, DivisionCode, Kind, Level, MAX_DEPTH, Uscc,
};
use crate::domain::audit::AuditAction;
use crate::domain::id::AgencyId;
use crate::domain::report::Scope;
use crate::domain::rights::Right;
use crate::domain::roster::RosterEntry;
use crate::operations::publishable::require_publishable;
use crate::operations::{AgencyRef, Answer, Asking, Conflict, Desk, Refusal, permit, taken};
use crate::storage::roster;
use crate::storage::{AnyConnection, Note, agencies, years};
use chrono::NaiveDate;
use serde_json::json;

/// From when an agency is there about whose beginning nothing is known.
const SINCE_EVER: Option<NaiveDate> = NaiveDate::from_ymd_opt(1, 1, 1);

/// What a caller may say about an agency.
#[derive(Debug, Clone)]
pub struct AgencyDraft {
    /// Its full name.
    pub name: String,
    /// What it is called for short.
    pub short_name: Option<String>,
    /// 统一社会信用代码 (GB 32100).
    pub uscc: Option<Uscc>,
    /// Its administrative level.
    pub level: Level,
    /// What kind of body it is.
    pub kind: Kind,
    /// 行政区划代码 (GB/T 2260).
    pub division_code: Option<DivisionCode>,
    /// Who supervises it; `None`: nobody here.
    pub parent: Option<AgencyRef>,
    /// Since when it is.
    pub valid_from: Option<NaiveDate>,
    /// Until when it is, that day not.
    pub valid_to: Option<NaiveDate>,
    /// How it is reached.
    pub contact: Contact,
}

impl AgencyDraft {
    /// What is free text of it and everybody reads, by the names of the members.
    pub(super) fn published(&self) -> [(&'static str, Option<&str>); 6] {
        published(&self.name, self.short_name.as_deref(), &self.contact)
    }
}

/// The same of an agency or a draft.
pub(super) fn published<'a>(
    name: &'a str,
    short_name: Option<&'a str>,
    contact: &'a Contact,
) -> [(&'static str, Option<&'a str>); 6] {
    [
        ("name", Some(name)),
        ("short_name", short_name),
        ("contact/address", contact.address.as_deref()),
        ("contact/phone", contact.phone.as_deref()),
        ("contact/email", contact.email.as_deref()),
        ("contact/website", contact.website.as_deref()),
    ]
}

/// Refuses whoever may register nothing anywhere, asked before anything they send is looked at.
pub fn require_some_registration_right(asking: &Asking) -> Answer<()> {
    permit(asking.rights.may_somewhere(Right::KeepRegistry))
}

/// Refuses whoever may register nothing under a parent (`None`: a root), asked before what they send is looked
/// at. Tells whether the parent is there.
pub fn require_registration_right(
    connection: &mut AnyConnection,
    asking: &Asking,
    parent: Option<&AgencyRef>,
) -> Answer<bool> {
    let found = parent.map(|parent| resolve(connection, parent)).transpose()?.flatten();
    if parent.is_some() && found.is_none() {
        return Ok(false);
    }
    let place = found.as_ref().map(|parent| &parent.path);
    if asking.rights.may_below(Right::KeepRegistry, place, None) { Ok(true) } else { Err(Refusal::Forbidden) }
}

/// Registers an agency under its parent and puts it on the rosters that still follow the registry.
pub fn create(desk: &mut Desk<'_>, id: &AgencyId, draft: &AgencyDraft) -> Answer<Agency> {
    let parent = find_parent(desk.connection, draft)?;
    let place = parent.as_ref().map(|parent| &parent.path);
    permit(desk.asking.rights.may_below(Right::KeepRegistry, place, None))?;
    require_code_right(desk.connection, desk.asking, place, draft.uscc.as_ref())?;
    let path = AgencyPath::below(parent.as_ref().map(|parent| &parent.path), id.as_str());
    if path.depth() > MAX_DEPTH {
        return Err(Refusal::invalid("/parent_id", "too_deep"));
    }
    require_publishable(desk.asking, draft.published())?;
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
        created_at: desk.act.at,
        updated_at: desk.act.at,
    };
    agencies::insert(desk.connection, &agency).map_err(|error| taken(error, Conflict::UsccTaken))?;
    record(
        desk.connection,
        desk.act,
        &agency,
        AgencyChange::Registered,
        agency.valid_from.or(SINCE_EVER).unwrap_or(desk.asking.today),
        None,
    )?;
    for year in years::list(desk.connection, 0, 200)?.iter().filter(|year| year.plan.state.roster_follows()) {
        // Whose parent was put elsewhere in this year goes there too.
        let place = roster::place_of(desk.connection, year.plan.year, &agency.path)?;
        let entry = RosterEntry::of(&agency, &year.plan, Scope::expected_of(agency.kind), place);
        roster::insert(desk.connection, &entry)?;
    }
    let detail = json!({ "name": agency.name, "parent_id": agency.parent_id.as_ref().map(AgencyId::as_str) });
    desk.notes.audit(Note::new(AuditAction::AgencyCreate, detail).of(&agency.id));
    Ok(agency)
}

/// Registers all of them or none; every row that stands in the way is told.
pub fn create_all(
    desk: &mut Desk<'_>,
    drafts: &[(usize, AgencyId, AgencyDraft)],
) -> Answer<Vec<(usize, Agency)>> {
    let (mut made, mut refused) = (Vec::with_capacity(drafts.len()), Vec::new());
    for (line, id, draft) in drafts {
        match require_free(desk.connection, draft).and_then(|()| create(desk, id, draft)) {
            Ok(agency) => made.push((*line, agency)),
            Err(Refusal::Storage(error)) => return Err(Refusal::Storage(error)),
            Err(refusal) => refused.push((*line, refusal)),
        }
    }
    if refused.is_empty() { Ok(made) } else { Err(Refusal::Rows(refused)) }
}

/// Asked before the insert, so that a refused row does not spoil the transaction for those after it.
fn require_free(connection: &mut AnyConnection, draft: &AgencyDraft) -> Answer<()> {
    let Some(code) = &draft.uscc else { return Ok(()) };
    let holder = agencies::find_by_uscc(connection, code.as_str())?;
    if holder.is_some_and(|agency| agency.status == AgencyStatus::Active) {
        return Err(Refusal::conflict(Conflict::UsccTaken));
    }
    Ok(())
}

/// The parent named in a draft, which must exist.
pub(super) fn find_parent(connection: &mut AnyConnection, draft: &AgencyDraft) -> Answer<Option<Agency>> {
    match &draft.parent {
        None => Ok(None),
        Some(parent) => match resolve(connection, parent)? {
            Some(parent) => Ok(Some(parent)),
            None => Err(Refusal::invalid("/parent_id", "not_found")),
        },
    }
}
