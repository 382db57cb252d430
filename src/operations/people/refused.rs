//! What was refused, for the audit: somebody without a right, or without a good token, at the door.

use crate::domain::audit::AuditAction;
use crate::operations::{Desk, Refusal};
use crate::storage::Note;
use serde_json::json;

/// A request that was answered 401 or 403.
#[derive(Debug, Clone)]
pub struct RefusedAccess {
    pub status: u16,
    pub code: String,
    pub method: String,
    pub path: String,
    /// The client's address, as far as it is known.
    pub client: Option<String>,
    /// Where the person's first grant stands: whose supervisor is to see it.
    pub agency_id: Option<String>,
    /// Refusals before this one that came too fast to be written down each.
    pub unwritten: u64,
}

pub fn note_refused(desk: &mut Desk<'_>, refused: &RefusedAccess) -> Result<(), Refusal> {
    desk.notes.audit(Note {
        action: AuditAction::AccessRefused,
        agency_id: refused.agency_id.clone(),
        report_id: None,
        detail: json!({
            "status": refused.status,
            "code": refused.code,
            "method": refused.method,
            "path": refused.path,
            "client": refused.client,
            "unwritten": refused.unwritten,
        }),
    });
    Ok(())
}
