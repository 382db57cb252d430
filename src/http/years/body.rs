//! A reporting year and a line of its roster as JSON.

use crate::domain::roster::RosterEntry;
use crate::domain::year::{ReportingYear, YearPlan, YearState};
use crate::http::kernel::format::{day, time};
use crate::http::kernel::names::{AgencyKind, AgencyLevel, FormatName, ReportScope, YearStateName};
use crate::http::kernel::number::Whole;
use crate::http::kernel::sent::Patch;
use crate::http::kernel::{Fault, Page, answer};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

answer! {
    /// 报告年度。
    #[schema(as = Year)]
    pub struct YearBody of(year: &ReportingYear) {
        /// 年度。
        #[schema(minimum = 2008, maximum = 2099)]
        year: i32 = year.plan.year,
        /// 适用的格式，见 `GET /formats`。
        #[schema(value_type = FormatName)]
        format: String = year.plan.format.clone(),
        #[schema(value_type = YearStateName)]
        state: &'static str = year.plan.state.as_str(),
        /// 统计期开始，默认 1 月 1 日。
        #[schema(format = Date)]
        period_start: String = day(year.plan.period_start),
        /// 统计期结束，默认 12 月 31 日。
        #[schema(format = Date)]
        period_end: String = day(year.plan.period_end),
        /// 部门应报日期：不晚于次年 1 月 31 日（条例第四十九条）。
        #[schema(format = Date)]
        department_due_on: String = day(year.plan.department_due_on),
        /// 政府应报日期：不晚于次年 3 月 31 日（条例第四十九条）。
        #[schema(format = Date)]
        government_due_on: String = day(year.plan.government_due_on),
        /// 说明。
        #[schema(max_length = 2000)]
        note: Option<String> = year.plan.note.clone(),
        #[schema(format = DateTime, read_only)]
        created_at: String = time(year.created_at),
        #[schema(format = DateTime, read_only)]
        updated_at: String = time(year.updated_at),
    }
}

pub type YearList = Page<YearBody>;

/// 机关的编号、名称和代码。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RosterAgency)]
pub struct RosterAgency {
    #[schema(format = "uuid")]
    id: String,
    name: String,
}

answer! {
    /// 应报名单的一行：一个机关应报的一份报告。
    #[schema(as = RosterEntry)]
    pub struct RosterBody of(entry: &RosterEntry) {
        agency: RosterAgency = RosterAgency { id: entry.agency_id.to_string(), name: entry.name.clone() },
        #[schema(value_type = ReportScope)]
        scope: &'static str = entry.scope.as_str(),
        /// 自顶级到本机关的编号。
        path: Vec<String> = entry.path.ids().map(str::to_owned).collect(),
        #[schema(value_type = AgencyLevel)]
        level: &'static str = entry.level.as_str(),
        #[schema(value_type = AgencyKind)]
        kind: &'static str = entry.kind.as_str(),
        name: String = entry.name.clone(),
        /// 应报日期。
        #[schema(format = Date)]
        due_on: String = day(entry.due_on),
        /// 是否免报。
        exempt: bool = entry.exempt,
        /// 免报、延期的理由。
        reason: Option<String> = entry.reason.clone(),
    }
}

pub type RosterList = Page<RosterBody>;

/// 要建立或改成的年度。没有给出的按法定默认。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct YearInput {
    /// 年度；修改时须与地址中的相同。
    #[schema(value_type = i32, minimum = 2008, maximum = 2099)]
    year: Whole,
    #[schema(value_type = Option<FormatName>)]
    format: Option<String>,
    /// 新年度是 `planned`。
    #[schema(value_type = Option<YearStateName>)]
    state: Option<YearState>,
    period_start: Option<NaiveDate>,
    period_end: Option<NaiveDate>,
    /// 不晚于次年 1 月 31 日。
    department_due_on: Option<NaiveDate>,
    /// 不晚于次年 3 月 31 日。
    government_due_on: Option<NaiveDate>,
    #[schema(min_length = 1, max_length = 2000)]
    note: Option<String>,
}

pub type YearPatch = Patch<YearInput>;

impl YearInput {
    /// The plan that is wanted; `present` is what it is now: its state stays unless another is given.
    pub fn plan(&self, present: Option<&ReportingYear>) -> YearPlan {
        let year = self.year.year().unwrap_or_default();
        let defaults = YearPlan::default_for(year);
        YearPlan {
            year,
            format: self.format.clone().unwrap_or(defaults.format),
            state: self.state.or(present.map(|present| present.plan.state)).unwrap_or(YearState::Planned),
            period_start: self.period_start.unwrap_or(defaults.period_start),
            period_end: self.period_end.unwrap_or(defaults.period_end),
            department_due_on: self.department_due_on.unwrap_or(defaults.department_due_on),
            government_due_on: self.government_due_on.unwrap_or(defaults.government_due_on),
            note: self.note.clone(),
        }
    }

    /// What its members have against each other, and against what cannot change.
    pub fn faults(&self, present: Option<&ReportingYear>) -> Vec<Fault> {
        let plan = self.plan(present);
        if present.is_some_and(|present| present.plan.year != plan.year) {
            return vec![Fault::at("/year", "read_only")];
        }
        let begun = present.is_none() && plan.state != YearState::Planned;
        let begun = begun.then(|| Fault::at("/state", "read_only"));
        let of_dates = plan.faults().into_iter().map(|fault| Fault::at(fault.pointer(), fault.code()));
        of_dates.chain(begun).collect()
    }
}
