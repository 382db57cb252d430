//! On which cluster a database stands, and on which of its timelines: what tells a fork from a restart.
//!
//! A standby that was behind and is promoted has lost what was acknowledged last, and gives the same numbers out again.
//! Whoever saw the lost ones must be told: the log then goes on under another name (its epoch), beyond all numbers that
//! may have been given out. It is a fork when the entry an instance saw last is not there any more, or another one; and
//! it may be one when the timeline is another and writes were not on a standby before they were acknowledged.

use super::migrate::MigrateError;
use super::schema::{audit, ledger};
use super::{AnyConnection, OpenError};
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::{Bool, Text};

/// More numbers than are given out between a backup, or what a standby has, and the moment it takes over.
pub const SKIPPED_CHANGES: i64 = 1_000_000;

/// The cluster behind a connection; an embedded database has none.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Standing {
    #[diesel(sql_type = Text)]
    pub system_id: String,
    #[diesel(sql_type = Text)]
    pub timeline: String,
    /// Whether a write is acknowledged only once it is on a standby as well.
    #[diesel(sql_type = Bool)]
    pub synchronous: bool,
}

/// Where the database stands; `None` on engines that cannot tell. To be asked outside of a transaction.
pub fn standing(connection: &mut AnyConnection) -> Option<Standing> {
    let AnyConnection::Postgres(inner) = connection else { return None };
    let asked = format!(
        "SELECT (SELECT system_identifier FROM pg_control_system())::text AS system_id, \
         substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS timeline, {SYNCHRONOUS} AS synchronous"
    );
    match diesel::sql_query(asked).get_result(inner) {
        Ok(standing) => Some(standing),
        Err(error) => {
            tracing::debug!(%error, "the server does not tell its cluster and timeline");
            None
        }
    }
}

/// Whether a write is acknowledged only once it is on a standby as well; an embedded database has none.
pub fn is_synchronous(connection: &mut AnyConnection) -> Result<bool, Error> {
    #[derive(QueryableByName)]
    struct Said {
        #[diesel(sql_type = Bool)]
        synchronous: bool,
    }
    let AnyConnection::Postgres(inner) = connection else { return Ok(false) };
    let asked = format!("SELECT {SYNCHRONOUS} AS synchronous");
    diesel::sql_query(asked).get_result::<Said>(inner).map(|said| said.synchronous)
}

/// Whether a write is acknowledged only once it is on a standby as well, as an expression.
pub const SYNCHRONOUS: &str = "(current_setting('synchronous_standby_names') <> '' \
    AND current_setting('synchronous_commit') IN ('on', 'remote_apply'))";

/// Refuses a database that was last written on another cluster: what is served from it would be given out under the
/// numbers and the name of the old log.
pub fn require_same(connection: &mut AnyConnection) -> Result<(), OpenError> {
    let Some(standing) = standing(connection) else { return Ok(()) };
    let written = written(connection).map_err(|error| MigrateError::Failed(error.to_string()))?;
    match written.system_id {
        Some(known) if known != standing.system_id => Err(OpenError::OtherCluster),
        _ => Ok(()),
    }
}

/// The last entry of the audit that somebody saw, and the name of the log then.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mark {
    pub audit_seq: i64,
    pub audit_head: String,
    pub epoch: String,
}

/// Whether an entry that was seen is gone from a log that ends at `now`.
pub fn is_lost(connection: &mut AnyConnection, seen: &Mark, now: &Mark) -> Result<bool, Error> {
    if seen.audit_seq == 0 {
        return Ok(false);
    }
    if now.audit_seq <= seen.audit_seq {
        return Ok(now.audit_seq < seen.audit_seq || now.audit_head != seen.audit_head);
    }
    let there: Option<String> = audit::table
        .filter(audit::seq.eq(seen.audit_seq))
        .select(audit::hash)
        .first(connection)
        .optional()?;
    Ok(there.as_deref() != Some(seen.audit_head.as_str()))
}

/// What the ledger says of the cluster it was last written on.
#[derive(Debug, Clone, Default)]
pub struct Written {
    pub system_id: Option<String>,
    pub timeline: Option<String>,
    pub synchronous: bool,
}

impl Written {
    /// Whether the timeline is another one, and acknowledged writes may have stayed behind on the old one.
    pub fn may_have_lost(&self, standing: &Standing) -> bool {
        let moved = self.timeline.as_ref().is_some_and(|timeline| *timeline != standing.timeline);
        moved && !self.synchronous
    }

    /// Whether the ledger says the same as the server.
    pub fn is(&self, standing: &Standing) -> bool {
        self.system_id.as_deref() == Some(standing.system_id.as_str())
            && self.timeline.as_deref() == Some(standing.timeline.as_str())
            && self.synchronous == standing.synchronous
    }
}

/// The cluster the ledger was last written on.
pub fn written(connection: &mut AnyConnection) -> Result<Written, Error> {
    let (system_id, timeline, synchronous): (Option<String>, Option<String>, Option<i32>) =
        ledger::table.select((ledger::system_id, ledger::timeline, ledger::synchronous)).first(connection)?;
    Ok(Written { system_id, timeline, synchronous: synchronous == Some(1) })
}
