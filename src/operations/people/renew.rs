//! Tokens that go on for longer than they were given for: rotated, ended later, or let come from more addresses. Of
//! somebody else's with grants of supervisors and above that may take a second pair of eyes, as issuing them does.

use super::issue::{Drawn, end_of, write_token};
use super::manage::{find_managed, handing_to, require_not_ended, revoke, seen, update_token};
use super::{GrantOrder, TokenEdit, TokenOrder};
use crate::domain::id::{PersonId, TokenId};
use crate::domain::people::Token;
use crate::operations::{Answer, Asking, Desk};
use crate::storage::AnyConnection;
use chrono::NaiveDateTime;
use ipnet::IpNet;

/// A token that is to go on, with what it lets its person do and whose it is: neither is ever another.
#[derive(Debug, Clone)]
pub struct RenewalOrder {
    pub token: TokenId,
    pub person: PersonId,
    pub grants: Vec<GrantOrder>,
    pub renewal: Renewal,
}

/// How.
#[derive(Debug, Clone)]
pub enum Renewal {
    /// By another secret, for which a token and this was drawn.
    Rotation { token: TokenId, drawn: Drawn },
    /// As it stands, of this version.
    Change { version: i64, edit: TokenEdit },
}

impl RenewalOrder {
    pub fn of(token: &Token, renewal: Renewal) -> RenewalOrder {
        RenewalOrder {
            token: token.id.clone(),
            person: token.person.id.clone(),
            grants: token.grants.iter().map(GrantOrder::from).collect(),
            renewal,
        }
    }
}

/// Whether a change lets a token do more than it was given for: live longer, or come from where it could not.
pub fn goes_further(asking: &Asking, present: &Token, edit: &TokenEdit) -> bool {
    ends_later(asking, present, edit) || comes_from_more(&present.addresses, &edit.addresses)
}

/// From no address in particular is from anywhere.
fn comes_from_more(present: &[IpNet], next: &[IpNet]) -> bool {
    let known = |network: &IpNet| present.iter().any(|before| before.contains(network));
    !present.is_empty() && (next.is_empty() || !next.iter().all(known))
}

fn ends_later(asking: &Asking, present: &Token, edit: &TokenEdit) -> bool {
    let Some(end) = present.ends_at(&asking.lifetimes) else { return false };
    let next = end_of(asking, present.created_at, edit.expires_at);
    next.is_ok_and(|next| next.is_none_or(|next| end < next))
}

/// The token, for whoever may have it go on now.
pub fn require_renewable(
    connection: &mut AnyConnection,
    asking: &Asking,
    order: &RenewalOrder,
    now: NaiveDateTime,
) -> Answer<Token> {
    let token = match order.renewal {
        Renewal::Rotation { .. } => find_managed(connection, asking, &order.token)?,
        Renewal::Change { version, .. } => seen(connection, asking, &order.token, version)?,
    };
    require_not_ended(asking, &token, now)?;
    if matches!(order.renewal, Renewal::Rotation { .. }) {
        handing_to(connection, asking, &token.person, now)?;
    }
    Ok(token)
}

/// Has a token go on that somebody else has asked for, as far as both could. Whoever confirms a rotation is shown the
/// code or secret, never whoever asked, and so issues it.
pub fn renew_asked_token(desk: &mut Desk<'_>, asker: &Asking, order: &RenewalOrder) -> Answer<Token> {
    require_renewable(desk.connection, asker, order, desk.act.at)?;
    match &order.renewal {
        Renewal::Rotation { token, drawn } => rotate_token(desk, &order.token, token, drawn),
        Renewal::Change { version, edit } => update_token(desk, &order.token, *version, edit),
    }
}

/// Revokes a token and issues one with a new secret to the same person, with the same grants.
pub fn rotate_token(desk: &mut Desk<'_>, id: &TokenId, new_id: &TokenId, drawn: &Drawn) -> Answer<Token> {
    let old = find_managed(desk.connection, desk.asking, id)?;
    require_not_ended(desk.asking, &old, desk.act.at)?;
    let handing = handing_to(desk.connection, desk.asking, &old.person, desk.act.at)?;
    revoke(desk, old.clone())?;
    let order = TokenOrder {
        token_id: new_id.clone(),
        name: old.name,
        person: Some(old.person.id.clone()),
        new_person_id: old.person.id,
        machine: old.person.machine,
        grants: old.grants.iter().map(GrantOrder::from).collect(),
        expires_at: old.expires_at,
        addresses: old.addresses,
        drawn: drawn.clone(),
    };
    write_token(desk, &order, old.grants, handing)
}
