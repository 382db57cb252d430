//! What was made of a report, step by step: transitions, and by which verdict each was taken.

use super::{Action, State};
use crate::domain::access::{Doer, Named};
use crate::domain::audit::Way;
use crate::domain::id::{PersonId, ReportId};
use crate::domain::rights::Role;
use chrono::NaiveDateTime;

/// One transition as it was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    /// A UUID.
    pub id: String,
    /// Of which report.
    pub report_id: ReportId,
    /// Its place among the report's transitions.
    pub position: i32,
    /// Of which revision.
    pub revision: i32,
    /// In which round of review of that revision.
    pub round: i32,
    /// What was done.
    pub action: Action,
    /// In which state the report was.
    pub from: State,
    /// In which state it was then.
    pub to: State,
    /// Who did it.
    pub person_id: PersonId,
    /// What they were called then.
    pub person_name: String,
    /// Who stands behind it, and who had issued the access.
    pub hand: Named,
    /// Who had issued the access; nobody: the command line.
    pub issuer: Option<Named>,
    /// By which way they came in; `None`: it was not written down then.
    pub sign_in: Option<Way>,
    /// As what they did it.
    pub role: Role,
    /// What they said about it.
    pub comment: Option<String>,
    /// The digest of the content it was done to.
    pub digest: String,
    /// When, UTC.
    pub at: NaiveDateTime,
}

impl Transition {
    /// Who did it, and by whose hand.
    pub fn doer(&self) -> Doer {
        Doer { person: self.person_id.clone(), hand: self.hand.id.clone() }
    }
}

/// By which verdict of which rules an act was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    pub transition_id: String,
    pub report_id: String,
    pub revision: i32,
    /// Names the rules as they were.
    pub rule_set: String,
    /// Digest of the content that was judged.
    pub digest: String,
    pub valid: bool,
    pub error: i32,
    pub warning: i32,
    pub info: i32,
    pub explained: i32,
    pub at: NaiveDateTime,
}
