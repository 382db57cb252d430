//! What the jobs of a group leave in the audit: numbered and chained before the group is committed.

use super::ledger::Ledger;
use super::{Act, Note};
use crate::domain::audit::{AuditAction, AuditEntry, AuditLine, ENTRY_VERSION, Origin};
use crate::storage::AnyConnection;
use crate::storage::error::StorageError;
use crate::storage::schema::audit;
use crate::storage::seals;
use diesel::prelude::*;

/// An act with the entries it leaves, before they are numbered.
pub(super) struct Entered {
    pub act: Act,
    pub notes: Vec<Note>,
}

#[derive(Insertable)]
#[diesel(table_name = audit)]
pub(super) struct AuditRow {
    pub seq: i64,
    at: String,
    person_id: Option<String>,
    person_name: Option<String>,
    pub action: String,
    agency_id: Option<String>,
    pub report_id: Option<String>,
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

impl AuditRow {
    fn of(line: AuditLine) -> AuditRow {
        let AuditLine { entry, previous, hash } = line;
        AuditRow {
            seq: entry.seq,
            at: entry.at,
            person_id: entry.person_id,
            person_name: entry.person_name,
            action: entry.action,
            agency_id: entry.agency_id,
            report_id: entry.report_id,
            detail: entry.detail,
            request_id: entry.request_id,
            prev_hash: previous,
            hash,
            version: entry.version,
            way: entry.origin.way,
            token_id: entry.origin.token_id,
            client: entry.origin.client,
            operator_user: entry.origin.operator_user,
            operator_host: entry.origin.operator_host,
            sealed: entry.sealed,
        }
    }
}

impl Ledger {
    /// Numbers and chains what the jobs left behind, each with the seals of what it wrote.
    pub(super) fn chain(&mut self, connection: &mut AnyConnection) -> Result<(), StorageError> {
        let seals = seals::seals(connection, &self.touched, self.algorithm)?;
        for (Entered { act, mut notes }, texts) in std::mem::take(&mut self.entered).into_iter().zip(seals) {
            let of = notes.last().map(|note| (note.agency_id.clone(), note.report_id.clone()));
            let (agency_id, report_id) = of.unwrap_or_default();
            // They stand in the last entry of the act; what has none, or is too much for one, gets entries of its own.
            let more = texts.len().saturating_sub(usize::from(!notes.is_empty()));
            let first = (notes.len() + more).saturating_sub(texts.len());
            notes.extend((0..more).map(|_| Note {
                action: AuditAction::StoreSeal,
                agency_id: agency_id.clone(),
                report_id: report_id.clone(),
                detail: serde_json::json!({}),
            }));
            let mut texts = texts.into_iter();
            for (place, note) in notes.into_iter().enumerate() {
                let sealed = if place < first { None } else { texts.next() };
                self.chain_one(&act, note, sealed);
            }
        }
        Ok(())
    }

    fn chain_one(&mut self, act: &Act, note: Note, sealed: Option<String>) {
        self.audit_seq += 1;
        let entry = AuditEntry {
            version: ENTRY_VERSION,
            seq: self.audit_seq,
            at: act.at.and_utc().to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
            person_id: act.actor.as_ref().map(|actor| actor.person_id.clone()),
            person_name: act.actor.as_ref().map(|actor| actor.person_name.clone()),
            action: note.action.as_str().to_owned(),
            agency_id: note.agency_id,
            report_id: note.report_id,
            detail: note.detail.to_string(),
            request_id: act.request_id.clone(),
            origin: Origin::from(&act.session),
            sealed,
        };
        let hash = entry.hash(&self.audit_head, self.algorithm);
        let previous = std::mem::replace(&mut self.audit_head, hash.clone());
        self.audit.push(AuditRow::of(AuditLine { entry, previous, hash }));
    }
}
