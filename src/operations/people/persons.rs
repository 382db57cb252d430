//! Persons: who they are, which of their tokens live, and what happens when they leave.

use super::grants::{may_manage_own, write_grants};
use super::issue::note;
use super::manage::{living_tokens, may_manage, require_another_admin, require_people_right};
use crate::domain::audit::AuditAction;
use crate::domain::id::PersonId;
use crate::domain::page::Page;
use crate::domain::people::{Person, Token};
use crate::domain::rights::{Extent, Right};
use crate::operations::changed::changed;
use crate::operations::{Answer, Asking, Desk, Refusal, require_present};
use crate::storage::{Act, AnyConnection, Note, people, person_grants, tokens, webhooks};
use chrono::NaiveDate;
use serde_json::json;

/// The places whose persons the caller sees; `None`: everywhere. Persons belong to no year.
fn places(asking: &Asking) -> Option<Vec<Extent>> {
    let extents = asking.rights.extents(Right::SeePeople).into_iter();
    let extents: Vec<Extent> = extents.map(|extent| Extent { years: None, ..extent }).collect();
    if extents.contains(&Extent::EVERYTHING) { None } else { Some(extents) }
}

/// A page of the persons of the caller's subtree: by their agency, or by a token or a grant that holds there.
pub fn list_persons(
    connection: &mut AnyConnection,
    asking: &Asking,
    page: &Page,
    count: bool,
) -> Answer<(Vec<Person>, Option<i64>)> {
    require_people_right(asking)?;
    asking.sees(None, None);
    Ok(people::list_persons(connection, places(asking).as_deref(), page, count)?)
}

/// A person of the caller's subtree with their living tokens; whoever is not listed is not there.
pub fn find_person(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &PersonId,
) -> Answer<(Person, Vec<Token>)> {
    require_people_right(asking)?;
    let person = people::find_person(connection, id)?.ok_or(Refusal::NotFound)?;
    if let Some(places) = places(asking)
        && !people::is_person_of(connection, id, &places)?
    {
        return Err(Refusal::NotFound);
    }
    asking.sees(person.agency_id.as_ref(), None);
    Ok((person, living_tokens(connection, id)?))
}

/// A person for whoever may change them: who holds more than the caller may give is not theirs to change.
pub fn find_changeable(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &PersonId,
) -> Answer<(Person, Vec<Token>)> {
    let (person, tokens) = find_person(connection, asking, id)?;
    if asking.rights.may_somewhere(Right::Appoint)
        && may_manage_own(connection, asking, id)?
        && tokens.iter().all(|token| may_manage(asking, &token.grants))
    {
        Ok((person, tokens))
    } else {
        Err(Refusal::Forbidden)
    }
}

/// What is to be changed about a person.
#[derive(Debug, Clone)]
pub struct PersonEdit {
    pub name: String,
    /// The day somebody left; all their tokens and grants are revoked at once.
    pub left_on: Option<NaiveDate>,
}

pub fn update_person(
    desk: &mut Desk<'_>,
    id: &PersonId,
    version: i64,
    edit: &PersonEdit,
) -> Answer<(Person, Vec<Token>)> {
    let (present, held) = find_changeable(desk.connection, desk.asking, id)?;
    require_present(present.version == version)?;
    if edit.left_on.is_some_and(|day| day > desk.asking.today) {
        return Err(Refusal::invalid("/left_on", "in_the_future"));
    }
    let wanted = Person { name: edit.name.clone(), left_on: edit.left_on, ..present.clone() };
    let Some(person) = changed!(present, wanted) else { return Ok((present, held)) };
    let own = person_grants::of_person(desk.connection, id)?;
    if person.left_on.is_some() {
        require_another_admin(desk, &held, Some((id, &own)))?;
    }
    people::update_person(desk.connection, &person)?;
    let mut living = held;
    if person.left_on.is_some() {
        for token in &mut living {
            token.revoked_at = Some(desk.act.at);
            token.version += 1;
            token.updated_at = desk.act.at;
            tokens::update_token(desk.connection, token)?;
            desk.notes.audit(note(AuditAction::TokenRevoke, token));
        }
        living.clear();
        if !own.is_empty() {
            write_grants(desk, &person, own.len(), &[])?;
        }
        // What was set up in their name goes with them.
        webhooks::disable_of(desk.connection, &person.id, desk.act.at)?;
    }
    let detail = json!({
        "person": person.id.as_str(),
        "name": person.name,
        "left_on": person.left_on.map(|day| day.to_string()),
    });
    desk.notes.audit(Note::new(AuditAction::PersonUpdate, detail).of(person.agency_id.as_ref()));
    Ok((person, living))
}

/// Writes a person down who is not there yet: the program itself, under a name of its own.
pub fn ensure_person(connection: &mut AnyConnection, act: &Act, person: &Person) -> Answer<()> {
    if people::find_person(connection, &person.id)?.is_none() {
        people::insert_person(connection, person, act.at)?;
    }
    Ok(())
}
