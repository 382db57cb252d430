//! Managing tokens: inside one's own grants and below one's own role.

use super::grants::may_manage_own;
use super::issue::{Handing, end_of, note, require_machine, require_separation, resolve_grants, write_token};
use super::subject::signs_in;
use super::{GrantOrder, TokenOrder};
use crate::domain::access::Lifetimes;
use crate::domain::audit::AuditAction;
use crate::domain::id::{PersonId, TokenId};
use crate::domain::page::Page;
use crate::domain::people::{Person, Token, TokenGrant};
use crate::domain::rights::{Extent, Right, Rights, Role};
use crate::operations::changed::changed;
use crate::operations::{Answer, Asking, Conflict, Desk, InputFault, Refusal, permit};
use crate::storage::{AnyConnection, agencies, people, person_grants, tokens};
use chrono::NaiveDateTime;
use ipnet::IpNet;

/// Whether the caller may issue, rotate and revoke a token with these grants.
pub(super) fn may_manage(asking: &Asking, grants: &[TokenGrant]) -> bool {
    may_manage_by(&asking.rights, grants)
}

/// The same of whoever has these rights.
pub(super) fn may_manage_by(rights: &Rights, grants: &[TokenGrant]) -> bool {
    grants.iter().all(|grant| rights.may_give(&grant.right()))
}

/// Whether the caller may give all of some grants, as far as they can still be given.
pub fn may_give_all(connection: &mut AnyConnection, asking: &Asking, orders: &[GrantOrder]) -> Answer<bool> {
    match resolve_grants(connection, orders) {
        Ok(grants) => Ok(may_manage(asking, &grants)),
        Err(Refusal::Storage(error)) => Err(Refusal::Storage(error)),
        Err(_) => Ok(false),
    }
}

/// Refuses whoever sees no persons and no tokens.
pub fn require_people_right(asking: &Asking) -> Answer<()> {
    permit(asking.rights.may_somewhere(Right::SeePeople))
}

/// Refuses whoever manages no tokens at all.
pub fn require_token_right(asking: &Asking) -> Answer<()> {
    permit(asking.rights.may_somewhere(Right::Appoint))
}

/// A token that was not revoked and that the caller sees, or one of the caller's own; another is not there.
pub fn find_seen(connection: &mut AnyConnection, asking: &Asking, id: &TokenId) -> Answer<Token> {
    let found = tokens::find_token_by_id(connection, id)?;
    if let Some(own) =
        found.as_ref().filter(|token| token.revoked_at.is_none() && asking.is(&token.person.id))
    {
        return Ok(own.clone());
    }
    require_people_right(asking)?;
    let token = found.ok_or(Refusal::NotFound)?;
    let is_seen = asking.rights.people_seen().is_none_or(|bounds| {
        token.grants.iter().all(|grant| {
            let grant = grant.right();
            bounds.iter().any(|(roles, extent)| roles.contains(&grant.role) && extent.encloses(&grant.extent))
        })
    });
    if token.revoked_at.is_none() && is_seen {
        asking.sees(token.person.agency_id.as_ref(), None);
        Ok(token)
    } else {
        Err(Refusal::NotFound)
    }
}

/// A token that the caller manages.
pub fn find_managed(connection: &mut AnyConnection, asking: &Asking, id: &TokenId) -> Answer<Token> {
    require_token_right(asking)?;
    let token = find_seen(connection, asking, id)?;
    if may_manage(asking, &token.grants) { Ok(token) } else { Err(Refusal::Forbidden) }
}

/// A page of the tokens under the caller's grants.
pub fn list_seen(
    connection: &mut AnyConnection,
    asking: &Asking,
    person: Option<&PersonId>,
    page: &Page,
    count: bool,
) -> Answer<(Vec<Token>, Option<i64>)> {
    require_people_right(asking)?;
    asking.sees(None, None);
    Ok(tokens::list_tokens(connection, asking.rights.people_seen().as_ref(), person, page, count)?)
}

/// Tokens read at once.
const TOKENS: i64 = 500;

/// All tokens of a person that were not revoked, however many: none may be left over when they leave.
pub(super) fn living_tokens(connection: &mut AnyConnection, id: &PersonId) -> Answer<Vec<Token>> {
    let mut page = Page { keys: Vec::new(), after_id: None, limit: TOKENS };
    let mut living = Vec::new();
    loop {
        let (found, _) = tokens::list_tokens(connection, None, Some(id), &page, false)?;
        let Some(last) = found.last() else { return Ok(living) };
        page.after_id = Some(last.id.to_string());
        living.extend(found);
    }
}

/// Those of them that are, or are still to be, a way in.
pub(super) fn held_tokens(
    connection: &mut AnyConnection,
    id: &PersonId,
    lifetimes: &Lifetimes,
    now: NaiveDateTime,
) -> Answer<Vec<Token>> {
    let mut held = living_tokens(connection, id)?;
    held.retain(|token| !token.has_ended(lifetimes, now));
    Ok(held)
}

