//! Acts that wait for a second pair of eyes.

use super::access::{Doer, Named};
use super::agency::wire_names;
use super::id::{AgencyId, PendingId, PersonId, ReportId, TokenId};
use super::rights::{Extent, Right};
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

wire_names!(
    /// What can be asked to wait for another person.
    HeldAct {
        ReviewSettings = "review_settings",
        Archive = "archive",
        Withdrawal = "withdrawal",
        Suppression = "suppression",
        /// Of supervisors and above.
        Grants = "grants",
    }
);

impl HeldAct {
    /// What lets one do it, and so confirm or refuse it.
    pub fn right(self) -> Right {
        match self {
            HeldAct::ReviewSettings => Right::KeepSettings,
            HeldAct::Archive => Right::Archive,
            HeldAct::Withdrawal => Right::Publish,
            HeldAct::Suppression => Right::Suppress,
            // Which ones, the grants themselves say.
            HeldAct::Grants => Right::Appoint,
        }
    }
}

wire_names!(
    /// What becomes of it.
    Verdict {
        Confirm = "confirm",
        Refuse = "refuse",
    }
);

/// An act that was asked for and not done yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PendingAct {
    pub id: PendingId,
    pub act: HeldAct,
    pub agency_id: Option<AgencyId>,
    pub report_id: Option<ReportId>,
    pub year: Option<i32>,
    pub revision: Option<i32>,
    /// The version that the asker saw.
    pub version: i64,
    /// What was asked for, as it was read: JSON.
    pub body: String,
    pub person_id: PersonId,
    pub person_name: String,
    /// Who stood behind them when they asked.
    pub hand_id: PersonId,
    /// By which token; `None`: signed in by an identity provider.
    pub token_id: Option<TokenId>,
    pub asked_at: NaiveDateTime,
    pub ends_at: NaiveDateTime,
}

impl PendingAct {
    /// Who asked, and by whose hand.
    pub fn asker(&self) -> Doer {
        Doer { person: self.person_id.clone(), hand: self.hand_id.clone() }
    }
}

/// What became of one that somebody has decided on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecidedAct {
    pub asked: PendingAct,
    pub decision: Verdict,
    pub comment: Option<String>,
    pub by: Named,
    pub decided_at: NaiveDateTime,
}

/// Those that somebody is shown: what they may do themselves.
#[derive(Debug, Clone)]
pub struct PendingBounds {
    pub person: PersonId,
    /// Whether what they have asked for themselves is among them.
    pub own: bool,
    pub acts: Vec<(HeldAct, Vec<Extent>)>,
    /// What has time left now.
    pub now: NaiveDateTime,
}
