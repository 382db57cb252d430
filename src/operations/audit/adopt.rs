//! A database that comes from a backup: its log goes on under another name, and the audit says so.

use crate::domain::audit::AuditAction;
use crate::operations::{Answer, Desk};
use crate::storage::backup::set_epoch;
use crate::storage::cluster::SKIPPED_CHANGES;
use crate::storage::{Note, audit};
use serde_json::json;

/// Names the change log anew, and lets its numbers go on beyond any that were given out since the backup.
pub fn adopt_restored(desk: &mut Desk<'_>, epoch: &str) -> Answer<()> {
    let before = audit::ledger(desk.connection)?;
    set_epoch(desk.connection, epoch)?;
    desk.notes.skipped_changes = SKIPPED_CHANGES;
    let detail = json!({
        "previous_epoch": before.epoch,
        "epoch": epoch,
        "change_seq": before.change_seq,
        "audit_seq": before.audit_seq,
    });
    desk.notes.audit(Note::new(AuditAction::StoreRestore, detail));
    Ok(())
}
