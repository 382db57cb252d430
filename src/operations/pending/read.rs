//! What waits, for whoever asked for it and for those who may decide on it.

use super::decide::Fresh;
use super::order::HeldOrder;
use crate::domain::access::Doer;
use crate::domain::agency::Agency;
use crate::domain::id::PendingId;
use crate::domain::page::Page;
use crate::domain::pending::{HeldAct, PendingAct, PendingBounds};
use crate::domain::workflow::{Clash, Why};
use crate::operations::people::{access_of, may_give_all};
use crate::operations::{Answer, Asking, Refusal};
use crate::storage::{AnyConnection, agencies, pending, tokens};
use chrono::NaiveDateTime;

/// Most that are shown among the tasks: whoever has more decides on these first.
const MOST: i64 = 200;

/// `None`: nobody in particular, who is shown nothing.
fn bounds(asking: &Asking, own: bool, now: NaiveDateTime) -> Option<PendingBounds> {
    let person = asking.person.as_ref()?.id.clone();
    let extents = |act: HeldAct| {
        let mut rights = asking.rights.only(act.right());
        if act == HeldAct::Grants {
            rights.grants.retain(|grant| grant.role.gives().iter().any(|role| role.is_above()));
        }
        rights.extents(act.right())
    };
    let acts = HeldAct::ALL.iter().map(|act| (*act, extents(*act)));
    let acts = acts.filter(|(_, extents)| !extents.is_empty()).collect();
    Some(PendingBounds { person, own, acts, now })
}

/// The grants that would be given; `None`: it gives none.
fn grants_of(pending: &PendingAct) -> Answer<Option<HeldOrder>> {
    match pending.act {
        HeldAct::Grants => Ok(Some(HeldOrder::of(pending, &Fresh::nothing())?)),
        _ => Ok(None),
    }
}

fn may_give(
    connection: &mut AnyConnection,
    asking: &Asking,
    order: &HeldOrder,
    now: NaiveDateTime,
) -> Answer<bool> {
    match order.givable(connection, asking, now) {
        Ok(_) => Ok(true),
        Err(Refusal::Storage(error)) => Err(Refusal::Storage(error)),
        Err(_) => Ok(false),
    }
}

/// Those with whom whoever decides is not connected: the asker as they were known then, and for grants the one they
/// are for.
fn parties(pending: &PendingAct, order: Option<&HeldOrder>) -> Vec<(Why, Doer)> {
    let receiver = order.and_then(HeldOrder::receiver).cloned();
    let receiver = receiver.map(|id| (Why::Receiver, Doer { person: id.clone(), hand: id }));
    [Some((Why::Asker, pending.asker())), receiver].into_iter().flatten().collect()
}

/// Whether the caller may decide on what lies within their bounds: by no hand that has another part in it, and of
/// grants such as they could give.
fn may_decide(
    connection: &mut AnyConnection,
    asking: &Asking,
    one: &PendingAct,
    now: NaiveDateTime,
) -> Answer<bool> {
    let order = grants_of(one)?;
    let Some(me) = asking.doer() else { return Ok(false) };
    if parties(one, order.as_ref()).iter().any(|(_, other)| me.is_connected_with(other)) {
        return Ok(false);
    }
    order.map_or(Ok(true), |order| may_give(connection, asking, &order, now))
}

/// A page within bounds, without what of others the caller could not decide on: what was asked for by the same hand,
/// and grants that they could not give: whoever appoints gives not every
/// role.
fn find_all(
    connection: &mut AnyConnection,
    asking: &Asking,
    bounds: &PendingBounds,
    page: &Page,
    count: bool,
) -> Answer<(Vec<PendingAct>, Option<i64>)> {
    let mut page = page.clone();
    let wanted = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let (mut kept, mut total) = (Vec::new(), None);
    loop {
        let (found, counted) = pending::list(connection, bounds, &page, count && total.is_none())?;
        total = total.or(counted);
        let last = found.len() < wanted;
        page.after_id = found.last().map(|one| one.id.to_string());
        for one in found {
            if one.person_id == bounds.person || may_decide(connection, asking, &one, bounds.now)? {
                kept.push(one);
            }
        }
        if last || kept.len() >= wanted {
            kept.truncate(wanted);
            return Ok((kept, total));
        }
    }
}