/// The person to whom a token is to be given.
///
/// A person from elsewhere is not there; one of no agency is everybody's who supervises everywhere.
fn require_person(connection: &mut AnyConnection, asking: &Asking, id: &PersonId) -> Answer<Person> {
    let absent = || Refusal::invalid("/person_id", "not_found");
    let person = people::find_person(connection, id)?.ok_or_else(absent)?;
    let place = person.agency_id.as_ref().map(|agency| agencies::find(connection, agency));
    let place = place.transpose()?.flatten();
    let sees = match place {
        Some(agency) => asking.rights.may(Right::SeePeople, &agency.path, None),
        None => asking.rights.may_below(Right::SeePeople, None, None),
    };
    if !sees {
        return Err(absent());
    }
    if person.left_on.is_some() { Err(Refusal::invalid("/person_id", "person_left")) } else { Ok(person) }
}

/// How a token comes to its person: to oneself and for a machine at once, to anybody else by a code. Whoever holds
/// anything that the caller could not give is given nothing by them: it would be a way into what they hold.
pub(super) fn handing_to(
    connection: &mut AnyConnection,
    asking: &Asking,
    person: &Person,
    now: NaiveDateTime,
) -> Answer<Handing> {
    if asking.is(&person.id) {
        return Ok(Handing::Shown);
    }
    let held = held_tokens(connection, &person.id, &asking.lifetimes, now)?;
    let own = may_manage_own(connection, asking, &person.id)?;
    if !own || !held.iter().all(|token| may_manage(asking, &token.grants)) {
        return Err(Refusal::Forbidden);
    }
    Ok(if person.machine { Handing::Shown } else { Handing::ByCode })
}

/// Issues a token on somebody's behalf, with their rights.
///
/// What is wrong with the order is told before that it is not the caller's to give; whoever gives none at all
/// was refused before (`require_token_right`).
pub fn issue_token_as(desk: &mut Desk<'_>, order: &TokenOrder) -> Answer<Token> {
    let (grants, handing) = issuable(desk.connection, desk.asking, order, desk.act.at)?;
    write_token(desk, order, grants, handing)
}

/// Issues a token that somebody else has asked for, as far as both could. Whoever confirms it is shown its code or
/// secret, never whoever asked, and so issues it.
pub fn issue_asked_token(desk: &mut Desk<'_>, asker: &Asking, order: &TokenOrder) -> Answer<Token> {
    require_issuable(desk.connection, asker, order, desk.act.at)?;
    issue_token_as(desk, order)
}

/// The grants of a token that the caller may issue now.
pub fn require_issuable(
    connection: &mut AnyConnection,
    asking: &Asking,
    order: &TokenOrder,
    now: NaiveDateTime,
) -> Answer<Vec<TokenGrant>> {
    issuable(connection, asking, order, now).map(|(grants, _)| grants)
}

fn issuable(
    connection: &mut AnyConnection,
    asking: &Asking,
    order: &TokenOrder,
    now: NaiveDateTime,
) -> Answer<(Vec<TokenGrant>, Handing)> {
    let grants = resolve_grants(connection, &order.grants)?;
    let person = order.person.as_ref().map(|id| require_person(connection, asking, id)).transpose()?;
    require_machine(order, person.as_ref())?;
    if end_of(asking, now, order.expires_at)?.is_some_and(|end| end <= now) {
        return Err(Refusal::invalid("/expires_at", "in_the_past"));
    }
    require_giving(asking, order.person.as_ref(), &grants, &[])?;
    let handing = match person {
        Some(person) => handing_to(connection, asking, &person, now)?,
        None if order.machine => Handing::Shown,
        None => Handing::ByCode,
    };
    require_separation(connection, asking, order.person.as_ref(), &grants)?;
    Ok((grants, handing))
}

/// Refuses what the caller may not give to somebody beside what those hold already.
pub(super) fn require_giving(
    asking: &Asking,
    person: Option<&PersonId>,
    grants: &[TokenGrant],
    held: &[TokenGrant],
) -> Answer<()> {
    let given = || grants.iter().enumerate().filter(|(_, grant)| !held.contains(grant));
    // It is for the first set-up, and made by whoever runs the service.
    let faults: Vec<InputFault> = given()
        .filter(|(_, grant)| asking.rights.separated && grant.role == Role::Admin)
        .map(|(at, _)| InputFault::new(format!("/grants/{at}/role"), "admin_by_command_line"))
        .collect();
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults));
    }
    let rights = &asking.rights;
    let me = asking.person.as_ref().map(|person| &person.id);
    let oneself = me.is_some() && me == person;
    let mut given = given().map(|(_, grant)| grant.right());
    let may = given.all(|grant| if oneself { rights.may_take(&grant) } else { rights.may_give(&grant) });
    permit(may)
}

