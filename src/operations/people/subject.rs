//! As whom an identity provider knows a person: bound once, and who signs in by it.

use super::authenticate::is_within;
use super::issue::GrantOrder;
use super::manage::{held_tokens, living_tokens};
use super::persons::find_changeable;
use super::{EntryRules, Presented};
use crate::domain::access::{Lifetimes, Ways};
use crate::domain::audit::AuditAction;
use crate::domain::id::PersonId;
use crate::domain::people::{BoundSubject, Person, TokenGrant};
use crate::domain::rights::{Right, Rights};
use crate::operations::{Answer, Asking, Conflict, Desk, Refusal, permit, require_present, taken};
use crate::storage::{AnyConnection, Note, people, person_grants, subjects};
use chrono::NaiveDateTime;
use serde_json::json;

/// As whom somebody is known, and by which provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectOrder {
    pub issuer: String,
    pub subject: String,
}

/// Refuses whoever may not say who somebody is: it is for those who keep the persons and take no part in reporting.
fn require_right(asking: &Asking) -> Answer<()> {
    permit(asking.rights.may_below(Right::BindSubject, None, None))
}

/// A person for whoever may bind them.
pub fn find_bindable(connection: &mut AnyConnection, asking: &Asking, id: &PersonId) -> Answer<Person> {
    require_right(asking)?;
    Ok(find_changeable(connection, asking, id)?.0)
}

/// Somebody who is to be bound, with all that they hold when it is asked for. It may take a second pair of eyes as giving
/// them that does: whoever is bound to them comes in with it.
#[derive(Debug, Clone)]
pub struct BindingOrder {
    pub person: PersonId,
    pub subject: SubjectOrder,
    pub grants: Vec<GrantOrder>,
}

/// What would become of a binding.
#[derive(Debug, Clone)]
pub struct Binding {
    pub person: Person,
    /// It stands already.
    pub bound: Option<BoundSubject>,
    /// All that the person holds.
    pub grants: Vec<TokenGrant>,
}

/// Judges whether the caller may bind a person so now.
pub fn require_bindable(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &PersonId,
    order: &SubjectOrder,
) -> Answer<Binding> {
    let person = find_bindable(connection, asking, id)?;
    let bound = subjects::of_person(connection, id)?;
    let is_other = |bound: &BoundSubject| (&bound.issuer, &bound.subject) != (&order.issuer, &order.subject);
    if bound.as_ref().is_some_and(is_other) {
        return Err(Refusal::conflict(Conflict::SubjectBound));
    }
    if bound.is_none() && person.left_on.is_some() {
        return Err(Refusal::invalid("/subject", "person_left"));
    }
    if bound.is_none() && subjects::find(connection, &order.issuer, &order.subject)?.is_some() {
        return Err(Refusal::conflict(Conflict::SubjectTaken));
    }
    let mut grants = person_grants::of_person(connection, id)?;
    grants.extend(living_tokens(connection, id)?.into_iter().flat_map(|token| token.grants));
    Ok(Binding { person, bound, grants })
}

/// The same of a binding that was asked for: whoever confirms it does so for what they were told the person holds.
pub fn require_bindable_as_asked(
    connection: &mut AnyConnection,
    asking: &Asking,
    order: &BindingOrder,
) -> Answer<()> {
    let binding = require_bindable(connection, asking, &order.person, &order.subject)?;
    let held: Vec<GrantOrder> = binding.grants.iter().map(GrantOrder::from).collect();
    let told = |grant| order.grants.contains(grant);
    require_present(held.iter().all(told))
}

/// Binds a person as somebody else has asked for.
pub fn bind_asked_subject(desk: &mut Desk<'_>, order: &BindingOrder) -> Answer<BoundSubject> {
    require_bindable_as_asked(desk.connection, desk.asking, order)?;
    bind_subject(desk, &order.person, &order.subject)
}

