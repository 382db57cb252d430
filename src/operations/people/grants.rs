//! What a person holds themselves: given, changed and taken by the rules that hold for tokens. It is theirs however they
//! come in by an identity provider; a token carries its own grants and nothing of these.

use super::issue::{GrantOrder, require_apart, require_separation, resolve_grants, told};
use super::manage::{living_tokens, may_manage, require_another_admin, require_giving};
use super::persons::{find_changeable, find_person};
use crate::domain::audit::AuditAction;
use crate::domain::id::PersonId;
use crate::domain::people::{Person, TokenGrant};
use crate::domain::rights::{Right, Role};
use crate::operations::agencies::resolve;
use crate::operations::{AgencyRef, Answer, Asking, Desk, Refusal, permit, require_present};
use crate::storage::{AnyConnection, Note, people, person_grants};
use serde_json::json;

/// What somebody is to hold themselves, all of it.
#[derive(Debug, Clone)]
pub struct GrantsOrder {
    pub person: PersonId,
    /// Of the person, as whoever orders it saw them.
    pub version: i64,
    pub grants: Vec<GrantOrder>,
}

/// Somebody with what they hold themselves.
pub type Holder = (Person, Vec<TokenGrant>);

/// For whoever sees the person.
pub fn find_grants(connection: &mut AnyConnection, asking: &Asking, id: &PersonId) -> Answer<Holder> {
    let (person, _) = find_person(connection, asking, id)?;
    Ok((person, person_grants::of_person(connection, id)?))
}

/// For whoever may change the person.
pub fn find_changeable_grants(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &PersonId,
) -> Answer<Holder> {
    let (person, _) = find_changeable(connection, asking, id)?;
    Ok((person, person_grants::of_person(connection, id)?))
}

/// What would become of it: who holds what now, and what they would hold.
#[derive(Debug, Clone)]
pub struct Giving {
    pub person: Person,
    pub before: Vec<TokenGrant>,
    pub after: Vec<TokenGrant>,
}

/// Judges whether the caller may have somebody hold this: all that they hold now and are to hold is the caller's to
/// give.
pub fn require_givable(
    connection: &mut AnyConnection,
    asking: &Asking,
    order: &GrantsOrder,
) -> Answer<Giving> {
    let (person, before) = find_changeable_grants(connection, asking, &order.person)?;
    let mut after: Vec<TokenGrant> = Vec::new();
    for grant in resolve_grants(connection, &order.grants)? {
        if !after.contains(&grant) {
            after.push(grant);
        }
    }
    if person.left_on.is_some() && !after.is_empty() {
        return Err(Refusal::invalid("/grants", "person_left"));
    }
    require_giving(asking, Some(&person.id), &after, &before)?;
    let tokens = living_tokens(connection, &person.id)?;
    let held: Vec<Role> = tokens.iter().flat_map(|token| &token.grants).map(|grant| grant.role).collect();
    require_apart(asking, held, &after)?;
    Ok(Giving { person, before, after })
}

/// Has somebody hold this and nothing else; from their next request on.
pub fn set_grants(desk: &mut Desk<'_>, order: &GrantsOrder) -> Answer<Holder> {
    let giving = require_givable(desk.connection, desk.asking, order)?;
    require_present(giving.person.version == order.version)?;
    enter_grants(desk, giving)
}

/// One change of what somebody holds themselves.
#[derive(Debug, Clone)]
pub enum GrantChange {
    Give(GrantOrder),
    Take(GrantOrder),
}

/// Most grants that somebody holds themselves.
const MOST: usize = 20;

/// Changes it for whoever sits at the command line, who gives every role, also for the first set-up; whether that
/// changed anything.
pub fn change_grants(desk: &mut Desk<'_>, id: &PersonId, change: &GrantChange) -> Answer<(Holder, bool)> {
    let person = people::find_person(desk.connection, id)?.ok_or(Refusal::NotFound)?;
    let before = person_grants::of_person(desk.connection, id)?;
    let mut after = before.clone();
    let (GrantChange::Give(order) | GrantChange::Take(order)) = change;
    let named = resolve_grants(desk.connection, std::slice::from_ref(order))?;
    after.retain(|grant| !named.contains(grant));
    if matches!(change, GrantChange::Give(_)) {
        if person.left_on.is_some() {
            return Err(Refusal::invalid("/grants", "person_left"));
        }
        if before.iter().any(|grant| named.contains(grant)) {
            return Ok(((person, before), false));
        }
        require_separation(desk.connection, desk.asking, Some(id), &named)?;
        after.extend(named);
        if after.len() > MOST {
            return Err(Refusal::invalid("/grants", "too_many"));
        }
    }
    let changed = before != after;
    Ok((enter_grants(desk, Giving { person, before, after })?, changed))
}

fn enter_grants(desk: &mut Desk<'_>, giving: Giving) -> Answer<Holder> {
    let Giving { mut person, before, after } = giving;
    if before == after {
        return Ok((person, after));
    }
    let ending: Vec<TokenGrant> = before.iter().filter(|grant| !after.contains(grant)).cloned().collect();
    require_another_admin(desk, &[], Some((&person.id, &ending)))?;
    write_grants(desk, &person, before.len(), &after)?;
    person.version += 1;
    people::update_person(desk.connection, &person)?;
    Ok((person, after))
}

pub(super) fn write_grants(
    desk: &mut Desk<'_>,
    person: &Person,
    before: usize,
    grants: &[TokenGrant],
) -> Answer<()> {
    person_grants::replace(desk.connection, &person.id, before, grants)?;
    let place = grants.first().and_then(|grant| grant.agency.as_ref()).map(|(id, _, _)| id);
    let detail = json!({
        "person": person.id.as_str(),
        "name": person.name,
        "grants": grants.iter().map(told).collect::<Vec<_>>(),
    });
    desk.notes.audit(Note::new(AuditAction::PersonGrants, detail).of(place.or(person.agency_id.as_ref())));
    Ok(())
}

/// Whether all that a person holds themselves is the caller's to give.
pub(super) fn may_manage_own(connection: &mut AnyConnection, asking: &Asking, id: &PersonId) -> Answer<bool> {
    Ok(may_manage(asking, &person_grants::of_person(connection, id)?))
}

/// A person who is to be there, without a token and without a grant.
#[derive(Debug, Clone)]
pub struct PersonOrder {
    pub id: PersonId,
    pub name: String,
    pub agency: Option<AgencyRef>,
}

/// Writes down a person: of an agency where the caller gives grants, or of none for who gives them everywhere.
pub fn create_person(desk: &mut Desk<'_>, order: &PersonOrder) -> Answer<Person> {
    let place = match &order.agency {
        Some(agency) => Some(
            resolve(desk.connection, agency)?.ok_or_else(|| Refusal::invalid("/agency_id", "not_found"))?,
        ),
        None => None,
    };
    let may = match &place {
        Some(agency) => desk.asking.rights.may(Right::Appoint, &agency.path, None),
        None => desk.asking.rights.may_below(Right::Appoint, None, None),
    };
    permit(may)?;
    let person = Person {
        id: order.id.clone(),
        name: order.name.clone(),
        agency_id: place.map(|agency| agency.id),
        left_on: None,
        machine: false,
        version: 1,
    };
    people::insert_person(desk.connection, &person, desk.act.at)?;
    let detail = json!({ "person": person.id.as_str(), "name": person.name });
    desk.notes.audit(Note::new(AuditAction::PersonCreate, detail).of(person.agency_id.as_ref()));
    Ok(person)
}
