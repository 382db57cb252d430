//! Confirming a person: somebody else than the issuer says that it is they who hold what was issued to them.

use super::access_of;
use super::manage::held_tokens;
use super::persons::find_changeable;
use crate::domain::access::Access;
use crate::domain::audit::AuditAction;
use crate::domain::id::PersonId;
use crate::domain::people::{Person, Token};
use crate::domain::workflow::{Clash, Why};
use crate::operations::{Conflict, Desk, Refusal};
use crate::storage::{Note, people, tokens};
use serde_json::json;

/// A person as they stand after a confirmation.
#[derive(Debug, Clone)]
pub struct Confirmed {
    pub person: Person,
    pub tokens: Vec<Token>,
    /// `false`: nothing waited for it.
    pub changed: bool,
}

/// Says of all that a person has fetched by code that it is they who hold it. What is issued to them later waits anew.
pub fn confirm_person(desk: &mut Desk<'_>, id: &PersonId) -> Result<Confirmed, Refusal> {
    let (mut person, present) = find_changeable(desk.connection, desk.asking, id)?;
    let me = desk.asking.doer().ok_or(Refusal::Forbidden)?;
    let (lifetimes, now) = (desk.asking.lifetimes, desk.act.at);
    let mut confirmed = Vec::new();
    let (mut mine, mut early) = (None, false);
    for token in held_tokens(desk.connection, id, &lifetimes, now)? {
        let access = access_of(desk.connection, &token)?;
        if access.own {
            continue;
        }
        if token.is_pending() || person.machine {
            early = true;
        } else if let Some(hand) = shared_hand(&access, [&me.person, &me.hand], id) {
            mine = Some(hand);
        } else {
            confirmed.push(token);
        }
    }
    if confirmed.is_empty() {
        return match mine {
            Some(hand) => {
                let clash = Clash { why: Why::Issuer, person: id.clone(), hand };
                Err(Refusal::clash(desk.connection, &clash)?)
            }
            None if early => Err(Refusal::conflict(Conflict::NothingToConfirm)),
            None => Ok(Confirmed { person, tokens: present, changed: false }),
        };
    }
    for token in &mut confirmed {
        token.confirmed_by = Some(me.person.clone());
        token.confirmed_at = Some(now);
        token.version += 1;
        token.updated_at = now;
        tokens::update_token(desk.connection, token)?;
    }
    person.version += 1;
    people::update_person(desk.connection, &person)?;
    let ids: Vec<&str> = confirmed.iter().map(|token| token.id.as_str()).collect();
    desk.notes.audit(Note {
        action: AuditAction::PersonConfirm,
        agency_id: person.agency_id.as_ref().map(ToString::to_string),
        report_id: None,
        detail: json!({ "person": id.as_str(), "name": person.name, "tokens": ids, "hand": me.hand.as_str() }),
    });
    let (person, tokens) = find_changeable(desk.connection, desk.asking, id)?;
    Ok(Confirmed { person, tokens, changed: true })
}

/// Who stands both behind the access and behind whoever would confirm it: its issuer, whoever stands behind that one,
/// or the person themselves.
fn shared_hand(access: &Access, me: [&PersonId; 2], person: &PersonId) -> Option<PersonId> {
    let issuer = access.issuer.as_ref().map(|issuer| &issuer.id);
    let behind = [Some(&access.hand.id), issuer, Some(person)];
    me.into_iter().find(|id| behind.contains(&Some(id))).cloned()
}
