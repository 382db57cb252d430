//! The registry's history: what changed when, and the registry as of a day.

use super::AgencyQuery;
use super::read::{find, resolve};
use crate::domain::agency::{Agency, AgencyStatus};
use crate::domain::id::AgencyId;
use crate::operations::{AgencyRef, Refusal};
use crate::storage::history::{self, HistoryEntry, PastAgency};
use crate::storage::{Act, AnyConnection, Page};
use chrono::NaiveDate;

/// Writes down what an agency has become.
pub(super) fn record(
    connection: &mut AnyConnection,
    act: &Act,
    agency: &Agency,
    change: &str,
    effective_on: NaiveDate,
    reason: Option<&str>,
) -> Result<(), Refusal> {
    let entry = HistoryEntry {
        agency: agency.clone(),
        effective_on,
        change: change.to_owned(),
        reason: reason.map(str::to_owned),
        person: act.actor.as_ref().map(|actor| (actor.person_id.clone(), actor.person_name.clone())),
    };
    Ok(history::insert(connection, &entry)?)
}

/// All changes of an agency, oldest first.
pub fn history(connection: &mut AnyConnection, agency: &AgencyRef) -> Result<Vec<HistoryEntry>, Refusal> {
    let agency = find(connection, agency)?;
    Ok(history::of_agency(connection, &agency.id)?)
}

/// An agency as it was on a day. One that had ended says so, and who has taken over; one that had not begun,
/// or whose time had run out, was not there.
pub fn find_at(
    connection: &mut AnyConnection,
    agency: &AgencyRef,
    day: NaiveDate,
) -> Result<Agency, Refusal> {
    let found = match agency {
        AgencyRef::Id(id) => history::find_many_at(connection, day, &[id.to_string()])?.pop(),
        AgencyRef::Uscc(code) => history::find_by_uscc_at(connection, day, code.as_str())?,
    };
    let tells = |found: &PastAgency| found.there || found.agency.status != AgencyStatus::Active;
    found.filter(tells).map(|found| found.agency).ok_or(Refusal::NotFound)
}

/// A page of the registry as of a day, and how many there are if asked.
pub fn list_at(
    connection: &mut AnyConnection,
    day: NaiveDate,
    query: &AgencyQuery,
    page: &Page,
    count: bool,
) -> Result<(Vec<Agency>, Option<i64>), Refusal> {
    let unknown = || AgencyId::from_stored("?".to_owned());
    let mut filter = query.filter.clone();
    if let Some(parent) = &query.parent {
        filter.parent_id = Some(resolve(connection, parent)?.map_or_else(unknown, |agency| agency.id));
    }
    let root = match &query.within {
        Some(within) => Some(resolve(connection, within)?.map_or_else(unknown, |agency| agency.id)),
        None => None,
    };
    let total = count.then(|| history::count_at(connection, day, &filter, root.as_ref())).transpose()?;
    Ok((history::list_at(connection, day, &filter, root.as_ref(), page)?, total))
}

/// The chain above an agency on a day, the root first.
pub fn ancestors_at(
    connection: &mut AnyConnection,
    agency: &AgencyRef,
    day: NaiveDate,
) -> Result<Vec<Agency>, Refusal> {
    let mut chain = Vec::new();
    let mut parent = find_at(connection, agency, day)?.parent_id;
    while let Some(id) = parent.filter(|_| chain.len() < crate::domain::agency::MAX_DEPTH) {
        let Some(above) = history::find_many_at(connection, day, &[id.to_string()])?.pop() else { break };
        parent = above.agency.parent_id.clone();
        chain.push(above.agency);
    }
    chain.reverse();
    Ok(chain)
}
