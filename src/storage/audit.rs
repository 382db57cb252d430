//! Reading the audit, the public changes, and the ledger row they are numbered by.

use super::cluster::Mark;
use super::deadline::still_wanted;
use super::dsl::{counted, covered};
use super::prepared::Prepare;
use super::schema::{agencies, audit, changes, ledger, reports};
use super::types::row;
use super::watch::Touched;
use super::{AnyConnection, Stored};
use crate::domain::algorithm::Algorithm;
use crate::domain::audit::{AuditAction, AuditEntry, AuditFilter, AuditLine, Origin};
use crate::domain::onward::{ChangeType, PublicChange};
use crate::domain::page::COUNTED;
use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;

row!(
    #[derive(Queryable, Selectable, Insertable)]
    #[diesel(table_name = audit, treat_none_as_default_value = false)]
    AuditRow of AuditLine {
        #[diesel(embed)]
        pub(super) entry: EntryRow,
        #[diesel(column_name = prev_hash)]
        previous: String,
        hash: String,
    }
);

row!(
    #[derive(Queryable, Selectable, Insertable)]
    #[diesel(table_name = audit, treat_none_as_default_value = false)]
    EntryRow of AuditEntry {
        version: i32,
        pub(super) seq: i64,
        at: String,
        person_id: Option<String>,
        person_name: Option<String>,
        pub(super) action: String,
        agency_id: Option<String>,
        pub(super) report_id: Option<String>,
        detail: String,
        request_id: String,
        #[diesel(embed)]
        origin: OriginRow,
        sealed: Option<String>,
    }
);

row!(
    #[derive(Queryable, Selectable, Insertable)]
    #[diesel(table_name = audit, treat_none_as_default_value = false)]
    OriginRow of Origin {
        way: Option<String>,
        token_id: Option<String>,
        client: Option<String>,
        operator_user: Option<String>,
        operator_host: Option<String>,
    }
);

/// The entries that a filter leaves.
macro_rules! those {
    ($filter:expr, $select:expr) => {{
        let filter: &AuditFilter = $filter;
        let mut query = audit::table
            .left_join(agencies::table.on(audit::agency_id.eq(agencies::id.nullable())))
            .left_join(reports::table.on(audit::report_id.eq(reports::id.nullable())))
            .select($select)
            .into_boxed();
        if let Some(extents) = &filter.within {
            query = query.filter(covered(agencies::path, reports::year, extents));
        }
        if let Some(agency) = &filter.agency_id {
            query = query.filter(audit::agency_id.eq(agency));
        }
        if let Some(report) = &filter.report_id {
            query = query.filter(audit::report_id.eq(report));
        }
        if let Some(person) = &filter.person_id {
            query = query.filter(audit::person_id.eq(person));
        }
        if let Some(from) = &filter.from {
            query = query.filter(audit::at.ge(from));
        }
        if let Some(before) = &filter.before {
            query = query.filter(audit::at.lt(before));
        }
        query
    }};
}

/// Entries after a number, in order.
pub fn list(
    connection: &mut AnyConnection,
    filter: &AuditFilter,
    after: i64,
    limit: i64,
    count: bool,
) -> Stored<(Vec<AuditLine>, Option<i64>)> {
    still_wanted()?;
    let (rows, total) = on_each!(connection, |c| {
        let all = those!(filter, audit::seq).limit(COUNTED + 1);
        let total = count.then(|| counted(all).prepared().get_result(c)).transpose()?;
        let later = those!(filter, AuditLine::as_select()).filter(audit::seq.gt(after));
        let rows: Vec<AuditLine> = later.order(audit::seq).limit(limit).prepared().load(c)?;
        (rows, total)
    });
    Ok((rows, total))
}

/// The next entries of the whole chain, for who walks it.
pub fn walk(connection: &mut AnyConnection, after: i64, limit: i64) -> Stored<Vec<AuditLine>> {
    Ok(audit::table
        .filter(audit::seq.gt(after))
        .order(audit::seq)
        .limit(limit)
        .select(AuditLine::as_select())
        .load(connection)?)
}

pub fn entry(connection: &mut AnyConnection, seq: i64) -> Stored<Option<AuditLine>> {
    Ok(audit::table.filter(audit::seq.eq(seq)).select(AuditLine::as_select()).first(connection).optional()?)
}

/// What the entries after a number were about.
pub(super) fn touched_after(connection: &mut AnyConnection, after: i64, limit: i64) -> Stored<Vec<Touched>> {
    Ok(audit::table
        .filter(audit::seq.gt(after))
        .order(audit::seq)
        .limit(limit)
        .select((audit::seq, audit::action, audit::report_id))
        .load(connection)?)
}

