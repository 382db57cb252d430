//! Confirming and refusing, and what ends without either.

use super::order::HeldOrder;
use super::read::find_decidable;
use crate::domain::access::{Access, Named};
use crate::domain::audit::AuditAction;
use crate::domain::id::{PendingId, PersonId, TokenId};
use crate::domain::pending::{DecidedAct, PendingAct, Verdict};
use crate::domain::people::{BoundSubject, Token, TokenGrant};
use crate::domain::report::Suppression;
use crate::domain::rights::Rights;
use crate::domain::workflow::ReviewSettings;
use crate::operations::people::{
    Drawn, Renewal, bind_asked_subject, entering_of, issue_asked_token, person_with_grants,
    renew_asked_token, set_grants,
};
use crate::operations::reports::{self, Transited};
use crate::operations::settings::change_review;
use crate::operations::{Answer, Asking, Conflict, Desk, Refusal};
use crate::storage::{AnyConnection, Note, Notes, pending, tokens};
use chrono::{NaiveDateTime, SecondsFormat};
use serde_json::{Value, json};

/// Taken away at once.
const AT_ONCE: i64 = 200;

/// What somebody decides.
#[derive(Debug, Clone)]
pub struct Decision {
    pub pending: PendingId,
    pub verdict: Verdict,
    pub comment: Option<String>,
    pub fresh: Fresh,
}

/// What is drawn for an act when it is done.
#[derive(Debug, Clone)]
pub struct Fresh {
    /// What a transition is to be called.
    pub transition: String,
    pub token: TokenId,
    /// A person who is not there yet.
    pub person: PersonId,
    pub drawn: Drawn,
}

impl Fresh {
    /// For what is only judged.
    pub(super) fn nothing() -> Fresh {
        Fresh {
            transition: String::new(),
            token: TokenId::from_stored(String::new()),
            person: PersonId::from_stored(String::new()),
            drawn: Drawn { secret_hash: String::new(), code_hash: String::new() },
        }
    }
}

/// What became of an act that waited.
#[derive(Debug, Clone)]
pub enum Decided {
    Refused,
    Review(ReviewSettings),
    Transition(Box<Transited>),
    Suppression(Suppression),
    Token(Box<Token>),
    /// It goes on as it was.
    Kept(Box<Token>),
    Grants(Vec<TokenGrant>),
    Subject(BoundSubject),
}

/// What the audit says of an act that waits, or does not wait any more; how that came is told beside it.
pub(super) fn note(action: AuditAction, pending: &PendingAct, outcome: Value) -> Note {
    let detail = json!({
        "pending": pending.id.as_str(),
        "act": pending.act.as_str(),
        "asked_by": asked_by(pending),
        "asked": serde_json::from_str::<Value>(&pending.body).unwrap_or_default(),
        "revision": pending.revision,
        "ends_at": pending.ends_at.and_utc().to_rfc3339_opts(SecondsFormat::Secs, true),
        "outcome": outcome,
    });
    Note::new(action, detail).of(pending.agency_id.as_ref()).about(pending.report_id.as_ref())
}

fn asked_by(pending: &PendingAct) -> Value {
    json!({ "id": pending.person_id.as_str(), "name": pending.person_name })
}

/// Lays one aside that nobody has decided on.
pub(super) fn end(
    connection: &mut AnyConnection,
    notes: &mut Notes,
    pending: &PendingAct,
    why: &str,
) -> Answer<()> {
    pending::delete(connection, &pending.id)?;
    notes.audit(note(AuditAction::PendingEnd, pending, json!({ "reason": why })));
    Ok(())
}

/// Whoever asked, with the rights that their token has now, or that they hold now who came without one, and by the hand
/// that it is now.
fn asker(desk: &mut Desk<'_>, pending: &PendingAct) -> Answer<Asking> {
    let gone = || Refusal::conflict(Conflict::AskerWithoutRight);
    let (lifetimes, now) = (desk.asking.lifetimes, desk.act.at);
    let (person, grants, access) = match &pending.token_id {
        Some(token) => {
            let token = tokens::find_token_by_id(desk.connection, token)?.ok_or_else(gone)?;
            if !token.lives(&lifetimes, now) || token.person.id != pending.person_id {
                return Err(gone());
            }
            let access = entering_of(desk.connection, &token, desk.asking.rights.separated)?;
            (token.person, token.grants, access)
        }
        None => {
            let held = person_with_grants(desk.connection, &pending.person_id, &lifetimes, now)?;
            let (person, grants) = held.ok_or_else(gone)?;
            let access = Access::own(&person);
            (person, grants, access)
        }
    };
    let grants = grants.iter().map(TokenGrant::right).collect();
    let rights = Rights { grants, separated: desk.asking.rights.separated, hand_sets_up: access.sets_up };
    Ok(Asking { rights, person: Some(person), access: Some(access), ..desk.asking.clone() })
}

