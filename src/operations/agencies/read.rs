//! Reading the registry.

use crate::domain::agency::{Agency, AgencyPath};
use crate::operations::{AgencyRef, Refusal};
use crate::storage::agencies::{self, AgencyFilter};
use crate::storage::{AnyConnection, Page};

/// A listing's filter as asked for, agencies still by reference.
#[derive(Debug, Clone, Default)]
pub struct AgencyQuery {
    pub filter: AgencyFilter,
    pub parent: Option<AgencyRef>,
    pub within: Option<AgencyRef>,
}

/// Finds an agency by id or credit code.
pub fn resolve(connection: &mut AnyConnection, agency: &AgencyRef) -> Result<Option<Agency>, Refusal> {
    Ok(match agency {
        AgencyRef::Id(id) => agencies::find(connection, id)?,
        AgencyRef::Uscc(code) => agencies::find_by_uscc(connection, code.as_str())?,
    })
}

pub fn find(connection: &mut AnyConnection, agency: &AgencyRef) -> Result<Agency, Refusal> {
    resolve(connection, agency)?.ok_or(Refusal::NotFound)
}

/// The path of an agency named in a query; an unknown one contains nothing.
pub fn path_of(connection: &mut AnyConnection, agency: &AgencyRef) -> Result<AgencyPath, Refusal> {
    let nowhere = || AgencyPath::from_stored("?.".to_owned());
    Ok(resolve(connection, agency)?.map_or_else(nowhere, |agency| agency.path))
}

pub fn list(
    connection: &mut AnyConnection,
    query: &AgencyQuery,
    page: &Page,
) -> Result<Vec<Agency>, Refusal> {
    let filter = complete(connection, query)?;
    Ok(agencies::list(connection, &filter, page)?)
}

pub fn count(connection: &mut AnyConnection, query: &AgencyQuery) -> Result<i64, Refusal> {
    let filter = complete(connection, query)?;
    Ok(agencies::count(connection, &filter)?)
}

fn complete(connection: &mut AnyConnection, query: &AgencyQuery) -> Result<AgencyFilter, Refusal> {
    let mut filter = query.filter.clone();
    if let Some(parent) = &query.parent {
        let unknown = || crate::domain::id::AgencyId::from_stored("?".to_owned());
        filter.parent_id = Some(resolve(connection, parent)?.map_or_else(unknown, |agency| agency.id));
    }
    if let Some(within) = &query.within {
        filter.within = Some(path_of(connection, within)?);
    }
    Ok(filter)
}

/// The chain above an agency, the root first.
pub fn ancestors(connection: &mut AnyConnection, agency: &AgencyRef) -> Result<Vec<Agency>, Refusal> {
    let agency = find(connection, agency)?;
    let mut ids: Vec<String> = agency.path.ids().map(str::to_owned).collect();
    ids.pop();
    Ok(agencies::find_many(connection, &ids)?)
}

/// One page of the agencies directly below.
pub fn page_of_children(
    connection: &mut AnyConnection,
    agency: &AgencyRef,
    page: &Page,
    count: bool,
) -> Result<(Vec<Agency>, Option<i64>), Refusal> {
    let parent = find(connection, agency)?;
    let filter = AgencyFilter { parent_id: Some(parent.id), ..AgencyFilter::default() };
    let total = count.then(|| agencies::count(connection, &filter)).transpose()?;
    Ok((agencies::list(connection, &filter, page)?, total))
}
