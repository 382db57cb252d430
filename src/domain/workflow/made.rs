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
    pub id: String,
    pub report_id: ReportId,
    pub position: i32,
    pub revision: i32,
    pub round: i32,
    pub action: Action,
    pub from: State,
    pub to: State,
    pub person_id: PersonId,
    pub person_name: String,
    /// Who stands behind it, and who had issued the access.
    pub hand: Named,
    pub issuer: Option<Named>,
    /// By which way they came in; `None`: it was not written down then.
    pub sign_in: Option<Way>,
    pub role: Role,
    pub comment: Option<String>,
    pub digest: String,
    pub at: NaiveDateTime,
}

impl Transition {
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
