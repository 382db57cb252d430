//! Judging every report of a year within an agency: counted by rule and by agency.

use crate::domain::agency::AgencyPath;
use crate::domain::page::Page;
use crate::domain::report::ReportFilter;
use crate::domain::rights::Right;
use crate::domain::rules::{RULES, by_id};
use crate::operations::reports::{self, ReportQuery, verdicts_of};
use crate::operations::{Answer, Asking, permit};
use crate::storage::AnyConnection;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Reports judged in one step.
const STEP: i64 = 200;
/// Most reports named one by one in a result.
const MOST_NAMED: usize = 5_000;

/// The right to have a year's reports judged, within an agency or all of them.
pub fn require_validation_right(asking: &Asking, year: i32, within: Option<&AgencyPath>) -> Answer<()> {
    permit(asking.rights.may_below(Right::Validate, within, year))
}

#[derive(Debug, Clone, Copy, Default)]
struct OfRule {
    findings: usize,
    explained: usize,
    reports: usize,
}

/// What was found so far.
#[derive(Debug, Clone, Default)]
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
) -> Answer<(Tally, bool)> {
    let filter = ReportFilter { year: Some(year), within: within.cloned(), ..ReportFilter::default() };
    let query = ReportQuery { filter, ..ReportQuery::default() };
    let page = Page { keys: Vec::new(), after_id: tally.after.clone(), limit: STEP };
    let views = reports::list(connection, asking, &query, &page)?;
    // What is kept is read; the rest is judged now.
    let judged = verdicts_of(connection, asking, &views, views.len())?;
    for (view, verdict) in views.iter().zip(judged.into_iter().flatten()) {
        let counts = verdict.counts;
        tally.reports += 1;
        tally.valid += usize::from(counts.error == 0);
        for (rule, findings, explained) in &verdict.by_rule {
            let Some(rule) = by_id(rule) else { continue };
            let all = tally.rules.entry(rule.id).or_default();
            all.findings += findings;
            all.explained += explained;
            all.reports += 1;
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
