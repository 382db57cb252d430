//! Asking for an act that another person is to confirm.

use super::decide::{end, note};
use super::order::HeldOrder;
use crate::domain::audit::AuditAction;
use crate::domain::id::PendingId;
use crate::domain::pending::{HeldAct, PendingAct};
use crate::operations::reports::find_raw;
use crate::operations::{Answer, Asking, Conflict, Desk, Ready, Refusal};
use crate::storage::{Act, AnyConnection, Basis, pending};
use chrono::Duration;
use serde_json::Value;

/// Judges an act as if it were done now, and makes ready that it is written down.
pub fn prepare_ask(
    connection: &mut AnyConnection,
    act: &Act,
    asking: &Asking,
    id: &PendingId,
    order: &HeldOrder,
) -> Answer<Ready<PendingAct>> {
    let person = asking.person.clone().ok_or(Refusal::Forbidden)?;
    let hand_id = asking.doer().ok_or(Refusal::Forbidden)?.hand;
    let held = order.act().ok_or(Refusal::Forbidden)?;
    let (order, place) = order.clone().settled(connection, asking, act.at)?;
    let basis = order.judge(connection, act, asking)?;
    let of_report = order.report().map(|report| find_raw(connection, report)).transpose()?;
    let command = PendingAct {
        id: id.clone(),
        act: held,
        agency_id: of_report.as_ref().map(|view| view.agency.id.clone()).or(place),
        report_id: of_report.as_ref().map(|view| view.report.id.clone()),
        year: of_report.as_ref().map(|view| view.report.year),
        revision: order.revision(),
        version: order.version(),
        body: order.body().to_string(),
        person_id: person.id,
        person_name: person.name,
        hand_id,
        token_id: act.session.token.clone(),
        asked_at: act.at,
        ends_at: act.at + Duration::days(asking.policy.second_pair.days.into()),
    };
    // Of what it rests on it may be sure, not of itself: the same may wait already.
    Ok(Ready { basis: Basis { is_sure: false, ..basis }, command })
}

/// What became of an act that may take another person.
#[derive(Debug, Clone)]
pub enum Outcome<T> {
    Done(T),
    Asked(Box<PendingAct>),
}

/// Does an act, or writes it down for another person to confirm: which of the two is settled here, by what is so in its
/// turn.
pub fn do_or_ask<T>(
    desk: &mut Desk<'_>,
    id: &PendingId,
    order: &HeldOrder,
    mut act: impl FnMut(&mut Desk<'_>) -> Answer<T>,
) -> Answer<Outcome<T>> {
    if !order.waits_now(desk.connection, desk.asking, desk.act.at)? {
        return act(desk).map(Outcome::Done);
    }
    let asked = prepare_ask(desk.connection, desk.act, desk.asking, id, order)?.command;
    enter_ask(desk, &asked)?;
    Ok(Outcome::Asked(Box::new(asked)))
}

/// Writes it down, where the same does not wait already.
pub fn enter_ask(desk: &mut Desk<'_>, asked: &PendingAct) -> Answer<()> {
    // Of several tokens each is another.
    let once = asked.act != HeldAct::Grants;
    if let Some(before) = pending::find_same(desk.connection, asked)?.filter(|_| once) {
        if before.ends_at > desk.act.at {
            return Err(Refusal::conflict(Conflict::AlreadyPending));
        }
        end(desk.connection, desk.notes, &before, "expired")?;
    }
    pending::insert(desk.connection, asked)?;
    desk.notes.audit(note(AuditAction::PendingAsk, asked, Value::Null));
    Ok(())
}
