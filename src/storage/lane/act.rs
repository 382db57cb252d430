//! An act: who does something when, fixed before the lane so that the operation can run twice.

use crate::domain::audit::{AuditAction, Session, Touch};
use crate::domain::id::{AgencyId, ReportId};
use crate::domain::onward::ChangeType;
use chrono::NaiveDateTime;
use serde_json::Value;

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub person_id: String,
    pub person_name: String,
}

/// One request to write, before anything is known of its outcome.
#[derive(Debug, Clone)]
pub struct Act {
    /// UTC, whole microseconds: both engines keep exactly this.
    pub at: NaiveDateTime,
    /// `None` for the program itself (command line).
    pub actor: Option<Actor>,
    /// From where and by which way it comes in.
    pub session: Session,
    /// The request's own (`X-Request-Id`).
    pub request_id: String,
    /// `Idempotency-Key`, if one was sent.
    pub key: Option<IdempotencyKey>,
}

impl Act {
    /// What the service does by itself, under a name of its own.
    pub fn of_service(name: &str, at: NaiveDateTime) -> Act {
        Act { at, actor: None, session: Session::of_service(), request_id: name.to_owned(), key: None }
    }
}

/// What a command that was made ready on a reader rests on: it may be entered while nothing has been written since
/// about these agencies, or about everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// The last entry of the audit that was seen.
    pub seq: i64,
    /// The log it stands in: after a fork its number means another entry.
    pub epoch: String,
    /// What they have filed.
    pub agencies: Vec<String>,
    /// While it holds nothing is left that could be refused: such a command needs no savepoint.
    pub is_sure: bool,
}

impl Basis {
    /// Whether an act that touches this moves it.
    pub(in crate::storage) fn is_moved_by(&self, touch: Touch, agency: Option<&str>) -> bool {
        match touch {
            Touch::Nothing => false,
            Touch::Report => agency.is_some_and(|agency| self.agencies.iter().any(|own| own == agency)),
            Touch::Everything => true,
        }
    }
}

/// `Idempotency-Key` with all it is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Digest over token, method, path and key.
    pub scope: String,
    pub body_digest: String,
    /// The request itself holds it already, over many writes.
    pub held: bool,
}

/// The first answer to a keyed request, kept to be given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// The status.
    pub status: u16,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// As it was sent.
    pub body: String,
}

/// One line for the audit, to be numbered and chained by the lane.
#[derive(Debug, Clone)]
pub struct Note {
    /// What was done.
    pub action: AuditAction,
    /// To which agency.
    pub agency_id: Option<String>,
    /// To which report.
    pub report_id: Option<String>,
    /// What of it is worth keeping.
    pub detail: Value,
}

impl Note {
    /// About no agency and no report.
    pub fn new(action: AuditAction, detail: Value) -> Note {
        Note { action, agency_id: None, report_id: None, detail }
    }

    /// The same of an agency, if of any.
    pub fn of<'a>(self, agency: impl Into<Option<&'a AgencyId>>) -> Note {
        Note { agency_id: agency.into().map(ToString::to_string), ..self }
    }

    /// The same about a report, if about any.
    pub fn about<'a>(self, report: impl Into<Option<&'a ReportId>>) -> Note {
        Note { report_id: report.into().map(ToString::to_string), ..self }
    }
}

/// One public event, to be numbered by the lane.
#[derive(Debug, Clone)]
pub struct Change {
    pub change_type: ChangeType,
    pub report_id: String,
    pub agency_id: String,
    pub year: i32,
    pub revision: i32,
}

/// What an operation leaves behind beside its rows.
#[derive(Debug, Default)]
pub struct Notes {
    /// Lines for the audit, in their order.
    pub audit: Vec<Note>,
    /// Public events, in their order.
    pub changes: Vec<Change>,
    /// Numbers of public changes that are never given out: after a restore the log goes on where no
    /// number of the old one can be mistaken for one of the new.
    pub skipped_changes: i64,
}

impl Notes {
    /// Adds a line for the audit.
    pub fn audit(&mut self, note: Note) {
        self.audit.push(note);
    }

    /// Adds a public event.
    pub fn change(&mut self, change: Change) {
        self.changes.push(change);
    }
}
