//! The registry's history: what changed when, and the registry as of a day.

use super::AgencyQuery;
use super::read::{find, resolve};
use crate::domain::agency::{Agency, AgencyChange, AgencyOrder, AgencyStatus, HistoryEntry};
use crate::domain::page::Page;
use crate::operations::{AgencyRef, Answer, Refusal};
use crate::storage::history::{self, PastAgency};
use crate::storage::{Act, AnyConnection};
use chrono::NaiveDate;

/// Writes down what an agency has become.
pub(super) fn record(
    connection: &mut AnyConnection,
    act: &Act,
    agency: &Agency,
    change: AgencyChange,
    effective_on: NaiveDate,
    reason: Option<&str>,
) -> Answer<()> {
    let entry = HistoryEntry {
        agency: agency.clone(),
        effective_on,
        change,
        reason: reason.map(str::to_owned),
        person: act.actor.as_ref().map(|actor| (actor.person_id.clone(), actor.person_name.clone())),
    };
    Ok(history::insert(connection, &entry)?)
}

/// All changes of an agency, oldest first.
pub fn history(connection: &mut AnyConnection, agency: &AgencyRef) -> Answer<Vec<HistoryEntry>> {
    let agency = find(connection, agency)?;
    Ok(history::of_agency(connection, &agency.id)?)
}

/// An agency as it was on a day. One that had ended says so, and who has taken over; one that had not begun,
/// or whose time had run out, was not there.
pub fn find_at(connection: &mut AnyConnection, agency: &AgencyRef, day: NaiveDate) -> Answer<Agency> {
    let found = match agency {
        AgencyRef::Id(id) => history::find_at(connection, day, id)?,
        AgencyRef::Uscc(code) => history::find_by_uscc_at(connection, day, code.as_str())?,
        AgencyRef::Nowhere => None,
    };
    let tells = |found: &PastAgency| found.there || found.agency.status != AgencyStatus::Active;
    found.filter(tells).map(|found| found.agency).ok_or(Refusal::NotFound)
}

/// A page of the registry as of a day, and how many there are if asked.
pub fn list_at(
    connection: &mut AnyConnection,
    day: NaiveDate,
    query: &AgencyQuery,
    page: &Page<AgencyOrder>,
    count: bool,
) -> Answer<(Vec<Agency>, Option<i64>)> {
    let nothing = || Ok((Vec::new(), count.then_some(0)));
    let mut filter = query.filter.clone();
    if let Some(parent) = &query.parent {
        let Some(parent) = resolve(connection, parent)? else { return nothing() };
        filter.parent_id = Some(parent.id);
    }
    let mut root = None;
    if let Some(within) = &query.within {
        let Some(within) = resolve(connection, within)? else { return nothing() };
        root = Some(within.id);
    }
    let total = count.then(|| history::count_at(connection, day, &filter, root.as_ref())).transpose()?;
    Ok((history::list_at(connection, day, &filter, root.as_ref(), page)?, total))
}

/// The chain above an agency on a day, the root first.
pub fn ancestors_at(
    connection: &mut AnyConnection,
    agency: &AgencyRef,
    day: NaiveDate,
) -> Answer<Vec<Agency>> {
    let mut chain = Vec::new();
    let mut parent = find_at(connection, agency, day)?.parent_id;
    while let Some(id) = parent.filter(|_| chain.len() < crate::domain::agency::MAX_DEPTH) {
        let Some(above) = history::find_at(connection, day, &id)? else { break };
        parent = above.agency.parent_id.clone();
        chain.push(above.agency);
    }
    chain.reverse();
    Ok(chain)
}
