//! Managing tokens: inside one's own grants and below one's own role.

use super::issue::{note, resolve_grants, write_token};
use super::{GrantOrder, TokenOrder};
use crate::domain::audit::AuditAction;
use crate::domain::id::{PersonId, TokenId};
use crate::domain::page::Page;
use crate::domain::people::{Token, TokenBounds, TokenGrant};
use crate::domain::rights::Role;
use crate::operations::changed::changed;
use crate::operations::{AgencyRef, Asking, Conflict, Desk, Refusal};
use crate::storage::AnyConnection;
use crate::storage::people;
use chrono::NaiveDateTime;

/// What a supervisor may hand out.
const BELOW_SUPERVISOR: &[Role] = &[Role::Editor, Role::Reviewer, Role::Publisher];

/// Whether the caller may issue, rotate and revoke a token with these grants.
pub(super) fn may_manage(asking: &Asking, grants: &[TokenGrant]) -> bool {
    let below = |grant: &TokenGrant| {
        // A grant that holds everywhere lies inside none but such a one.
        let place = grant.agency.as_ref().map(|(_, _, path)| path);
        BELOW_SUPERVISOR.contains(&grant.role) && asking.rights.may_manage(place)
    };
    asking.rights.is_admin() || (!grants.is_empty() && grants.iter().all(below))
}

/// Refuses whoever manages no tokens at all.
pub fn require_token_right(asking: &Asking) -> Result<(), Refusal> {
    let manages = asking.rights.grants.iter().any(|grant| grant.role == Role::Supervisor);
    if manages || asking.rights.is_admin() { Ok(()) } else { Err(Refusal::Forbidden) }
}

/// A token that was not revoked and that the caller manages; another is not there.
pub fn find_managed(connection: &mut AnyConnection, asking: &Asking, id: &TokenId) -> Result<Token, Refusal> {
    let token = people::find_token_by_id(connection, id)?.ok_or(Refusal::NotFound)?;
    if token.revoked_at.is_none() && may_manage(asking, &token.grants) {
        Ok(token)
    } else {
        Err(Refusal::NotFound)
    }
}

/// A page of the tokens under the caller's grants.
pub fn list_managed(
    connection: &mut AnyConnection,
    asking: &Asking,
    person: Option<&PersonId>,
    page: &Page,
    count: bool,
) -> Result<(Vec<Token>, Option<i64>), Refusal> {
    require_token_right(asking)?;
    if asking.rights.is_admin() {
        return Ok(people::list_tokens(connection, None, person, page, count)?);
    }
    let supervised = asking.rights.grants.iter().filter(|grant| grant.role == Role::Supervisor);
    let bounds =
        TokenBounds { roles: BELOW_SUPERVISOR, paths: supervised.map(|grant| grant.at.clone()).collect() };
    Ok(people::list_tokens(connection, Some(&bounds), person, page, count)?)
}

/// Refuses a person to whom no token can be given.
///
/// A person from elsewhere is not there; one of no agency is everybody's who supervises everywhere.
fn require_person(connection: &mut AnyConnection, asking: &Asking, id: &PersonId) -> Result<(), Refusal> {
    let absent = || Refusal::invalid("/person_id", "not_found");
    let person = people::find_person(connection, id)?.ok_or_else(absent)?;
    let place = match &person.agency_id {
        Some(agency) => crate::storage::agencies::find(connection, agency)?,
        None => None,
    };
    if !asking.rights.may_manage(place.as_ref().map(|agency| &agency.path)) {
        return Err(absent());
    }
    if person.left_on.is_some() { Err(Refusal::invalid("/person_id", "person_left")) } else { Ok(()) }
}

