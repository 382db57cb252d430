//! Reading the registry.

use crate::domain::agency::{Agency, AgencyFilter, AgencyOrder, AgencyPath};
use crate::domain::page::Page;
use crate::operations::{AgencyRef, Answer, Refusal};
use crate::storage::AnyConnection;
use crate::storage::agencies;

/// A listing's filter as asked for, agencies still by reference.
#[derive(Debug, Clone, Default)]
pub struct AgencyQuery {
    pub filter: AgencyFilter,
    pub parent: Option<AgencyRef>,
    pub within: Option<AgencyRef>,
}

/// Finds an agency by id or credit code.
pub fn resolve(connection: &mut AnyConnection, agency: &AgencyRef) -> Answer<Option<Agency>> {
    Ok(match agency {
        AgencyRef::Id(id) => agencies::find(connection, id)?,
        AgencyRef::Uscc(code) => agencies::find_by_uscc(connection, code.as_str())?,
        AgencyRef::Nowhere => None,
    })
}

/// The agency that is named.
pub fn find(connection: &mut AnyConnection, agency: &AgencyRef) -> Answer<Agency> {
    resolve(connection, agency)?.ok_or(Refusal::NotFound)
}

/// The path of an agency named in a query; `None`: there is no such agency, and it contains nothing.
pub fn path_of(connection: &mut AnyConnection, agency: &AgencyRef) -> Answer<Option<AgencyPath>> {
    Ok(resolve(connection, agency)?.map(|agency| agency.path))
}

pub fn list(
    connection: &mut AnyConnection,
    query: &AgencyQuery,
    page: &Page<AgencyOrder>,
) -> Answer<Vec<Agency>> {
    let Some(filter) = complete(connection, query)? else { return Ok(Vec::new()) };
    Ok(agencies::list(connection, &filter, page)?)
}

pub fn count(connection: &mut AnyConnection, query: &AgencyQuery) -> Answer<i64> {
    let Some(filter) = complete(connection, query)? else { return Ok(0) };
    Ok(agencies::count(connection, &filter)?)
}

/// `None`: an agency is named that is not there; nothing is found.
fn complete(connection: &mut AnyConnection, query: &AgencyQuery) -> Answer<Option<AgencyFilter>> {
    let mut filter = query.filter.clone();
    if let Some(parent) = &query.parent {
        let Some(parent) = resolve(connection, parent)? else { return Ok(None) };
        filter.parent_id = Some(parent.id);
    }
    if let Some(within) = &query.within {
        let Some(path) = path_of(connection, within)? else { return Ok(None) };
        filter.within = Some(path);
    }
    Ok(Some(filter))
}

/// The chain above an agency, the root first.
pub fn ancestors(connection: &mut AnyConnection, agency: &AgencyRef) -> Answer<Vec<Agency>> {
    let agency = find(connection, agency)?;
    let mut ids: Vec<String> = agency.path.ids().map(str::to_owned).collect();
    ids.pop();
    Ok(agencies::find_many(connection, &ids)?)
}

/// One page of the agencies directly below.
pub fn page_of_children(
    connection: &mut AnyConnection,
    agency: &AgencyRef,
    page: &Page<AgencyOrder>,
    count: bool,
) -> Answer<(Vec<Agency>, Option<i64>)> {
    let parent = find(connection, agency)?;
    let filter = AgencyFilter { parent_id: Some(parent.id), ..AgencyFilter::default() };
    let total = count.then(|| agencies::count(connection, &filter)).transpose()?;
    Ok((agencies::list(connection, &filter, page)?, total))
}
