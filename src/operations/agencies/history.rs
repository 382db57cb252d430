//! The registry's history: what changed when, and the registry as of a day.

use super::AgencyQuery;
use super::read::{AgencyTree, find, resolve};
use crate::domain::agency::Agency;
use crate::domain::id::AgencyId;
use crate::operations::{AgencyRef, Refusal};
use crate::storage::agencies::AgencyFilter;
use crate::storage::history::{self, HistoryEntry};
use crate::storage::{Act, AnyConnection, Page};
use chrono::NaiveDate;

/// Most agencies a tree shows.
const TREE_LIMIT: i64 = 5_000;

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

pub fn find_at(
    connection: &mut AnyConnection,
    agency: &AgencyRef,
    day: NaiveDate,
) -> Result<Agency, Refusal> {
    let found = match agency {
        AgencyRef::Id(id) => history::find_many_at(connection, day, &[id.to_string()])?.pop(),
        AgencyRef::Uscc(code) => history::find_by_uscc_at(connection, day, code.as_str())?,
    };
    found.ok_or(Refusal::NotFound)
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
        parent = above.parent_id.clone();
        chain.push(above);
    }
    chain.reverse();
    Ok(chain)
}

/// An agency with its subtree as of a day, to a depth.
pub fn tree_at(
    connection: &mut AnyConnection,
    agency: &AgencyRef,
    depth: usize,
    day: NaiveDate,
) -> Result<AgencyTree, Refusal> {
    let root = find_at(connection, agency, day)?;
    let page = Page { keys: Vec::new(), after_id: None, limit: TREE_LIMIT };
    let filter = AgencyFilter::default();
    let mut rows = history::list_at(connection, day, &filter, Some(&root.id), &page)?;
    rows.retain(|row| row.id != root.id);
    Ok(grow(root, &mut rows, depth))
}

/// Puts the rows that stand below an agency under it.
fn grow(agency: Agency, rows: &mut Vec<Agency>, depth: usize) -> AgencyTree {
    if depth == 0 {
        return AgencyTree { agency, children: Vec::new() };
    }
    let (below, rest): (Vec<Agency>, Vec<Agency>) =
        std::mem::take(rows).into_iter().partition(|row| row.parent_id.as_ref() == Some(&agency.id));
    *rows = rest;
    let children = below.into_iter().map(|child| grow(child, rows, depth - 1)).collect();
    AgencyTree { agency, children }
}
