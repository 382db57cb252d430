//! Which acts are written into the audit, and what each touches of what the public reads.

use super::AuditEntry;
use crate::domain::agency::{AgencyPath, wire_names};

wire_names!(
    /// What somebody did, as the audit names it.
    AuditAction {
        AccessRefused = "access.refused",
        AgencyCreate = "agency.create",
        AgencyUpdate = "agency.update",
        AgencyMove = "agency.move",
        AgencySuccession = "agency.succession",
        AgencyDelete = "agency.delete",
        YearCreate = "year.create",
        YearUpdate = "year.update",
        YearDelete = "year.delete",
        RosterEdit = "roster.edit",
        PersonUpdate = "person.update",
        TokenCreate = "token.create",
        TokenUpdate = "token.update",
        TokenRevoke = "token.revoke",
        ReportCreate = "report.create",
        ReportImport = "report.import",
        ReportLoad = "report.load",
        ReportEdit = "report.edit",
        /// Where it stands on the agency's own site.
        ReportSource = "report.source",
        ReportTransition = "report.transition",
        ReportDiscard = "report.discard",
        /// A revision's text was erased.
        ReportSuppress = "report.suppress",
        FindingExplain = "finding.explain",
        FindingUnexplain = "finding.unexplain",
        CommentCreate = "comment.create",
        CommentAnswer = "comment.answer",
        CommentSettle = "comment.settle",
        CommentReopen = "comment.reopen",
        WebhookCreate = "webhook.create",
        WebhookUpdate = "webhook.update",
        WebhookDelete = "webhook.delete",
        WebhookTest = "webhook.test",
        WebhookRedeliver = "webhook.redeliver",
        JobStart = "job.start",
        JobCancel = "job.cancel",
        StoreRestore = "store.restore",
        /// Acknowledged writes are or may be lost.
        StoreFork = "store.fork",
    }
);

/// What an act touches: of what the public reads, or of what a command that was made ready rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    Nothing,
    /// The report the entry names; readers see it only if there is a public change as well.
    Report,
    Everything,
}

impl AuditAction {
    /// What it moves under a command that was made ready before it: [`Touch::Report`] stands for what is filed by
    /// the agency the entry names.
    pub fn unsettles(self) -> Touch {
        use AuditAction as A;
        match self {
            A::AgencyUpdate | A::AgencyMove | A::AgencySuccession => Touch::Everything,
            A::YearUpdate | A::RosterEdit | A::StoreRestore | A::StoreFork => Touch::Everything,
            // Where nothing is filed yet, or nothing can be any more, no command rests.
            A::AgencyCreate | A::AgencyDelete | A::YearCreate | A::YearDelete => Touch::Nothing,
            A::ReportSource => Touch::Report,
            other => other.touches(),
        }
    }

    pub fn touches(self) -> Touch {
        use AuditAction as A;
        match self {
            A::AccessRefused | A::PersonUpdate | A::TokenCreate | A::TokenUpdate | A::TokenRevoke => {
                Touch::Nothing
            }
            A::CommentCreate | A::CommentAnswer | A::CommentSettle | A::CommentReopen => Touch::Nothing,
            A::WebhookCreate | A::WebhookUpdate | A::WebhookDelete | A::WebhookTest | A::WebhookRedeliver => {
                Touch::Nothing
            }
            A::JobStart | A::JobCancel => Touch::Nothing,
            A::ReportCreate | A::ReportImport | A::ReportLoad | A::ReportEdit => Touch::Report,
            A::ReportTransition
            | A::ReportDiscard
            | A::ReportSuppress
            | A::FindingExplain
            | A::FindingUnexplain => Touch::Report,
            // Without a new public change readers are shown another address.
            A::ReportSource => Touch::Everything,
            A::AgencyCreate | A::AgencyUpdate | A::AgencyMove | A::AgencySuccession | A::AgencyDelete => {
                Touch::Everything
            }
            A::YearCreate
            | A::YearUpdate
            | A::YearDelete
            | A::RosterEdit
            | A::StoreRestore
            | A::StoreFork => Touch::Everything,
        }
    }
}

/// One entry with the hashes that stand beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditLine {
    pub entry: AuditEntry,
    pub previous: String,
    pub hash: String,
}

/// What a listing of the audit is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Entries about agencies under any of these; `None`: all entries.
    pub within: Option<Vec<AgencyPath>>,
    pub agency_id: Option<String>,
    pub report_id: Option<String>,
    pub person_id: Option<String>,
    /// As the entries write it: RFC 3339, UTC, microseconds.
    pub from: Option<String>,
    pub before: Option<String>,
}