/// Binds a person to whom a provider means, for good: neither is ever bound to another.
pub fn bind_subject(desk: &mut Desk<'_>, id: &PersonId, order: &SubjectOrder) -> Answer<BoundSubject> {
    let Binding { person, bound, .. } = require_bindable(desk.connection, desk.asking, id, order)?;
    if let Some(bound) = bound {
        return Ok(bound);
    }
    let bound = BoundSubject {
        issuer: order.issuer.clone(),
        subject: order.subject.clone(),
        person_id: id.clone(),
        at: desk.act.at,
    };
    subjects::insert(desk.connection, &bound).map_err(|error| taken(error, Conflict::SubjectTaken))?;
    let detail = json!({
        "person": person.id.as_str(),
        "name": person.name,
        "issuer": bound.issuer,
        "subject": bound.subject,
    });
    desk.notes.audit(Note::new(AuditAction::PersonSubject, detail).of(person.agency_id.as_ref()));
    Ok(bound)
}

/// As whom a person of the caller's subtree is known.
pub fn find_subject(connection: &mut AnyConnection, asking: &Asking, id: &PersonId) -> Answer<BoundSubject> {
    super::find_person(connection, asking, id)?;
    subjects::of_person(connection, id)?.ok_or(Refusal::NotFound)
}

/// Whom a provider means, and what they hold: themselves, and what all their tokens carry that are not over, fetched or
/// not.
pub fn sign_in(
    connection: &mut AnyConnection,
    order: &SubjectOrder,
    presented: &Presented,
    rules: &EntryRules,
) -> Answer<Option<(Person, Vec<TokenGrant>)>> {
    let Some(bound) = subjects::find(connection, &order.issuer, &order.subject)? else { return Ok(None) };
    if !is_within(&rules.networks, presented.from) {
        return Ok(None);
    }
    person_with_grants(connection, &bound.person_id, &rules.lifetimes, presented.at)
}

/// Whether somebody comes in by the identity provider that is believed here.
pub(super) fn signs_in(connection: &mut AnyConnection, id: &PersonId, ways: &Ways) -> Answer<bool> {
    let Some(issuer) = &ways.issuer else { return Ok(false) };
    Ok(subjects::of_person(connection, id)?.is_some_and(|bound| bound.issuer == *issuer))
}

/// What somebody could do by any way in that they have now: each token that lives, and, where an identity provider
/// that is believed here knows them, all that they hold.
pub fn rights_by_any_way(
    connection: &mut AnyConnection,
    id: &PersonId,
    rules: &EntryRules,
    now: NaiveDateTime,
) -> Answer<Rights> {
    let Some((_, all)) = person_with_grants(connection, id, &rules.lifetimes, now)? else {
        return Ok(Rights::default());
    };
    let grants = if signs_in(connection, id, &rules.ways)? {
        all
    } else {
        let mut tokens = held_tokens(connection, id, &rules.lifetimes, now)?;
        tokens.retain(|token| rules.ways.tokens.lets_in(token) && token.lives(&rules.lifetimes, now));
        tokens.into_iter().flat_map(|token| token.grants).collect()
    };
    let grants = grants.iter().map(TokenGrant::right).collect();
    Ok(Rights { grants, separated: rules.separated, hand_sets_up: false })
}

/// A person who has not left, with all that they hold.
pub fn person_with_grants(
    connection: &mut AnyConnection,
    id: &PersonId,
    lifetimes: &Lifetimes,
    now: NaiveDateTime,
) -> Answer<Option<(Person, Vec<TokenGrant>)>> {
    let person = people::find_person(connection, id)?;
    let Some(person) = person.filter(|person| person.left_on.is_none()) else { return Ok(None) };
    let tokens = held_tokens(connection, id, lifetimes, now)?;
    let mut grants = person_grants::of_person(connection, id)?;
    for grant in tokens.into_iter().flat_map(|token| token.grants) {
        if !grants.contains(&grant) {
            grants.push(grant);
        }
    }
    Ok(Some((person, grants)))
}
