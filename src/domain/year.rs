//! Reporting years: their state, their period and their due days.

use crate::domain::agency::{Level, wire_names};
use crate::domain::report::Scope;
use chrono::{Days, NaiveDate, NaiveDateTime};
use std::str::FromStr;

wire_names!(
    /// Where a reporting year stands.
    YearState {
        /// Announced; takes no reports yet.
        Planned = "planned",
        /// Takes new and edited reports.
        Open = "open",
        /// Takes corrections and withdrawals only; the roster is frozen.
        Closed = "closed",
        /// Takes nothing but the loading of old documents.
        Archived = "archived",
    }
);

impl YearState {
    /// `planned` → `open` → `closed` → `archived`, and `closed` → `open`.
    pub fn may_become(self, next: YearState) -> bool {
        matches!(
            (self, next),
            (YearState::Planned, YearState::Open)
                | (YearState::Open, YearState::Closed)
                | (YearState::Closed, YearState::Archived | YearState::Open)
        )
    }

    /// Whether the roster still follows the registry.
    pub fn roster_follows(self) -> bool {
        matches!(self, YearState::Planned | YearState::Open)
    }
}

/// First year of the duty's statistics that the service takes (条例 of 2007 came into force in 2008).
pub const FIRST_YEAR: i32 = 2008;
/// Last year accepted, against typing errors.
pub const LAST_YEAR: i32 = 2099;

/// A reporting year's plan, without who changed it when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearPlan {
    /// The year reported on.
    pub year: i32,
    /// Id of the form, `2021`.
    pub format: String,
    /// Whether reports are taken.
    pub state: YearState,
    /// The first day reported on.
    pub period_start: NaiveDate,
    /// The last day reported on.
    pub period_end: NaiveDate,
    /// The last day for departments to publish (条例, article 49: 31 January).
    pub department_due_on: NaiveDate,
    /// The last day for governments to publish (条例, article 49: 31 March).
    pub government_due_on: NaiveDate,
    /// What is said about it.
    pub note: Option<String>,
}

/// A year's plan with its version and times.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportingYear {
    pub plan: YearPlan,
    pub version: i64,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

/// What is wrong with a plan, by member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanFault {
    PeriodOrder,
    /// A local date may be earlier than the statutory one, never later (条例 art. 49–50).
    DepartmentDueTooLate,
    GovernmentDueTooLate,
    DepartmentDueBeforeEnd,
    GovernmentDueBeforeEnd,
}

impl PlanFault {
    pub fn pointer(self) -> &'static str {
        match self {
            PlanFault::PeriodOrder => "/period_end",
            PlanFault::DepartmentDueTooLate | PlanFault::DepartmentDueBeforeEnd => "/department_due_on",
            PlanFault::GovernmentDueTooLate | PlanFault::GovernmentDueBeforeEnd => "/government_due_on",
        }
    }

    /// Key of its message.
    pub fn code(self) -> &'static str {
        match self {
            PlanFault::PeriodOrder => "period_order",
            PlanFault::DepartmentDueTooLate | PlanFault::GovernmentDueTooLate => "after_statutory_date",
            PlanFault::DepartmentDueBeforeEnd | PlanFault::GovernmentDueBeforeEnd => "before_period_end",
        }
    }
}

/// 31 January after the year: departments, townships and all others (条例 art. 49).
pub fn statutory_department_due(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year + 1, 1, 31).unwrap_or(NaiveDate::MAX)
}

/// 31 March after the year: the government's own consolidated report (条例 art. 49).
pub fn statutory_government_due(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year + 1, 3, 31).unwrap_or(NaiveDate::MAX)
}

impl YearPlan {
    /// The plan of a year about which nothing was said.
    pub fn default_for(year: i32) -> YearPlan {
        YearPlan {
            year,
            format: crate::domain::form::for_year(year).id.clone(),
            state: YearState::Planned,
            period_start: NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MIN),
            period_end: NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(NaiveDate::MAX),
            department_due_on: statutory_department_due(year),
            government_due_on: statutory_government_due(year),
            note: None,
        }
    }

    /// What of it cannot be, each at its member.
    pub fn faults(&self) -> Vec<PlanFault> {
        let checks = [
            (self.period_end < self.period_start, PlanFault::PeriodOrder),
            (self.department_due_on > statutory_department_due(self.year), PlanFault::DepartmentDueTooLate),
            (self.government_due_on > statutory_government_due(self.year), PlanFault::GovernmentDueTooLate),
            (self.department_due_on <= self.period_end, PlanFault::DepartmentDueBeforeEnd),
            (self.government_due_on <= self.period_end, PlanFault::GovernmentDueBeforeEnd),
        ];
        checks.into_iter().filter_map(|(broken, fault)| broken.then_some(fault)).collect()
    }

    /// From which day on, so many days after the last due day, old documents are taken in. By the calendar: however
    /// early the plan puts its days, its year ends no sooner.
    pub fn old_documents_from(&self, after_days: u32) -> NaiveDate {
        let ended = NaiveDate::from_ymd_opt(self.year, 12, 31).unwrap_or(NaiveDate::MAX);
        let due = self.government_due_on.max(ended);
        due.checked_add_days(Days::new(after_days.into())).unwrap_or(NaiveDate::MAX)
    }

    /// Whether documents of the year are taken in as published on a day.
    pub fn takes_old_documents(&self, today: NaiveDate, after_days: u32) -> bool {
        matches!(self.state, YearState::Closed | YearState::Archived)
            && today >= self.old_documents_from(after_days)
    }

    /// When a report of this level and scope is due.
    pub fn due_on(&self, level: Level, scope: Scope) -> NaiveDate {
        due_on(level, scope, self.department_due_on, self.government_due_on)
    }
}

/// When a report of this level and scope is due by the days of a plan.
pub fn due_on(level: Level, scope: Scope, department: NaiveDate, government: NaiveDate) -> NaiveDate {
    if is_due_with_governments(level, scope) { government } else { department }
}

/// A government's consolidated report is due in March (townships file with the departments), all else in January.
pub fn is_due_with_governments(level: Level, scope: Scope) -> bool {
    scope == Scope::Consolidated && level != Level::Township
}

/// Reads a year in the accepted range.
pub fn parse_year(text: &str) -> Option<i32> {
    let plain = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    i32::from_str(text).ok().filter(|year| plain && (FIRST_YEAR..=LAST_YEAR).contains(year))
}
