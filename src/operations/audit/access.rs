//! Who read what that is not public: entered behind the answers, read by those who read all of the audit.

use super::list::sees_everything;
use crate::domain::audit::{Access, AccessFilter};
use crate::operations::agencies::resolve;
use crate::operations::{AgencyRef, Answer, Asking, permit};
use crate::storage::{AnyConnection, access};

/// Enters reads, in the lane.
pub fn enter_reads(connection: &mut AnyConnection, reads: &[Access]) -> Answer<()> {
    Ok(access::insert(connection, reads)?)
}

/// A page of the reads after one, and how many there are if asked.
pub fn list_reads(
    connection: &mut AnyConnection,
    asking: &Asking,
    (filter, agency): (&AccessFilter, Option<&AgencyRef>),
    after: Option<&str>,
    limit: i64,
    count: bool,
) -> Answer<(Vec<Access>, Option<i64>)> {
    permit(sees_everything(asking))?;
    asking.sees(None, None);
    let mut filter = filter.clone();
    if let Some(agency) = agency {
        let found = resolve(connection, agency)?;
        filter.agency_id = Some(found.map_or_else(|| agency.to_string(), |agency| agency.id.to_string()));
    }
    let total = count.then(|| access::count(connection, &filter)).transpose()?;
    Ok((access::list(connection, &filter, after, limit)?, total))
}
