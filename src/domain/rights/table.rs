//! The one table of who may do what. Everything that is asked for anywhere is asked for by a [`Right`].

use super::Role;
use super::Role::{Admin, Auditor, Editor, Publisher, Reviewer, SecurityAdmin, Supervisor, SystemAdmin};
use crate::domain::agency::wire_names;

wire_names!(
    /// Something that can be allowed.
    Right {
        /// The working revision with its findings, transitions, source file, remarks.
        SeeDrafts = "see_drafts",
        /// Create, edit, import, explain, submit, recall, discard.
        File = "file",
        /// Open a consolidated report.
        Consolidate = "consolidate",
        Approve = "approve",
        ReturnReviewed = "return_reviewed",
        ReturnApproved = "return_approved",
        /// Publish, correct, withdraw, say where it stands.
        Publish = "publish",
        /// Answer for marks of secrecy and personal data.
        AnswerSecrecy = "answer_secrecy",
        /// Erase the text of a revision.
        Suppress = "suppress",
        Remark = "remark",
        /// Settle somebody else's remark.
        SettleRemarks = "settle_remarks",
        /// Take a document of a past year in as published.
        Archive = "archive",
        /// Agencies and the lines of the rosters.
        KeepRegistry = "keep_registry",
        KeepYears = "keep_years",
        /// The settings that stand in the database.
        KeepSettings = "keep_settings",
        /// Have all reports of a year judged.
        Validate = "validate",
        /// Everybody's jobs.
        SeeJobs = "see_jobs",
        /// Webhooks of one's own.
        KeepWebhooks = "keep_webhooks",
        /// Everybody's webhooks.
        SeeWebhooks = "see_webhooks",
        /// Persons, their grants and tokens.
        SeePeople = "see_people",
        /// Give, change and take tokens and grants, inside one's own ([`Role::gives`]).
        Appoint = "appoint",
        /// Say as whom an identity provider knows somebody.
        BindSubject = "bind_subject",
        ReadAudit = "read_audit",
        /// From which address, by which token and by whose hands others acted.
        SeeOrigins = "see_origins",
    }
);

/// What kind of thing a right allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Changes nothing: a grant for reading has it too.
    Reading,
    /// A part in filing, reviewing, publishing.
    Reporting,
    /// A change of what stands around the reports.
    Keeping,
}

impl Right {
    /// The roles that have it.
    pub fn roles(self) -> &'static [Role] {
        match self {
            Right::SeeDrafts => &[Editor, Reviewer, Publisher, Supervisor, SystemAdmin, Auditor, Admin],
            Right::File => &[Editor, Admin],
            // Whoever supervises a place consolidates it.
            Right::Consolidate => &[Editor, Supervisor, Admin],
            Right::Approve => &[Reviewer, Admin],
            Right::ReturnReviewed => &[Reviewer, Supervisor, Admin],
            Right::ReturnApproved => &[Publisher, Supervisor, Admin],
            Right::Publish => &[Publisher, Admin],
            Right::AnswerSecrecy | Right::Suppress | Right::SettleRemarks => &[Supervisor, Admin],
            Right::Remark => &[Editor, Reviewer, Publisher, Supervisor, Admin],
            Right::Archive | Right::KeepYears | Right::KeepSettings => &[SystemAdmin, Admin],
            Right::KeepRegistry | Right::Validate | Right::KeepWebhooks => &[Supervisor, SystemAdmin, Admin],
            Right::SeeJobs | Right::SeeWebhooks => &[SystemAdmin, Auditor, Admin],
            Right::SeePeople => &[Supervisor, SecurityAdmin, Auditor, Admin],
            Right::Appoint => &[Supervisor, SecurityAdmin, Admin],
            Right::BindSubject => &[SecurityAdmin, Admin],
            Right::ReadAudit => &[Supervisor, Auditor, Admin],
            Right::SeeOrigins => &[Auditor, Admin],
        }
    }

    /// What kind of right it is.
    pub fn kind(self) -> Kind {
        match self {
            Right::SeeDrafts
            | Right::SeeJobs
            | Right::SeeWebhooks
            | Right::SeePeople
            | Right::ReadAudit
            | Right::SeeOrigins => Kind::Reading,
            Right::File
            | Right::Consolidate
            | Right::Approve
            | Right::ReturnReviewed
            | Right::ReturnApproved
            | Right::Publish
            | Right::AnswerSecrecy
            | Right::Suppress
            | Right::Remark
            | Right::SettleRemarks => Kind::Reporting,
            Right::Archive
            | Right::KeepRegistry
            | Right::KeepYears
            | Right::KeepSettings
            | Right::Validate
            | Right::KeepWebhooks
            | Right::Appoint
            | Right::BindSubject => Kind::Keeping,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rights::Office;

    fn has(role: Role, right: Right) -> bool {
        right.roles().contains(&role)
    }

    #[test]
    fn an_auditor_only_reads_and_the_administrators_take_no_part_in_reporting() {
        for right in Right::ALL {
            assert!(!has(Auditor, *right) || right.kind() == Kind::Reading, "{right:?}");
            for role in [SystemAdmin, SecurityAdmin] {
                assert!(!has(role, *right) || right.kind() != Kind::Reporting, "{role:?} {right:?}");
            }
            assert!(has(Admin, *right), "{right:?}");
        }
        assert!(!has(SecurityAdmin, Right::SeeDrafts), "nothing of content");
    }

    #[test]
    fn whoever_gives_a_role_may_appoint_and_sees_the_people() {
        for role in Role::ALL {
            assert_eq!(has(*role, Right::Appoint), !role.gives().is_empty(), "{role:?}");
            assert_eq!(has(*role, Right::SeePeople), !role.sees().is_empty(), "{role:?}");
        }
    }

    #[test]
    fn only_roles_of_reporting_and_of_the_first_set_up_report() {
        let reporting = Right::ALL.iter().filter(|right| right.kind() == Kind::Reporting);
        for role in reporting.flat_map(|right| right.roles()) {
            assert!(matches!(role.office(), Office::Reporting | Office::SetUp), "{role:?}");
        }
    }
}
