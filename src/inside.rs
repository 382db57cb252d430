//! What the tests, benches and fuzz targets take hold of; no promise to anybody else. The service is its HTTP API.

/// The command line.
pub mod cli {
    pub use crate::cli::issue_one;
}

/// Readers and writers of files.
pub mod documents {
    pub use crate::documents::{
        Block, Grid, Kind, ReadFault, Reading, SourceNotes, decode, read_grid, recognise,
    };

    /// HTML into a grid.
    pub mod html {
        pub use crate::documents::html::read;
    }
    /// A file taken in by a process of its own.
    pub mod intake {
        pub use crate::documents::intake::{IntakeFault, Read, Said, read};
    }
    /// A report laid out for the eye.
    pub mod layout {
        pub use crate::documents::layout::{LaidCell, TableLayout, layout};
    }
    /// Markdown into a grid.
    pub mod markdown {
        pub use crate::documents::markdown::read;
    }
    /// Plain text into a grid.
    pub mod text {
        pub use crate::documents::text::read;
    }
    /// A report into a file.
    pub mod write {
        pub use crate::documents::write::{Format, write};

        /// Workbooks.
        pub mod xlsx {
            pub use crate::documents::write::xlsx::empty;
        }
    }
}

/// The statute: forms, rules, workflow.
pub mod domain {
    /// Who comes in, and by what.
    pub mod access {
        pub use crate::domain::access::{Doer, Lifetimes};
    }
    /// Who files reports.
    pub mod agency {
        pub use crate::domain::agency::{Contact, Kind, Level, SuccessionKind};
    }
    /// Digests' algorithms.
    pub mod algorithm {
        pub use crate::domain::algorithm::Algorithm;
    }
    /// The audit's chain.
    pub mod audit {
        pub use crate::domain::audit::{AuditAction, Chain};
    }
    /// Digests.
    pub mod digest {
        pub use crate::domain::digest::sha256_hex;
    }
    /// A report's numbers.
    pub mod figures {
        pub use crate::domain::figures::{Figures, FiguresFault};
    }
    /// The statutory forms.
    pub mod form {
        pub use crate::domain::form::{Form, Section, all, by_id, for_year};
    }
    /// Ids.
    pub mod id {
        pub use crate::domain::id::{AgencyId, PersonId, ReportId, TokenId};
    }
    /// Chinese and English.
    pub mod language {
        pub use crate::domain::language::{Language, group, say};
    }
    /// Numbers of a form.
    pub mod number {
        pub use crate::domain::number::{MAX_COUNT, NumberFault};
    }
    /// Pages of a list.
    pub mod page {
        pub use crate::domain::page::{Page, SortKey};
    }
    /// Persons and tokens.
    pub mod people {
        pub use crate::domain::people::{Person, Token, TokenGrant};
    }
    /// Reports and their content.
    pub mod report {
        pub use crate::domain::report::{
            Content, Heading, ReportDocument, ReportFilter, ReportOrder, Scope, SectionState, Shape,
            ShapeFault, read_cell, read_sections,
        };
    }
    /// Who may do what.
    pub mod rights {
        pub use crate::domain::rights::{Grant, Kind, Right, Rights, Role};
    }
    /// What a report is judged by.
    pub mod rules {
        pub use crate::domain::rules::{
            Added, AgencyFacts, Around, Counts, Explanation, Finding, FormerName, Judged, Local,
            MOST_FINDINGS, Moment, Previous, PreviousYear, RULES, RuleSet, Severity, SourceReport,
            Subordinates, Twin, Verdict, apply_explanations, judge,
        };
    }
    /// Sums and ratios.
    pub mod statistics {
        pub use crate::domain::statistics::{RATIOS, Sum};
    }
    /// Words for searching.
    pub mod wording {
        pub use crate::domain::wording::tokens;
    }
    /// A report's states.
    pub mod workflow {
        pub use crate::domain::workflow::{Action, Review, State, Transition};
    }
    /// Reporting years.
    pub mod year {
        pub use crate::domain::year::{YearPlan, YearState};
    }
}

/// What judges the bodies of requests.
pub mod http {
    pub use crate::http::{BodyJudge, parse_body};
}

/// Use cases.
pub mod operations {
    pub use crate::operations::{AgencyRef, Archiving, Asking, Desk, Policy, Ready, Refusal, at_desk};

    /// Of agencies.
    pub mod agencies {
        pub use crate::operations::agencies::{AgencyDraft, Succession, create, find, succeed, update};
    }
    /// Of the audit.
    pub mod audit {
        pub use crate::operations::audit::adopt_restored;
    }
    /// Of persons and their tokens.
    pub mod people {
        pub use crate::operations::people::{
            Drawn, EntryRules, GrantOrder, Presented, TokenOrder, authenticate, confirm_person,
            digest_of_secret, enrol, ensure_person, issue_token, issue_token_as, rotate_token,
        };
    }
    /// Of reports.
    pub mod reports {
        pub use crate::operations::reports::{
            Edit, NewReport, Origin, ReadySave, ReportQuery, ReportView, TransitionOrder, create, discard,
            enter_save, enter_transition, explain, find, find_judgement, find_revision, heads, list,
            list_transitions, load, prepare_save, prepare_transition, save, transition,
        };
    }
    /// Of full-text search.
    pub mod search {
        pub use crate::operations::search::{Question, enter_step, next_step, search};
    }
    /// Of settings that the database holds.
    pub mod settings {
        pub use crate::operations::settings::first_review;
    }
    /// Of statistics.
    pub mod statistics {
        pub use crate::operations::statistics::{
            BreakdownBy, breakdown, completeness, place, totals, verify_year,
        };
    }
    /// Of webhooks.
    pub mod webhooks {
        pub use crate::operations::webhooks::sign;
    }
    /// Of reporting years.
    pub mod years {
        pub use crate::operations::years::{
            RosterEdit, create, edit_roster, find, find_line, update, version_of,
        };
    }
}

/// The store and its lane.
pub mod storage {
    pub use crate::storage::{
        Act, AnyConnection, Basis, DatabaseError, Later, Note, Notes, Queue, StorageError, Store,
        StoreOptions, StoredAnswer, WriteError, Written, analyze,
    };

    /// The audit's entries.
    pub mod audit {
        pub use crate::storage::audit::{ledger, walk};
    }
    /// The schema's steps.
    pub mod migrate {
        pub use crate::storage::migrate::{revert_all, run};
    }
}
