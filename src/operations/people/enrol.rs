//! A secret is its person's alone: they fetch it with a code, once.

use super::issue::{digests_of_secret, note};
use super::manage::{held_tokens, may_manage_by};
use crate::domain::audit::AuditAction;
use crate::domain::people::{Token, TokenGrant};
use crate::domain::rights::Rights;
use crate::operations::{Answer, Desk, Refusal, permit};
use crate::storage::tokens;
use crate::storage::{people, person_grants};

/// Whether the token's issuer could still give its person everything they hold: a code is worth what its issuer is.
fn issuer_stands(desk: &mut Desk<'_>, token: &Token) -> Answer<bool> {
    let Some(issuer) = &token.issuer else { return Ok(true) };
    let left =
        people::find_person(desk.connection, &issuer.id)?.is_none_or(|issuer| issuer.left_on.is_some());
    if left {
        return Ok(false);
    }
    let (lifetimes, now) = (desk.asking.lifetimes, desk.act.at);
    let theirs = held_tokens(desk.connection, &issuer.id, &lifetimes, now)?;
    let living = theirs.iter().filter(|token| !token.is_pending()).flat_map(|token| &token.grants);
    let own = person_grants::of_person(desk.connection, &issuer.id)?;
    let grants = living.chain(&own).map(TokenGrant::right).collect();
    let rights = Rights { grants, separated: desk.asking.rights.separated, hand_sets_up: false };
    let own = person_grants::of_person(desk.connection, &token.person.id)?;
    let held = held_tokens(desk.connection, &token.person.id, &lifetimes, now)?;
    Ok(may_manage_by(&rights, &own) && held.iter().all(|token| may_manage_by(&rights, &token.grants)))
}

/// Gives a token its secret, to whoever brings its code.
pub fn enrol(desk: &mut Desk<'_>, code: &str, secret_hash: &str) -> Answer<Token> {
    let digests = digests_of_secret(desk.asking.digests, code);
    let found = tokens::find_by_code(desk.connection, &digests)?;
    let (lifetimes, now) = (desk.asking.lifetimes, desk.act.at);
    let open = |token: &Token| {
        token.is_pending()
            && token.code_ends_at.is_some_and(|ends| now < ends)
            && !token.has_ended(&lifetimes, now)
            && token.person.left_on.is_none()
    };
    let mut token = found.filter(open).ok_or(Refusal::CodeRefused)?;
    permit(issuer_stands(desk, &token)?)?;
    token.enrolled_at = Some(now);
    token.version += 1;
    token.updated_at = now;
    tokens::update_token(desk.connection, &token)?;
    tokens::set_secret(desk.connection, &token.id, secret_hash)?;
    people::touch_person(desk.connection, &token.person.id)?;
    desk.notes.audit(note(AuditAction::TokenEnrol, &token));
    Ok(token)
}