/// The reports that public changes after a number were about.
pub(super) fn changed_after(connection: &mut AnyConnection, after: i64, limit: i64) -> Stored<Vec<String>> {
    Ok(changes::table
        .filter(changes::seq.gt(after))
        .order(changes::seq)
        .limit(limit)
        .select(changes::report_id)
        .load(connection)?)
}

/// Up to which entry the audit stands in this snapshot.
pub fn audit_seq(connection: &mut AnyConnection) -> Stored<i64> {
    Ok(ledger::table.select(ledger::audit_seq).first(connection)?)
}

/// The same with the name of the log.
pub fn end(connection: &mut AnyConnection) -> Stored<(i64, String)> {
    Ok(on_each!(connection, |c| ledger::table.select((ledger::audit_seq, ledger::epoch)).first(c))?)
}

/// When an entry was written.
pub fn audit_time(connection: &mut AnyConnection, seq: i64) -> Stored<Option<String>> {
    Ok(audit::table.filter(audit::seq.eq(seq)).select(audit::at).first(connection).optional()?)
}

/// The numbers everything written is counted by.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerState {
    /// Of the last public change; numbers are skipped at a restore.
    pub change_seq: i64,
    pub audit_seq: i64,
    pub audit_head: String,
    /// Another one after a restore from a backup.
    pub epoch: String,
}

impl LedgerState {
    /// Where the log ends, and how it is called.
    pub fn mark(&self) -> Mark {
        Mark { audit_seq: self.audit_seq, audit_head: self.audit_head.clone(), epoch: self.epoch.clone() }
    }
}

/// Where the log began another life: after a restore, or after a fork.
pub fn turns(connection: &mut AnyConnection) -> Stored<Vec<(i64, String)>> {
    let turned = [AuditAction::StoreRestore, AuditAction::StoreFork].map(AuditAction::as_str);
    Ok(audit::table
        .filter(audit::action.eq_any(turned))
        .order(audit::seq)
        .select((audit::seq, audit::action))
        .load(connection)?)
}

/// By which algorithm this database makes its digests.
pub fn algorithm(connection: &mut AnyConnection) -> Stored<Algorithm> {
    Ok(ledger::table.select(ledger::digest).first(connection)?)
}

/// The hash of an entry.
pub fn hash_of(connection: &mut AnyConnection, seq: i64) -> Stored<Option<String>> {
    Ok(audit::table.filter(audit::seq.eq(seq)).select(audit::hash).first(connection).optional()?)
}

/// Where the log stands: its last entries and the cluster it belongs to.
pub fn ledger(connection: &mut AnyConnection) -> Stored<LedgerState> {
    let (audit_seq, audit_head, epoch) =
        ledger::table.select((ledger::audit_seq, ledger::audit_head, ledger::epoch)).first(connection)?;
    let last: Option<i64> =
        changes::table.order(changes::seq.desc()).select(changes::seq).first(connection).optional()?;
    Ok(LedgerState { change_seq: last.unwrap_or(0), audit_seq, audit_head, epoch })
}

row!(
    #[derive(Queryable, Selectable, Insertable)]
    #[diesel(table_name = changes, treat_none_as_default_value = false)]
    ChangeRow of PublicChange {
        pub(super) seq: i64,
        pub(super) change_type: ChangeType,
        pub(super) report_id: String,
        pub(super) agency_id: String,
        pub(super) year: i32,
        pub(super) revision: i32,
        pub(super) at: NaiveDateTime,
    }
);

/// The next entries, each with the report it is about.
pub fn reports_after(
    connection: &mut AnyConnection,
    after: i64,
    limit: i64,
) -> Stored<Vec<(i64, Option<String>)>> {
    Ok(audit::table
        .filter(audit::seq.gt(after))
        .order(audit::seq)
        .limit(limit)
        .select((audit::seq, audit::report_id))
        .load(connection)?)
}

/// Whether a number was given to a public event of this log.
pub fn is_change(connection: &mut AnyConnection, seq: i64) -> Stored<bool> {
    Ok(diesel::select(exists(changes::table.find(seq))).get_result(connection)?)
}

/// Public events after a number, in commit order.
pub fn changes_after(connection: &mut AnyConnection, since: i64, limit: i64) -> Stored<Vec<PublicChange>> {
    Ok(changes::table
        .filter(changes::seq.gt(since))
        .order(changes::seq)
        .limit(limit)
        .select(PublicChange::as_select())
        .load(connection)?)
}
