//! What the jobs of a group leave in the audit: numbered and chained before the group is committed.

use super::ledger::Ledger;
use super::{Act, Note};
use crate::domain::audit::{AuditAction, AuditEntry, AuditLine, ENTRY_VERSION, Origin};
use crate::storage::audit::AuditRow;
use crate::storage::seals;
use crate::storage::{AnyConnection, Stored};

/// An act with the entries it leaves, before they are numbered.
pub(super) struct Entered {
    pub act: Act,
    pub notes: Vec<Note>,
}

impl Ledger {
    /// Numbers and chains what the jobs left behind, each with the seals of what it wrote.
    pub(super) fn chain(&mut self, connection: &mut AnyConnection) -> Stored<()> {
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
        self.audit.push(AuditRow::from(AuditLine { entry, previous, hash }));
    }
}
