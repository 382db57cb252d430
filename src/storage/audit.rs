//! Reading the audit, the public changes, and the ledger row they are numbered by.

use super::cluster::Mark;
use super::connection::AnyConnection;
use super::error::StorageError;
use super::listing::Sql;
use super::schema::{audit, changes, ledger};
use super::types::row;
use super::watch::Touched;
use crate::domain::algorithm::Algorithm;
use crate::domain::audit::{AuditAction, AuditEntry, AuditFilter, AuditLine, Origin};
use crate::domain::onward::{ChangeType, PublicChange};
use crate::domain::page::PageValue as Bind;
use chrono::NaiveDateTime;
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit)]
struct AuditRow {
    seq: i64,
    at: String,
    person_id: Option<String>,
    person_name: Option<String>,
    action: String,
    agency_id: Option<String>,
    report_id: Option<String>,
    detail: String,
    request_id: String,
    prev_hash: String,
    hash: String,
    version: i32,
    way: Option<String>,
    token_id: Option<String>,
    client: Option<String>,
    operator_user: Option<String>,
    operator_host: Option<String>,
    sealed: Option<String>,
}

impl From<AuditRow> for AuditLine {
    fn from(row: AuditRow) -> AuditLine {
        AuditLine {
            entry: AuditEntry {
                version: row.version,
                seq: row.seq,
                at: row.at,
                person_id: row.person_id,
                person_name: row.person_name,
                action: row.action,
                agency_id: row.agency_id,
                report_id: row.report_id,
                detail: row.detail,
                request_id: row.request_id,
                origin: Origin {
                    way: row.way,
                    token_id: row.token_id,
                    client: row.client,
                    operator_user: row.operator_user,
                    operator_host: row.operator_host,
                },
                sealed: row.sealed,
            },
            previous: row.prev_hash,
            hash: row.hash,
        }
    }
}

/// Entries after a number, in order.
pub fn list(
    connection: &mut AnyConnection,
    filter: &AuditFilter,
    after: i64,
    limit: i64,
    count: bool,
) -> Result<(Vec<AuditLine>, Option<i64>), StorageError> {
    let mut sql = Sql::new(
        "SELECT CAST(e.seq AS TEXT) AS id FROM audit e LEFT JOIN agencies a ON a.id = e.agency_id WHERE 1 = 1",
    );
    if let Some(extents) = &filter.within {
        sql.granted("a.path", "(SELECT r.year FROM reports r WHERE r.id = e.report_id)", extents);
    }
    let columns = [
        ("e.agency_id = ", &filter.agency_id),
        ("e.report_id = ", &filter.report_id),
        ("e.person_id = ", &filter.person_id),
        ("e.at >= ", &filter.from),
        ("e.at < ", &filter.before),
    ];
    for (column, value) in columns {
        if let Some(value) = value {
            sql.push(" AND ").push(column).bind_text(value);
        }
    }
    let total = count.then(|| sql.count(connection)).transpose()?;
    sql.push(" AND e.seq > ").bind(Bind::BigInt(after));
    sql.push(" ORDER BY e.seq LIMIT ").bind(Bind::BigInt(limit));
    let numbers: Vec<i64> = sql.ids(connection)?.iter().filter_map(|number| number.parse().ok()).collect();
    let rows: Vec<AuditRow> = audit::table
        .filter(audit::seq.eq_any(numbers))
        .order(audit::seq)
        .select(AuditRow::as_select())
        .load(connection)?;
    Ok((rows.into_iter().map(AuditLine::from).collect(), total))
}

/// The next entries of the whole chain, for who walks it.
pub fn walk(connection: &mut AnyConnection, after: i64, limit: i64) -> Result<Vec<AuditLine>, StorageError> {
    let rows: Vec<AuditRow> = audit::table
        .filter(audit::seq.gt(after))
        .order(audit::seq)
        .limit(limit)
        .select(AuditRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(AuditLine::from).collect())
}

pub fn entry(connection: &mut AnyConnection, seq: i64) -> Result<Option<AuditLine>, StorageError> {
    let row: Option<AuditRow> =
        audit::table.filter(audit::seq.eq(seq)).select(AuditRow::as_select()).first(connection).optional()?;
    Ok(row.map(AuditLine::from))
}

