//! Use cases: one function per verb, sync, load – decide – save.
//!
//! An operation takes a connection (a reader's snapshot, or the lane's savepoint) and never begins,
//! commits or checks out. It decides with the domain and says no with a [`Refusal`].

pub mod agencies;
pub mod audit;
mod changed;
mod desk;
pub mod following;
pub mod held_keys;
pub mod jobs;
pub mod pending;
pub mod people;
mod publishable;
mod ready;
mod refusal;
pub mod reports;
pub mod search;
mod seen;
pub mod service;
pub mod settings;
pub mod shared_keys;
pub mod statistics;
pub mod store;
pub mod upkeep;
pub mod webhooks;
pub mod years;

pub use desk::{Desk, at_desk};
pub use ready::Ready;
pub use refusal::{Answer, Conflict, Connected, InputFault, Refusal};
pub use seen::{Seen, Sight};

use refusal::{permit, require_present, taken};

use crate::domain::access::{Access, Doer, Lifetimes, Ways};
use crate::domain::agency::{Agency, Uscc};
use crate::domain::algorithm::Algorithm;
use crate::domain::id::AgencyId;
use crate::domain::pending::HeldAct;
use crate::domain::rules::RuleSet;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// How an agency may be named from outside: by id or by credit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgencyRef {
    /// By its id.
    Id(AgencyId),
    /// By its unified social credit code.
    Uscc(Uscc),
    /// What was named can be no agency.
    Nowhere,
}

impl AgencyRef {
    /// Whether it is this agency that is named.
    pub fn names(&self, agency: &Agency) -> bool {
        match self {
            AgencyRef::Id(id) => *id == agency.id,
            AgencyRef::Uscc(code) => agency.uscc.as_ref() == Some(code),
            AgencyRef::Nowhere => false,
        }
    }
}

impl FromStr for AgencyRef {
    type Err = ();

    fn from_str(text: &str) -> Result<AgencyRef, ()> {
        match text.parse::<AgencyId>() {
            Ok(id) => Ok(AgencyRef::Id(id)),
            Err(()) => text.parse::<Uscc>().map(AgencyRef::Uscc).map_err(|_| ()),
        }
    }
}

crate::domain::read_from_text!(AgencyRef);

impl fmt::Display for AgencyRef {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AgencyRef::Id(id) => id.fmt(out),
            AgencyRef::Uscc(code) => code.fmt(out),
            AgencyRef::Nowhere => Ok(()),
        }
    }
}

/// Who asks and by what settings: what most operations need beside their command.
#[derive(Debug, Clone)]
pub struct Asking {
    /// What they may do.
    pub rights: crate::domain::rights::Rights,
    /// Who it is; `None`: nobody in particular.
    pub person: Option<crate::domain::people::Person>,
    /// By what they came in; `None`: the program itself, whose hand is the person's own.
    pub access: Option<Access>,
    /// How long access lives here.
    pub lifetimes: Lifetimes,
    /// By which ways anybody comes in here.
    pub ways: Ways,
    /// The day it is, in UTC+8.
    pub today: chrono::NaiveDate,
    /// What the operator has settled.
    pub policy: Policy,
    /// By which algorithm digests of what is written are made: the database's.
    pub digests: Algorithm,
    /// By which rules reports are judged.
    pub rules: Arc<RuleSet>,
    /// What of what is not public they are shown.
    pub seen: Seen,
}

/// What the operator has settled about acts that take more than a right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Which old documents are taken in.
    pub archiving: Archiving,
    /// Which acts wait for a second person.
    pub second_pair: SecondPair,
}

/// Which acts take a second pair of eyes, and how long they wait for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondPair {
    pub review_settings: bool,
    pub archive: bool,
    pub withdrawal: bool,
    pub suppression: bool,
    /// Of supervisors and above.
    pub grants: bool,
    pub days: u32,
}

impl SecondPair {
    pub const NONE: SecondPair = SecondPair {
        review_settings: false,
        archive: false,
        withdrawal: false,
        suppression: false,
        grants: false,
        days: 7,
    };

    pub fn holds(&self, act: HeldAct) -> bool {
        match act {
            HeldAct::ReviewSettings => self.review_settings,
            HeldAct::Archive => self.archive,
            HeldAct::Withdrawal => self.withdrawal,
            HeldAct::Suppression => self.suppression,
            HeldAct::Grants => self.grants,
        }
    }
}

/// Which documents are taken in as published elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Archiving {
    /// Those of years that are over and whose last due day lies at least so many days back.
    Old {
        /// Counted by the calendar.
        after_days: u32,
    },
    /// Made-up ones of any year, as if they had been published here on their days.
    MadeUp,
}

impl Policy {
    /// What holds where an operator has settled nothing.
    pub const USUAL: Policy =
        Policy { archiving: Archiving::Old { after_days: 365 }, second_pair: SecondPair::NONE };
}

impl Asking {
    /// Nobody in particular, by the program's own rules.
    pub fn public(today: chrono::NaiveDate) -> Asking {
        let rights = crate::domain::rights::Rights::default();
        Asking {
            rights,
            person: None,
            access: None,
            lifetimes: Lifetimes::default(),
            ways: Ways::default(),
            today,
            policy: Policy::USUAL,
            digests: Algorithm::default(),
            rules: RuleSet::own(),
            seen: Seen::default(),
        }
    }

    /// Who acts, and by whose hand; `None`: nobody in particular.
    pub fn doer(&self) -> Option<Doer> {
        let person = self.person.as_ref()?.id.clone();
        let hand = self.access.as_ref().map_or(&person, |access| &access.hand.id).clone();
        Some(Doer { person, hand })
    }

    /// Whether it is they themselves.
    pub fn is(&self, person: &crate::domain::id::PersonId) -> bool {
        self.person.as_ref().is_some_and(|me| me.id == *person)
    }

    /// They are shown what is not public, of one agency or report or of several.
    pub fn sees(&self, agency: Option<&AgencyId>, report: Option<&crate::domain::id::ReportId>) {
        let (agency_id, report_id) = (agency.map(ToString::to_string), report.map(ToString::to_string));
        self.seen.note(Sight { agency_id, report_id });
    }
}