/// What the asker is refused is no refusal of the one who confirms.
fn of_asker(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Forbidden | Refusal::SeparationOfDuties(_) => Refusal::conflict(Conflict::AskerWithoutRight),
        other => other,
    }
}

/// Does what was asked for as if its asker did it now, or lays it aside. Whoever decides is another person than the
/// asker and has the right to the act itself.
pub fn decide(desk: &mut Desk<'_>, decision: &Decision) -> Answer<(PendingAct, Decided)> {
    let asked = find_decidable(desk.connection, desk.asking, &decision.pending, desk.act.at)?;
    let outcome = json!({ "comment": decision.comment });
    let by = desk.asking.person.as_ref().map(Named::from).ok_or(Refusal::Forbidden)?;
    let decided = DecidedAct {
        asked: asked.clone(),
        decision: decision.verdict,
        comment: decision.comment.clone(),
        by,
        decided_at: desk.act.at,
    };
    pending::decide(desk.connection, &decided)?;
    if decision.verdict == Verdict::Refuse {
        desk.notes.audit(note(AuditAction::PendingRefuse, &asked, outcome));
        return Ok((asked, Decided::Refused));
    }
    let asker = asker(desk, &asked)?;
    let before = desk.notes.audit.len();
    let order = HeldOrder::of(&asked, &decision.fresh)?;
    let decided = perform(desk, &asker, &order).map_err(of_asker)?;
    for done in desk.notes.audit.iter_mut().skip(before) {
        if let Value::Object(said) = &mut done.detail {
            said.insert("asked_by".to_owned(), asked_by(&asked));
            said.insert("pending".to_owned(), json!(asked.id.as_str()));
        }
    }
    desk.notes.audit(note(AuditAction::PendingConfirm, &asked, outcome));
    Ok((asked, decided))
}

/// Does it in the asker's name; but a token is issued by whoever confirms it, who is shown its code.
fn perform(desk: &mut Desk<'_>, asker: &Asking, order: &HeldOrder) -> Answer<Decided> {
    let theirs = &mut Desk {
        connection: &mut *desk.connection,
        act: desk.act,
        notes: &mut *desk.notes,
        asking: asker,
    };
    Ok(match order {
        HeldOrder::Review { version, review } => Decided::Review(change_review(theirs, *version, *review)?),
        HeldOrder::Transition(order) => Decided::Transition(Box::new(reports::transition(theirs, order)?)),
        HeldOrder::Suppression(order) => Decided::Suppression(reports::suppress(theirs, order)?.0),
        HeldOrder::PersonGrants(order) => Decided::Grants(set_grants(theirs, order)?.1),
        HeldOrder::Subject(order) => Decided::Subject(bind_asked_subject(theirs, order)?),
        HeldOrder::Renewal(order) => {
            let token = Box::new(renew_asked_token(desk, asker, order)?);
            match order.renewal {
                Renewal::Rotation { .. } => Decided::Token(token),
                Renewal::Change { .. } => Decided::Kept(token),
            }
        }
        HeldOrder::Grants(order) => Decided::Token(Box::new(issue_asked_token(desk, asker, order)?)),
    })
}

/// Lays one aside whose confirmation was refused because it can be done no more; what can still be done waits on.
pub fn end_impossible(desk: &mut Desk<'_>, decision: &Decision) -> Answer<()> {
    let asked = match find_decidable(desk.connection, desk.asking, &decision.pending, desk.act.at) {
        Ok(asked) => asked,
        Err(Refusal::Storage(error)) => return Err(Refusal::Storage(error)),
        Err(_) => return Ok(()),
    };
    let order = HeldOrder::of(&asked, &decision.fresh)?;
    let judged = match asker(desk, &asked) {
        Ok(asker) => order.judge(desk.connection, desk.act, &asker).map(drop).map_err(of_asker),
        Err(refusal) => Err(refusal),
    };
    match judged {
        Ok(()) => Ok(()),
        Err(Refusal::Storage(error)) => Err(Refusal::Storage(error)),
        Err(_) => end(desk.connection, desk.notes, &asked, "impossible"),
    }
}

/// Takes some of those away whose time is over; how many.
pub fn expire(connection: &mut AnyConnection, notes: &mut Notes, now: NaiveDateTime) -> Answer<usize> {
    let over = pending::over(connection, now, AT_ONCE)?;
    for one in &over {
        end(connection, notes, one, "expired")?;
    }
    Ok(over.len())
}
