//! A database that comes from a backup: its log goes on under another name, and the audit says so.

use crate::operations::Refusal;
use crate::storage::backup::set_epoch;
use crate::storage::{AnyConnection, Note, Notes, audit};
use serde_json::json;

/// More changes than are made between a backup and its restore.
const SKIPPED: i64 = 1_000_000;

/// Names the change log anew, and lets its numbers go on beyond any that were given out since the backup.
pub fn adopt_restored(connection: &mut AnyConnection, notes: &mut Notes, epoch: &str) -> Result<(), Refusal> {
    let before = audit::ledger(connection)?;
    set_epoch(connection, epoch)?;
    notes.skipped_changes = SKIPPED;
    notes.audit(Note {
        action: "store.restore",
        agency_id: None,
        report_id: None,
        detail: json!({
            "previous_epoch": before.epoch,
            "epoch": epoch,
            "change_seq": before.change_seq,
            "audit_seq": before.audit_seq,
        }),
    });
    Ok(())
}