/// What the entries after a number were about.
pub(super) fn touched_after(
    connection: &mut AnyConnection,
    after: i64,
    limit: i64,
) -> Result<Vec<Touched>, StorageError> {
    let rows: Vec<(i64, String, Option<String>)> = audit::table
        .filter(audit::seq.gt(after))
        .order(audit::seq)
        .limit(limit)
        .select((audit::seq, audit::action, audit::report_id))
        .load(connection)?;
    Ok(rows.into_iter().map(|(seq, action, report_id)| Touched { seq, action, report_id }).collect())
}

/// The reports that public changes after a number were about.
pub(super) fn changed_after(
    connection: &mut AnyConnection,
    after: i64,
    limit: i64,
) -> Result<Vec<String>, StorageError> {
    Ok(changes::table
        .filter(changes::seq.gt(after))
        .order(changes::seq)
        .limit(limit)
        .select(changes::report_id)
        .load(connection)?)
}

/// Up to which entry the audit stands in this snapshot.
pub fn audit_seq(connection: &mut AnyConnection) -> Result<i64, StorageError> {
    Ok(ledger::table.select(ledger::audit_seq).first(connection)?)
}

/// The same with the name of the log.
pub fn end(connection: &mut AnyConnection) -> Result<(i64, String), StorageError> {
    Ok(on_each!(connection, |c| ledger::table.select((ledger::audit_seq, ledger::epoch)).first(c))?)
}

/// When an entry was written.
pub fn audit_time(connection: &mut AnyConnection, seq: i64) -> Result<Option<String>, StorageError> {
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
pub fn turns(connection: &mut AnyConnection) -> Result<Vec<(i64, String)>, StorageError> {
    let turned = [AuditAction::StoreRestore, AuditAction::StoreFork].map(AuditAction::as_str);
    Ok(audit::table
        .filter(audit::action.eq_any(turned))
        .order(audit::seq)
        .select((audit::seq, audit::action))
        .load(connection)?)
}

/// By which algorithm this database makes its digests.
pub fn algorithm(connection: &mut AnyConnection) -> Result<Algorithm, StorageError> {
    Ok(ledger::table.select(ledger::digest).first(connection)?)
}

/// The hash of an entry.
pub fn hash_of(connection: &mut AnyConnection, seq: i64) -> Result<Option<String>, StorageError> {
    Ok(audit::table.filter(audit::seq.eq(seq)).select(audit::hash).first(connection).optional()?)
}

/// Up to which entry the log goes, and how it is called.
pub(super) fn position(connection: &mut AnyConnection) -> Result<(i64, String), StorageError> {
    Ok(ledger::table.select((ledger::audit_seq, ledger::epoch)).first(connection)?)
}

/// Where the log stands: its last entries and the cluster it belongs to.
pub fn ledger(connection: &mut AnyConnection) -> Result<LedgerState, StorageError> {
    let (audit_seq, audit_head, epoch) =
        ledger::table.select((ledger::audit_seq, ledger::audit_head, ledger::epoch)).first(connection)?;
    let last: Option<i64> =
        changes::table.order(changes::seq.desc()).select(changes::seq).first(connection).optional()?;
    Ok(LedgerState { change_seq: last.unwrap_or(0), audit_seq, audit_head, epoch })
}

row!(
    #[derive(Queryable, Selectable)]
    #[diesel(table_name = changes)]
    PublicChangeRow of PublicChange {
        seq: i64,
        change_type: ChangeType,
        report_id: String,
        agency_id: String,
        year: i32,
        revision: i32,
        at: NaiveDateTime,
    }
);

/// The next entries, each with the report it is about.
pub fn reports_after(
    connection: &mut AnyConnection,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, Option<String>)>, StorageError> {
    Ok(audit::table
        .filter(audit::seq.gt(after))
        .order(audit::seq)
        .limit(limit)
        .select((audit::seq, audit::report_id))
        .load(connection)?)
}

/// Whether a number was given to a public event of this log.
pub fn is_change(connection: &mut AnyConnection, seq: i64) -> Result<bool, StorageError> {
    let found: Option<i64> =
        changes::table.filter(changes::seq.eq(seq)).select(changes::seq).first(connection).optional()?;
    Ok(found.is_some())
}

/// Public events after a number, in commit order.
pub fn changes_after(
    connection: &mut AnyConnection,
    since: i64,
    limit: i64,
) -> Result<Vec<PublicChange>, StorageError> {
    let rows: Vec<PublicChangeRow> = changes::table
        .filter(changes::seq.gt(since))
        .order(changes::seq)
        .limit(limit)
        .select(PublicChangeRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(PublicChange::from).collect())
}
