//! Confirming a person: somebody else than the issuer says that it is they who hold what was issued to them.

use super::access_of;
use super::manage::held_tokens;
use super::persons::find_changeable;
use crate::domain::access::Access;
use crate::domain::audit::AuditAction;
use crate::domain::id::PersonId;
use crate::domain::people::{Person, Token};
use crate::domain::workflow::{Clash, Why};
use crate::operations::{Answer, Asking, Conflict, Desk, Refusal, require_present};
use crate::storage::{AnyConnection, Note, people, tokens};
use chrono::NaiveDateTime;
use serde_json::json;

/// A person as they stand after a confirmation.
#[derive(Debug, Clone)]
pub struct Confirmed {
    pub person: Person,
    pub tokens: Vec<Token>,
    /// `false`: nothing waited for it.
    pub changed: bool,
}

/// What a confirmation would be about.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub person: Person,
    /// What is to be confirmed.
    fetched: Vec<Token>,
    /// Some of it is nothing that could be confirmed, now or ever.
    early: bool,
    /// More than one access was ever given to the person by a code: which one is meant, only what was seen can tell.
    pub is_ambiguous: bool,
}

impl Waiting {
    pub fn is_anything(&self) -> bool {
        !self.fetched.is_empty()
    }
}

/// What of a person's access waits for somebody to say that it is they who hold it, for whoever may say so.
pub fn find_confirmable(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &PersonId,
    now: NaiveDateTime,
) -> Answer<Waiting> {
    let (person, _) = find_changeable(connection, asking, id)?;
    let me = asking.doer().ok_or(Refusal::Forbidden)?;
    let mut fetched = Vec::new();
    let (mut mine, mut early) = (None, false);
    for token in held_tokens(connection, id, &asking.lifetimes, now)? {
        let access = access_of(connection, &token)?;
        if access.own {
            continue;
        }
        if token.is_pending() || person.machine {
            early = true;
        } else if let Some(hand) = shared_hand(&access, [&me.person, &me.hand], id) {
            mine = Some(hand);
        } else {
            fetched.push(token);
        }
    }
    if let (true, Some(hand)) = (fetched.is_empty(), mine) {
        let clash = Clash { why: Why::Issuer, person: id.clone(), hand };
        return Err(Refusal::clash(connection, &clash)?);
    }
    let is_ambiguous = tokens::count_given_by_code(connection, id)? > 1;
    Ok(Waiting { person, fetched, early, is_ambiguous })
}

/// Refuses whoever has seen the person before anything was issued to them, fetched or rotated since.
pub fn require_seen(desk: &mut Desk<'_>, id: &PersonId, version: i64) -> Answer<()> {
    let (person, _) = find_changeable(desk.connection, desk.asking, id)?;
    require_present(person.version == version)
}

/// Says of all that a person has fetched by code that it is they who hold it. What is issued to them later waits anew.
pub fn confirm_person(desk: &mut Desk<'_>, id: &PersonId) -> Answer<Confirmed> {
    let now = desk.act.at;
    let Waiting { mut person, fetched: mut confirmed, early, .. } =
        find_confirmable(desk.connection, desk.asking, id, now)?;
    if confirmed.is_empty() {
        let (person, tokens) = find_changeable(desk.connection, desk.asking, id)?;
        return match early {
            true => Err(Refusal::conflict(Conflict::NothingToConfirm)),
            false => Ok(Confirmed { person, tokens, changed: false }),
        };
    }
    let me = desk.asking.doer().ok_or(Refusal::Forbidden)?;
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
    let detail =
        json!({ "person": id.as_str(), "name": person.name, "tokens": ids, "hand": me.hand.as_str() });
    desk.notes.audit(Note::new(AuditAction::PersonConfirm, detail).of(person.agency_id.as_ref()));
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
