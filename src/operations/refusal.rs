//! Everything an operation can say no with. The HTTP layer's table gives each its status and code.

use crate::domain::access::Named;
use crate::domain::agency::wire_names;
use crate::domain::pending::DecidedAct;
use crate::domain::rules::Finding;
use crate::domain::workflow::{Action, Clash, Why};
use crate::storage::{AnyConnection, IntoStorage, StorageError, Stored, people};
use chrono::{NaiveDate, NaiveDateTime};

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

wire_names!(
    /// What stands in the way in the present state of things, by the code of its problem.
    Conflict {
        UsccTaken = "uscc_taken",
        AgencyCycle = "agency_cycle",
        AgencyInUse = "agency_in_use",
        AgencyEnded = "agency_ended",
        YearExists = "year_exists",
        YearState = "year_state",
        YearInUse = "year_in_use",
        YearNotOpen = "year_not_open",
        DueDayPassed = "due_day_passed",
        ReportExists = "report_exists",
        LastAdmin = "last_admin",
        SubjectBound = "subject_bound",
        SubjectTaken = "subject_taken",
        SectionExists = "section_exists",
        FindingNotExplainable = "finding_not_explainable",
        TooManyComments = "too_many_comments",
        RevisionShown = "revision_shown",
        TokenEnded = "token_ended",
        NothingToConfirm = "nothing_to_confirm",
        AlreadyPending = "already_pending",
        AskerWithoutRight = "asker_without_right",
    }
);

/// Two parts that one and the same may stand behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    pub why: Why,
    /// Who has the other part.
    pub person: Named,
    /// Who stands behind both.
    pub hand: Named,
}

/// Why an operation does not do what it was asked to.
#[derive(Debug)]
pub enum Refusal {
    /// Not there, or not to be seen by whoever asks.
    NotFound,
    /// Whoever asks may not do it.
    Forbidden,
    /// A credit code of a division that whoever asks does not supervise.
    ForeignCode {
        /// The code that was sent.
        division: String,
    },
    /// Two parts that must be different people's; with what connects them.
    SeparationOfDuties(Box<Connected>),
    /// A code that is unknown, used or over; which of them is not told.
    CodeRefused,
    /// The version in `If-Match` is not the present one.
    PreconditionFailed,
    /// The public asks for a report that was withdrawn.
    Withdrawn {
        /// Why it was withdrawn, where that was said.
        reason: Option<String>,
        /// When, UTC.
        at: Option<NaiveDateTime>,
    },
    /// The revision's text was erased.
    Suppressed {
        /// Why it was erased.
        reason: String,
        /// When, UTC.
        at: NaiveDateTime,
    },
    /// The change log was asked for a number it has not reached: it is another log.
    ChangeLogReset,
    /// What was sent cannot be; each fault at its place.
    Invalid(Vec<InputFault>),
    /// An agency of its kind files no report of this scope.
    ScopeNotForKind,
    /// Findings that must be mended first.
    FindingsBlock(Vec<Finding>),
    /// What stands in texts that everybody reads.
    Unpublishable(Vec<Finding>),
    /// Not from where it stands; what can be done from there.
    NotAllowed(Vec<Action>),
    /// The year is not over for long enough to take old documents in; from when it is, once it is closed, and what
    /// else can be done.
    TooRecent {
        /// The first day they are taken.
        from: NaiveDate,
        /// What else can be done.
        allowed: Vec<Action>,
    },
    /// It is no draft; what can be done from where it stands.
    NotEditable(Vec<Action>),
    /// Something else is in its way.
    Conflict(Conflict),
    /// Somebody has decided on it already.
    Decided(Box<DecidedAct>),
    /// Of many that were to happen together, these did not; each by its line.
    Rows(Vec<(usize, Refusal)>),
    /// Whoever asks has as many of these as one may have.
    TooMany,
    /// The database failed.
    Storage(StorageError),
}

/// What an operation answers, unless it says no.
pub type Answer<T> = Result<T, Refusal>;

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

    /// Something else is in its way.
    pub fn conflict(conflict: Conflict) -> Refusal {
        Refusal::Conflict(conflict)
    }

    /// What keeps two parts from being different people's, with their names.
    pub(super) fn clash(connection: &mut AnyConnection, clash: &Clash) -> Stored<Refusal> {
        let mut named = |id| {
            let person = people::find_person(connection, id)?;
            let nameless = || Named { id: id.clone(), name: String::new() };
            Ok::<_, StorageError>(person.as_ref().map_or_else(nameless, Named::from))
        };
        let (person, hand) = (named(&clash.person)?, named(&clash.hand)?);
        Ok(Refusal::SeparationOfDuties(Box::new(Connected { why: clash.why, person, hand })))
    }
}

/// Refuses whoever may not.
pub(super) fn permit(may: bool) -> Answer<()> {
    if may { Ok(()) } else { Err(Refusal::Forbidden) }
}

/// Refuses what was asked of another version than the present one.
pub(super) fn require_present(is_present: bool) -> Answer<()> {
    if is_present { Ok(()) } else { Err(Refusal::PreconditionFailed) }
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
