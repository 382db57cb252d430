//! Which acts are written into the audit, and what each touches of what the public reads.

use super::AuditEntry;
use crate::domain::agency::wire_names;
use crate::domain::rights::Extent;

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
        /// How reviews are held.
        SettingsReview = "settings.review",
        RosterEdit = "roster.edit",
        /// A line came, or went, with what was filed.
        RosterFollow = "roster.follow",
        PersonUpdate = "person.update",
        TokenCreate = "token.create",
        TokenUpdate = "token.update",
        TokenRevoke = "token.revoke",
        /// Its person has fetched the secret.
        TokenEnrol = "token.enrol",
        PersonConfirm = "person.confirm",
        /// As whom an identity provider knows somebody.
        PersonSubject = "person.subject",
        /// What they hold themselves.
        PersonGrants = "person.grants",
        PersonCreate = "person.create",
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
        /// Seals of rows that have no room in the entry before.
        StoreSeal = "store.seal",
        StoreRestore = "store.restore",
        /// Acknowledged writes are or may be lost.
        StoreFork = "store.fork",
        ServiceStart = "service.start",
        ServiceStop = "service.stop",
        /// Words and local demands were read anew.
        ServiceReload = "service.reload",
        /// An instance works by other rules, words or limits than another one that runs.
        ServiceDiffer = "service.differ",
        /// An act that waits for another person was asked for.
        PendingAsk = "pending.ask",
        PendingConfirm = "pending.confirm",
        PendingRefuse = "pending.refuse",
        /// Nobody decided in time, or it could not be done any more.
        PendingEnd = "pending.end",
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
    /// What it moves under a command that was made ready before it: `Touch::Report` stands for what is filed by
    /// the agency the entry names.
    pub fn unsettles(self) -> Touch {
        use AuditAction as A;
        match self {
            // A first report rests on what may be gone when it is entered.
            A::AgencyDelete
            | A::YearDelete
            | A::AgencyUpdate
            | A::AgencyMove
            | A::AgencySuccession
            | A::YearUpdate
            | A::RosterEdit
            | A::RosterFollow
            | A::SettingsReview
            | A::StoreRestore
            | A::StoreFork => Touch::Everything,
            // Where nothing is filed yet no command rests.
            A::AgencyCreate | A::YearCreate => Touch::Nothing,
            A::ReportSource => Touch::Report,
            other => other.touches(),
        }
    }

    /// What readers have to read anew after it.
    #[expect(clippy::match_same_arms, reason = "a table: a line is a line of what it says")]
    pub fn touches(self) -> Touch {
        use AuditAction as A;
        match self {
            A::AccessRefused | A::PersonUpdate | A::PersonConfirm | A::PersonSubject => Touch::Nothing,
            A::PersonGrants | A::PersonCreate => Touch::Nothing,
            A::TokenCreate | A::TokenUpdate | A::TokenRevoke | A::TokenEnrol => Touch::Nothing,
            A::CommentCreate | A::CommentAnswer | A::CommentSettle | A::CommentReopen => Touch::Nothing,
            A::WebhookCreate | A::WebhookUpdate | A::WebhookDelete | A::WebhookTest | A::WebhookRedeliver => {
                Touch::Nothing
            }
            A::JobStart | A::JobCancel | A::StoreSeal => Touch::Nothing,
            A::SettingsReview => Touch::Nothing,
            A::PendingAsk | A::PendingConfirm | A::PendingRefuse | A::PendingEnd => Touch::Nothing,
            A::ServiceStart | A::ServiceStop | A::ServiceReload | A::ServiceDiffer => Touch::Nothing,
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
            | A::RosterFollow
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
    /// Entries that any of these cover; one of some years covers what is about reports of these. `None`: all entries.
    pub within: Option<Vec<Extent>>,
    pub agency_id: Option<String>,
    pub report_id: Option<String>,
    pub person_id: Option<String>,
    /// As the entries write it: RFC 3339, UTC, microseconds.
    pub from: Option<String>,
    pub before: Option<String>,
}
