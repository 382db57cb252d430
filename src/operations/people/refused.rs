//! What was refused, for the audit: somebody without a right, or without a good token, at the door.

use crate::domain::audit::AuditAction;
use crate::operations::{Answer, Desk};
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
}

pub fn note_refused(desk: &mut Desk<'_>, refused: &RefusedAccess) -> Answer<()> {
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
        }),
    });
    Ok(())
}

/// Refusals of strangers that were only counted.
#[derive(Debug, Clone)]
pub struct RefusedSum {
    pub unwritten: u64,
    /// By client, written ones among them.
    pub clients: Vec<(String, u64)>,
}

/// Clients, or kinds, named in a sum.
const NAMED: usize = 20;

pub fn note_refused_sum(desk: &mut Desk<'_>, sum: &RefusedSum) -> Answer<()> {
    let named = sum.clients.iter().take(NAMED);
    let named = named.map(|(client, count)| json!({ "client": client, "refused": count }));
    let detail = json!({
        "status": 401,
        "code": "unauthorized",
        "unwritten": sum.unwritten,
        "clients": sum.clients.len(),
        "busiest": named.collect::<Vec<_>>(),
    });
    desk.notes.audit(Note::new(AuditAction::AccessRefused, detail));
    Ok(())
}

/// Refusals of one person that were only counted.
#[derive(Debug, Clone)]
pub struct RefusedAgain {
    /// The most frequent first.
    pub kinds: Vec<RefusedKind>,
    pub agency_id: Option<String>,
}

/// Those of one kind.
#[derive(Debug, Clone)]
pub struct RefusedKind {
    pub status: u16,
    pub code: String,
    pub method: String,
    /// The pattern of the paths.
    pub route: String,
    /// Written ones among them.
    pub refused: u64,
    pub unwritten: u64,
}

pub fn note_refused_again(desk: &mut Desk<'_>, again: &RefusedAgain) -> Answer<()> {
    let named = again.kinds.iter().take(NAMED).map(|kind| {
        json!({
            "status": kind.status,
            "code": kind.code,
            "method": kind.method,
            "route": kind.route,
            "refused": kind.refused,
        })
    });
    desk.notes.audit(Note {
        action: AuditAction::AccessRefused,
        agency_id: again.agency_id.clone(),
        report_id: None,
        detail: json!({
            "unwritten": again.kinds.iter().map(|kind| kind.unwritten).sum::<u64>(),
            "kinds": named.collect::<Vec<_>>(),
        }),
    });
    Ok(())
}