/// A token's new name, end, and from where it may come.
#[derive(Debug, Clone)]
pub struct TokenEdit {
    pub name: String,
    pub expires_at: Option<NaiveDateTime>,
    pub addresses: Vec<IpNet>,
}

/// The token as the caller saw it.
pub(super) fn seen(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &TokenId,
    version: i64,
) -> Answer<Token> {
    let token = find_managed(connection, asking, id)?;
    if token.version == version { Ok(token) } else { Err(Refusal::PreconditionFailed) }
}

pub fn update_token(desk: &mut Desk<'_>, id: &TokenId, version: i64, edit: &TokenEdit) -> Answer<Token> {
    let present = seen(desk.connection, desk.asking, id, version)?;
    require_not_ended(desk.asking, &present, desk.act.at)?;
    let stays = edit.expires_at == present.ends_at(&desk.asking.lifetimes);
    let end = || end_of(desk.asking, present.created_at, edit.expires_at);
    let wanted = Token {
        name: edit.name.clone(),
        expires_at: if stays { present.expires_at } else { end()? },
        addresses: edit.addresses.clone(),
        ..present.clone()
    };
    let Some(token) = changed!(present, wanted, desk.act.at) else { return Ok(present) };
    if token.expires_at.is_some_and(|at| at <= desk.act.at) {
        require_another_admin(desk, std::slice::from_ref(&present), None)?;
    }
    tokens::update_token(desk.connection, &token)?;
    people::touch_person(desk.connection, &token.person.id)?;
    desk.notes.audit(note(AuditAction::TokenUpdate, &token));
    Ok(token)
}

/// What has ended is not revived, by whatever way: another is issued.
pub(super) fn require_not_ended(asking: &Asking, token: &Token, now: NaiveDateTime) -> Answer<()> {
    if token.has_ended(&asking.lifetimes, now) {
        Err(Refusal::conflict(Conflict::TokenEnded))
    } else {
        Ok(())
    }
}

/// Somebody must be left who may set things right, and comes in by a way that there is here: of the tokens and of the
/// grants of a person that are to end, not all may be the last ones of an administrator.
pub(super) fn require_another_admin(
    desk: &mut Desk<'_>,
    ending: &[Token],
    own: Option<(&PersonId, &[TokenGrant])>,
) -> Answer<()> {
    // Where roles are separated, whoever keeps the persons can set things right as well.
    let roles: &[Role] = match desk.asking.rights.separated {
        true => &[Role::Admin, Role::SecurityAdmin],
        false => &[Role::Admin],
    };
    let is_admin = |grant: &TokenGrant| {
        let right = grant.right();
        roles.contains(&right.role) && !right.read_only && right.extent == Extent::EVERYTHING
    };
    let own = own.filter(|(_, grants)| grants.iter().any(is_admin)).map(|(person, _)| person);
    if own.is_none() && !ending.iter().any(|token| token.grants.iter().any(is_admin)) {
        return Ok(());
    }
    let ending: Vec<&str> = ending.iter().map(|token| token.id.as_str()).collect();
    let Asking { ways, lifetimes, .. } = desk.asking;
    for token in tokens::beside(desk.connection, roles, &ending)? {
        // What a token carries its person has by an identity provider too, whoever's tokens are a way in.
        let enters = ways.tokens.lets_in(&token) && token.lives(lifetimes, desk.act.at);
        let signs_in =
            !token.has_ended(lifetimes, desk.act.at) && signs_in(desk.connection, &token.person.id, ways)?;
        if enters || signs_in {
            return Ok(());
        }
    }
    // What somebody holds themselves is theirs by a provider alone.
    match &ways.issuer {
        Some(issuer) if person_grants::held_beside(desk.connection, roles, issuer, own)? => Ok(()),
        _ => Err(Refusal::conflict(Conflict::LastAdmin)),
    }
}

/// From the next request on, on every instance, the token is none.
pub fn revoke_token(desk: &mut Desk<'_>, id: &TokenId, version: i64) -> Answer<()> {
    let token = seen(desk.connection, desk.asking, id, version)?;
    require_another_admin(desk, std::slice::from_ref(&token), None)?;
    revoke(desk, token)
}

pub(super) fn revoke(desk: &mut Desk<'_>, mut token: Token) -> Answer<()> {
    token.revoked_at = Some(desk.act.at);
    token.version += 1;
    token.updated_at = desk.act.at;
    tokens::update_token(desk.connection, &token)?;
    people::touch_person(desk.connection, &token.person.id)?;
    desk.notes.audit(note(AuditAction::TokenRevoke, &token));
    Ok(())
}
