//! Who did what when: all of it for an auditor, the subtree's for its supervisor.

use crate::domain::audit::{AuditFilter, AuditLine};
use crate::domain::rights::{Extent, Right};
use crate::operations::agencies::resolve;
use crate::operations::{AgencyRef, Answer, Asking, Refusal, permit};
use crate::storage::AnyConnection;
use crate::storage::audit;

/// A listing's filter as asked for, the agency still by reference.
#[derive(Debug, Clone, Default)]
pub struct AuditQuery {
    pub filter: AuditFilter,
    pub agency: Option<AgencyRef>,
}

pub fn list(
    connection: &mut AnyConnection,
    asking: &Asking,
    query: &AuditQuery,
    after: i64,
    limit: i64,
    count: bool,
) -> Answer<(Vec<AuditLine>, Option<i64>)> {
    let mut filter = query.filter.clone();
    filter.within = may_read(asking)?;
    asking.sees(None, None);
    if let Some(agency) = &query.agency {
        let found = resolve(connection, agency)?;
        filter.agency_id = Some(found.map_or_else(|| agency.to_string(), |agency| agency.id.to_string()));
    }
    Ok(audit::list(connection, &filter, after, limit, count)?)
}

/// The lines after an entry, for whoever reads all of the audit.
pub fn lines_after(
    connection: &mut AnyConnection,
    asking: &Asking,
    after: i64,
    limit: i64,
) -> Answer<Vec<AuditLine>> {
    permit(sees_everything(asking))?;
    asking.sees(None, None);
    Ok(audit::walk(connection, after, limit)?)
}

/// The last entry of the audit and its hash, or those of the entry asked for.
pub fn head(connection: &mut AnyConnection, seq: Option<i64>) -> Answer<(i64, String)> {
    let Some(seq) = seq else {
        let ledger = audit::ledger(connection)?;
        return Ok((ledger.audit_seq, ledger.audit_head));
    };
    let hash = audit::hash_of(connection, seq)?.ok_or(Refusal::NotFound)?;
    Ok((seq, hash))
}

/// Whether the caller reads all of the audit, and from where others came.
pub fn sees_everything(asking: &Asking) -> bool {
    asking.rights.may_below(Right::SeeOrigins, None, None)
}

/// What of the audit the caller may read; `None`: all of it.
fn may_read(asking: &Asking) -> Answer<Option<Vec<Extent>>> {
    let extents = asking.rights.extents(Right::ReadAudit);
    if extents.is_empty() {
        return Err(Refusal::Forbidden);
    }
    // Entries about no agency included.
    Ok(if extents.contains(&Extent::EVERYTHING) { None } else { Some(extents) })
}
