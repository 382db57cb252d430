//! The roster (应报名单): who is due for which report of a year, where it counts, and by when.

use super::agency::{Agency, AgencyPath, Kind, Level};
use super::id::AgencyId;
use super::report::Scope;
use super::year::YearPlan;
use chrono::NaiveDate;

/// One report that is due.
#[derive(Debug, Clone, PartialEq)]
pub struct RosterEntry {
    pub year: i32,
    pub agency_id: AgencyId,
    pub scope: Scope,
    pub path: AgencyPath,
    pub level: Level,
    pub kind: Kind,
    pub name: String,
    pub due_on: NaiveDate,
    pub exempt: bool,
    pub reason: Option<String>,
    /// It was put where it stands by hand; the tree does not move it.
    pub moved: bool,
}

/// Where an agency counts in a year, and whether it was put there by hand.
#[derive(Debug, Clone, PartialEq)]
pub struct RosterPlace {
    pub path: AgencyPath,
    pub moved: bool,
}

impl RosterEntry {
    /// The report an agency is due for in a year that still follows the registry.
    pub fn of(agency: &Agency, plan: &YearPlan, scope: Scope, place: RosterPlace) -> RosterEntry {
        RosterEntry {
            year: plan.year,
            agency_id: agency.id.clone(),
            scope,
            path: place.path,
            level: agency.level,
            kind: agency.kind,
            name: agency.name.clone(),
            due_on: plan.due_on(agency.level, scope),
            exempt: false,
            reason: None,
            moved: place.moved,
        }
    }

    pub fn place(&self) -> RosterPlace {
        RosterPlace { path: self.path.clone(), moved: self.moved }
    }

    /// Takes over what was settled by hand about the same line.
    pub fn keep_settled(&mut self, settled: RosterEntry) {
        if settled.reason.is_some() {
            self.exempt = settled.exempt;
            self.due_on = settled.due_on;
            self.reason = settled.reason;
        }
    }
}
