//! Use cases: one function per verb, sync, load – decide – save.
//!
//! An operation takes a connection (a reader's snapshot, or the lane's savepoint) and never begins,
//! commits or checks out. It decides with the domain and says no with a [`Refusal`].

pub mod agencies;
pub mod audit;
mod changed;
mod desk;
pub mod following;
pub mod jobs;
pub mod people;
mod ready;
mod refusal;
pub mod reports;
pub mod search;
pub mod statistics;
pub mod store;
pub mod webhooks;
pub mod years;

pub use desk::{Desk, at_desk};
pub use ready::Ready;
pub use refusal::{Conflict, InputFault, Refusal};

use crate::domain::agency::{Agency, Uscc};
use crate::domain::id::AgencyId;
use crate::domain::rules::RuleSet;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// How an agency may be named from outside: by id or by credit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgencyRef {
    Id(AgencyId),
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
    pub rights: crate::domain::rights::Rights,
    pub person: Option<crate::domain::people::Person>,
    /// The day it is, in UTC+8.
    pub today: chrono::NaiveDate,
    pub review: Review,
    /// By which rules reports are judged.
    pub rules: Arc<RuleSet>,
}

/// How reviews are held here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Review {
    /// 1–3.
    pub stages: u8,
    pub separation_of_duties: bool,
}

impl Asking {
    /// Nobody in particular, by the program's own rules.
    pub fn public(today: chrono::NaiveDate, review: Review) -> Asking {
        let rights = crate::domain::rights::Rights::default();
        Asking { rights, person: None, today, review, rules: RuleSet::own() }
    }
}
