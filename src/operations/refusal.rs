//! Everything an operation can say no with. The HTTP layer's table gives each its status and code.

use crate::domain::rules::Finding;
use crate::domain::workflow::Action;
use crate::storage::{IntoStorage, StorageError};
use chrono::NaiveDateTime;

/// One fault of what was sent, at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFault {
    /// JSON pointer into the body.
    pub pointer: String,
    /// Key in the catalogue's group `fault`.
    pub code: &'static str,
}

impl InputFault {
    pub fn new(pointer: impl Into<String>, code: &'static str) -> InputFault {
        InputFault { pointer: pointer.into(), code }
    }
}

/// What stands in the way in the present state of things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    UsccTaken,
    AgencyCycle,
    AgencyInUse,
    AgencyEnded,
    YearExists,
    YearState,
    YearInUse,
    YearNotOpen,
    ReportExists,
    LastAdmin,
    SectionExists,
    FindingNotExplainable,
    TooManyComments,
    RevisionShown,
}

impl Conflict {
    /// The problem's code.
    pub fn code(self) -> &'static str {
        match self {
            Conflict::UsccTaken => "uscc_taken",
            Conflict::AgencyCycle => "agency_cycle",
            Conflict::AgencyInUse => "agency_in_use",
            Conflict::AgencyEnded => "agency_ended",
            Conflict::YearExists => "year_exists",
            Conflict::YearState => "year_state",
            Conflict::YearInUse => "year_in_use",
            Conflict::YearNotOpen => "year_not_open",
            Conflict::ReportExists => "report_exists",
            Conflict::LastAdmin => "last_admin",
            Conflict::SectionExists => "section_exists",
            Conflict::FindingNotExplainable => "finding_not_explainable",
            Conflict::TooManyComments => "too_many_comments",
            Conflict::RevisionShown => "revision_shown",
        }
    }
}

#[derive(Debug)]
pub enum Refusal {
    /// Not there, or not to be seen by whoever asks.
    NotFound,
    Forbidden,
    SeparationOfDuties,
    /// The version in `If-Match` is not the present one.
    PreconditionFailed,
    /// The public asks for a report that was withdrawn.
    Withdrawn {
        reason: Option<String>,
        at: Option<NaiveDateTime>,
    },
    /// The revision's text was erased.
    Suppressed {
        reason: String,
        at: NaiveDateTime,
    },
    /// The change log was asked for a number it has not reached: it is another log.
    ChangeLogReset,
    Invalid(Vec<InputFault>),
    ScopeNotForKind,
    FindingsBlock(Vec<Finding>),
    NotAllowed(Vec<Action>),
    /// It is no draft; what can be done from where it stands.
    NotEditable(Vec<Action>),
    Conflict(Conflict),
    /// Of many that were to happen together, these did not; each by its line.
    Rows(Vec<(usize, Refusal)>),
    Storage(StorageError),
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Refusal {
        Refusal::Storage(error)
    }
}

impl IntoStorage for Refusal {
    fn into_storage(self) -> Result<StorageError, Refusal> {
        match self {
            Refusal::Storage(error) => Ok(error),
            other => Err(other),
        }
    }
}

impl Refusal {
    /// One fault at one place.
    pub fn invalid(pointer: &str, code: &'static str) -> Refusal {
        Refusal::Invalid(vec![InputFault::new(pointer, code)])
    }

    pub fn conflict(conflict: Conflict) -> Refusal {
        Refusal::Conflict(conflict)
    }
}

/// Turns a database's answer into a refusal: a row that is already there becomes the conflict named.
pub(super) fn taken(error: crate::storage::DatabaseError, conflict: Conflict) -> Refusal {
    if crate::storage::is_unique_violation(&error) {
        Refusal::Conflict(conflict)
    } else {
        Refusal::Storage(StorageError::Database(error))
    }
}

impl From<crate::storage::DatabaseError> for Refusal {
    fn from(error: crate::storage::DatabaseError) -> Refusal {
        Refusal::Storage(StorageError::Database(error))
    }
}
