//! A reporting year and a line of its roster as JSON.

use crate::domain::roster::RosterEntry;
use crate::domain::year::{ReportingYear, YearPlan, YearState};
use crate::http::kernel::fields::Fields;
use crate::http::kernel::format::{day, time};
use crate::http::kernel::names::{AgencyKind, AgencyLevel, FormatName, ReportScope, YearStateName};
use crate::http::kernel::paging::Page;
use crate::operations::InputFault;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// 报告年度。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Year)]
pub struct YearBody {
    /// 年度。
    #[schema(minimum = 2008, maximum = 2099)]
    year: i32,
    /// 适用的格式，见 `GET /formats`。
    #[schema(value_type = FormatName)]
    format: String,
    #[schema(value_type = YearStateName)]
    state: &'static str,
    /// 统计期开始，默认 1 月 1 日。
    #[schema(format = Date)]
    period_start: String,
    /// 统计期结束，默认 12 月 31 日。
    #[schema(format = Date)]
    period_end: String,
    /// 部门应报日期：不晚于次年 1 月 31 日（条例第四十九条）。
    #[schema(format = Date)]
    department_due_on: String,
    /// 政府应报日期：不晚于次年 3 月 31 日（条例第四十九条）。
    #[schema(format = Date)]
    government_due_on: String,
    /// 说明。
    #[schema(max_length = 2000)]
    note: Option<String>,
    #[schema(format = DateTime, read_only)]
    created_at: String,
    #[schema(format = DateTime, read_only)]
    updated_at: String,
}

impl From<&ReportingYear> for YearBody {
    fn from(year: &ReportingYear) -> YearBody {
        YearBody {
            year: year.plan.year,
            format: year.plan.format.clone(),
            state: year.plan.state.as_str(),
            period_start: day(year.plan.period_start),
            period_end: day(year.plan.period_end),
            department_due_on: day(year.plan.department_due_on),
            government_due_on: day(year.plan.government_due_on),
            note: year.plan.note.clone(),
            created_at: time(year.created_at),
            updated_at: time(year.updated_at),
        }
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

/// 应报名单的一行：一个机关应报的一份报告。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RosterEntry)]
pub struct RosterBody {
    agency: RosterAgency,
    #[schema(value_type = ReportScope)]
    scope: &'static str,
    /// 自顶级到本机关的编号。
    path: Vec<String>,
    #[schema(value_type = AgencyLevel)]
    level: &'static str,
    #[schema(value_type = AgencyKind)]
    kind: &'static str,
    name: String,
    /// 应报日期。
    #[schema(format = Date)]
    due_on: String,
    /// 是否免报。
    exempt: bool,
    /// 免报、延期的理由。
    reason: Option<String>,
}

impl From<&RosterEntry> for RosterBody {
    fn from(entry: &RosterEntry) -> RosterBody {
        RosterBody {
            agency: RosterAgency { id: entry.agency_id.to_string(), name: entry.name.clone() },
            scope: entry.scope.as_str(),
            path: entry.path.ids().map(str::to_owned).collect(),
            level: entry.level.as_str(),
            kind: entry.kind.as_str(),
            name: entry.name.clone(),
            due_on: day(entry.due_on),
            exempt: entry.exempt,
            reason: entry.reason.clone(),
        }
    }
}

pub type RosterList = Page<RosterBody>;

/// Members that are judged together: none of them while one cannot be read.
const DATES: [&str; 5] =
    ["/year", "/period_start", "/period_end", "/department_due_on", "/government_due_on"];

/// Reads a year's plan; `present` is what it is now (its year cannot change).
pub fn read_plan(
    object: &Map<String, Value>,
    present: Option<(&ReportingYear, &Value)>,
) -> Result<YearPlan, Vec<InputFault>> {
    let mut fields = Fields::new(object, present.map(|(_, value)| value));
    fields.read_only(&["created_at", "updated_at"]);
    let year = match present {
        Some((stored, _)) => {
            fields.read_only(&["year"]);
            Some(stored.plan.year)
        }
        None => {
            let year = fields.year("year");
            fields.require("year", year)
        }
    };
    // Defaults need a year; a body without one is refused anyway.
    let defaults = YearPlan::default_for(year.unwrap_or(crate::domain::year::FIRST_YEAR));
    let format = fields.read("format", |text| {
        crate::domain::form::by_id(text).map(|form| form.id.clone()).ok_or("unknown_form")
    });
    let kept_state = present.map_or(YearState::Planned, |(stored, _)| stored.plan.state);
    let state = match (present, fields.read("state", |text| text.parse().map_err(|()| "invalid_value"))) {
        // A new year is planned, whatever comes next.
        (None, Some(state)) if state != YearState::Planned => {
            fields.fault("state", "read_only");
            state
        }
        (_, state) => state.unwrap_or(kept_state),
    };
    let plan = YearPlan {
        year: defaults.year,
        format: format.unwrap_or(defaults.format),
        state,
        period_start: fields.day("period_start").unwrap_or(defaults.period_start),
        period_end: fields.day("period_end").unwrap_or(defaults.period_end),
        department_due_on: fields.day("department_due_on").unwrap_or(defaults.department_due_on),
        government_due_on: fields.day("government_due_on").unwrap_or(defaults.government_due_on),
        note: fields.text("note", 2_000),
    };
    let mut faults = fields.finish();
    if !faults.iter().any(|fault| DATES.contains(&fault.pointer.as_str())) {
        let of_dates = plan.faults().into_iter();
        faults.extend(of_dates.map(|fault| InputFault::new(fault.pointer(), fault.code())));
    }
    if faults.is_empty() { Ok(plan) } else { Err(faults) }
}
