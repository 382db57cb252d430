//! Judging every report of a year within an agency: counted by rule and by agency.

use crate::domain::agency::AgencyPath;
use crate::domain::page::Page;
use crate::domain::report::ReportFilter;
use crate::domain::rights::Role;
use crate::domain::rules::{Counts, Moment, RULES};
use crate::operations::reports::{self, ReportQuery, judge_views};
use crate::operations::{Asking, Refusal};
use crate::storage::AnyConnection;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Reports judged in one step.
const STEP: i64 = 200;
/// Most reports named one by one in a result.
const MOST_NAMED: usize = 5_000;

/// Supervisors judge their subtree, administrators everything.
pub fn require_validation_right(asking: &Asking, within: Option<&AgencyPath>) -> Result<(), Refusal> {
    let may = match within {
        Some(path) => asking.rights.holds(&[Role::Supervisor], path),
        None => asking.rights.is_admin(),
    };
    if may { Ok(()) } else { Err(Refusal::Forbidden) }
}

#[derive(Debug, Clone, Copy, Default)]
struct OfRule {
    findings: usize,
    explained: usize,
    reports: usize,
}

/// What was found so far.
#[derive(Debug, Default)]
pub struct Tally {
    reports: usize,
    valid: usize,
    rules: BTreeMap<&'static str, OfRule>,
    faulty: Vec<Value>,
    unnamed: usize,
    after: Option<String>,
}

/// Judges the next reports and adds them up; `None` when there are no more.
pub fn page_of_reports(
    connection: &mut AnyConnection,
    asking: &Asking,
    year: i32,
    within: Option<&AgencyPath>,
    mut tally: Tally,
) -> Result<(Tally, bool), Refusal> {
    let filter = ReportFilter { year: Some(year), within: within.cloned(), ..ReportFilter::default() };
    let query = ReportQuery { filter, ..ReportQuery::default() };
    let page = Page { keys: Vec::new(), after_id: tally.after.clone(), limit: STEP };
    let views = reports::list(connection, asking, &query, &page)?;
    let judged = judge_views(connection, asking, &views, Moment::Draft)?;
    for (view, judgement) in views.iter().zip(judged) {
        let counts = Counts::of(&judgement.findings);
        tally.reports += 1;
        tally.valid += usize::from(counts.error == 0);
        let mut seen: BTreeMap<&'static str, OfRule> = BTreeMap::new();
        for finding in &judgement.findings {
            let of_rule = seen.entry(finding.rule).or_default();
            of_rule.reports = 1;
            of_rule.findings += 1;
            of_rule.explained += usize::from(finding.explanation.is_some());
        }
        for (rule, here) in seen {
            let all = tally.rules.entry(rule).or_default();
            all.findings += here.findings;
            all.explained += here.explained;
            all.reports += here.reports;
        }
        if counts.error + counts.warning == 0 {
            continue;
        }
        if tally.faulty.len() >= MOST_NAMED {
            tally.unnamed += 1;
            continue;
        }
        tally.faulty.push(json!({
            "agency": {"id": view.agency.id.as_str(), "name": view.agency.name},
            "report_id": view.report.id.as_str(),
            "scope": view.report.scope.as_str(),
            "status": view.revision.state.as_str(),
            "error": counts.error,
            "warning": counts.warning,
            "info": counts.info,
            "explained": counts.explained,
        }));
    }
    tally.after = views.last().map(|view| view.report.id.to_string());
    let more = views.len() >= usize::try_from(STEP).unwrap_or(usize::MAX);
    Ok((tally, more))
}

impl Tally {
    pub fn reports(&self) -> usize {
        self.reports
    }

    /// By rule in the rules' order, by agency in the reports' order.
    pub fn result(&self) -> Value {
        let by_rule = RULES.iter().filter_map(|rule| {
            let found = self.rules.get(rule.id)?;
            Some(json!({
                "rule": rule.id,
                "severity": rule.severity.as_str(),
                "findings": found.findings,
                "explained": found.explained,
                "reports": found.reports,
            }))
        });
        json!({
            "reports": self.reports,
            "valid": self.valid,
            "by_rule": by_rule.collect::<Vec<Value>>(),
            "by_agency": self.faulty,
            "not_listed": self.unnamed,
        })
    }
}