/// A page of what waits that the caller has asked for or may decide on.
pub fn list(
    connection: &mut AnyConnection,
    asking: &Asking,
    now: NaiveDateTime,
    page: &Page,
    count: bool,
) -> Answer<(Vec<PendingAct>, Option<i64>)> {
    let Some(bounds) = bounds(asking, true, now) else { return Ok((Vec::new(), None)) };
    let (found, total) = find_all(connection, asking, &bounds, page, count)?;
    found.iter().for_each(|one| asking.sees(one.agency_id.as_ref(), one.report_id.as_ref()));
    Ok((found, total))
}

/// What waits for the caller, asked for by somebody else; with the agencies that it is about.
pub fn waiting_for(
    connection: &mut AnyConnection,
    asking: &Asking,
    now: NaiveDateTime,
) -> Answer<Vec<(PendingAct, Option<Agency>)>> {
    let bounds = bounds(asking, false, now).filter(|bounds| !bounds.acts.is_empty());
    let Some(bounds) = bounds else { return Ok(Vec::new()) };
    let page = Page { keys: Vec::new(), after_id: None, limit: MOST };
    let (waiting, _) = find_all(connection, asking, &bounds, &page, false)?;
    let ids: Vec<String> =
        waiting.iter().filter_map(|one| Some(one.agency_id.as_ref()?.to_string())).collect();
    if ids.is_empty() {
        return Ok(waiting.into_iter().map(|one| (one, None)).collect());
    }
    let agencies = agencies::find_many(connection, &ids)?;
    let about = |one: &PendingAct| agencies.iter().find(|agency| Some(&agency.id) == one.agency_id.as_ref());
    let told = waiting.into_iter().map(|one| {
        let agency = about(&one).cloned();
        (one, agency)
    });
    Ok(told.collect())
}

/// Refuses whoever may not decide on it, or could not have; whether somebody has already is told later.
pub fn require_decider(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &PendingId,
    now: NaiveDateTime,
) -> Answer<()> {
    match find_decidable(connection, asking, id, now) {
        Ok(_) | Err(Refusal::Decided(_)) => Ok(()),
        Err(refusal) => Err(refusal),
    }
}

/// One on which the caller may decide: somebody else's, over which they have the right to the act itself.
pub(super) fn find_decidable(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &PendingId,
    now: NaiveDateTime,
) -> Answer<PendingAct> {
    let me = asking.doer().ok_or(Refusal::NotFound)?;
    let waiting = pending::find(connection, id)?.filter(|one| one.ends_at > now);
    let decided = if waiting.is_none() { pending::find_decided(connection, id)? } else { None };
    let asked = decided.as_ref().map(|decided| decided.asked.clone());
    let found = waiting.or(asked).ok_or(Refusal::NotFound)?;
    let order = grants_of(&found)?;
    let own = [Some(&found.person_id), decided.as_ref().map(|decided| &decided.by.id)];
    let may = match &order {
        _ if own.contains(&Some(&me.person)) => true,
        // What it would have given by then is given, or gone.
        Some(order) if decided.is_some() => may_give_all(connection, asking, order.grants())?,
        order => may_do(connection, asking, &found, order.as_ref(), now)?,
    };
    if !may {
        return Err(Refusal::NotFound);
    }
    let mut parties = parties(&found, order.as_ref());
    let token = found.token_id.as_ref().map(|token| tokens::find_token_by_id(connection, token));
    let token = token.transpose()?.flatten();
    if let Some(token) = token {
        let hand = access_of(connection, &token)?.hand.id;
        parties.push((Why::Asker, Doer { person: found.person_id.clone(), hand }));
    }
    match (parties.iter().find(|(_, other)| me.is_connected_with(other)), decided) {
        (Some((why, other)), _) => Err(Refusal::clash(connection, &Clash::between(*why, &me, other))?),
        (None, Some(decided)) => Err(Refusal::Decided(Box::new(decided))),
        (None, None) => Ok(found),
    }
}

/// Whether the caller has the right to the act itself.
fn may_do(
    connection: &mut AnyConnection,
    asking: &Asking,
    one: &PendingAct,
    order: Option<&HeldOrder>,
    now: NaiveDateTime,
) -> Answer<bool> {
    if let Some(order) = order {
        return may_give(connection, asking, order, now);
    }
    let place = match &one.agency_id {
        Some(agency) => Some(agencies::find(connection, agency)?.ok_or(Refusal::NotFound)?.path),
        None => None,
    };
    let right = one.act.right();
    Ok(match &place {
        Some(place) => asking.rights.may(right, place, one.year),
        None => asking.rights.may_below(right, None, one.year),
    })
}