/// Issues a token on somebody's behalf, with their rights.
///
/// What is wrong with the order is told before that it is not the caller's to give; whoever gives none at all
/// was refused before (`require_token_right`).
pub fn issue_token_as(desk: &mut Desk<'_>, order: &TokenOrder) -> Result<Token, Refusal> {
    let grants = resolve_grants(desk.connection, &order.grants)?;
    if let Some(person) = &order.person {
        require_person(desk.connection, desk.asking, person)?;
    }
    if !may_manage(desk.asking, &grants) {
        return Err(Refusal::Forbidden);
    }
    write_token(desk, order, grants)
}

/// A token's new name and end.
#[derive(Debug, Clone)]
pub struct TokenEdit {
    pub name: String,
    pub expires_at: Option<NaiveDateTime>,
}

/// The token as the caller saw it.
fn seen(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &TokenId,
    version: i64,
) -> Result<Token, Refusal> {
    let token = find_managed(connection, asking, id)?;
    if token.version == version { Ok(token) } else { Err(Refusal::PreconditionFailed) }
}

pub fn update_token(
    desk: &mut Desk<'_>,
    id: &TokenId,
    version: i64,
    edit: &TokenEdit,
) -> Result<Token, Refusal> {
    let present = seen(desk.connection, desk.asking, id, version)?;
    let wanted = Token { name: edit.name.clone(), expires_at: edit.expires_at, ..present.clone() };
    let Some(token) = changed(&present, wanted, desk.act.at) else { return Ok(present) };
    if token.expires_at.is_some_and(|at| at <= desk.act.at) {
        require_another_admin(desk, std::slice::from_ref(&present))?;
    }
    people::update_token(desk.connection, &token)?;
    desk.notes.audit(note(AuditAction::TokenUpdate, &token));
    Ok(token)
}

/// Somebody must be left who may set things right: of the tokens that are to end, not all may be the last ones of an
/// administrator.
pub(super) fn require_another_admin(desk: &mut Desk<'_>, ending: &[Token]) -> Result<(), Refusal> {
    let is_admin = |grant: &TokenGrant| grant.role == Role::Admin && grant.agency.is_none();
    if !ending.iter().any(|token| token.grants.iter().any(is_admin)) {
        return Ok(());
    }
    let ending: Vec<&str> = ending.iter().map(|token| token.id.as_str()).collect();
    if people::has_admin_beside(desk.connection, &ending, desk.act.at)? {
        Ok(())
    } else {
        Err(Refusal::conflict(Conflict::LastAdmin))
    }
}

/// From the next request on, on every instance, the token is none.
pub fn revoke_token(desk: &mut Desk<'_>, id: &TokenId, version: i64) -> Result<(), Refusal> {
    let token = seen(desk.connection, desk.asking, id, version)?;
    require_another_admin(desk, std::slice::from_ref(&token))?;
    revoke(desk, token)
}

fn revoke(desk: &mut Desk<'_>, mut token: Token) -> Result<(), Refusal> {
    token.revoked_at = Some(desk.act.at);
    token.version += 1;
    token.updated_at = desk.act.at;
    people::update_token(desk.connection, &token)?;
    desk.notes.audit(note(AuditAction::TokenRevoke, &token));
    Ok(())
}

/// Revokes a token and issues one with a new secret to the same person, with the same grants.
pub fn rotate_token(
    desk: &mut Desk<'_>,
    id: &TokenId,
    new_id: &TokenId,
    secret_hash: &str,
) -> Result<Token, Refusal> {
    let old = find_managed(desk.connection, desk.asking, id)?;
    revoke(desk, old.clone())?;
    let grants = old.grants.iter().map(|grant| GrantOrder {
        role: grant.role,
        agency: grant.agency.as_ref().map(|(id, _, _)| AgencyRef::Id(id.clone())),
        stage: grant.stage,
    });
    let order = TokenOrder {
        token_id: new_id.clone(),
        name: old.name,
        person: Some(old.person.id.clone()),
        new_person_id: old.person.id,
        grants: grants.collect(),
        expires_at: old.expires_at,
        secret_hash: secret_hash.to_owned(),
    };
    write_token(desk, &order, old.grants)
}
