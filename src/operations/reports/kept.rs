//! Verdicts kept beside the reports: lists, tasks and jobs read them instead of judging. One is good for a version of a
//! report and a set of rules and words; what stands around a report may have moved since, so that no act rests on one
//! and `/findings` judges afresh.

use super::judge::{await_supervisor, judge_views};
use super::read::{ReportView, find_raw};
use super::verdict::resting_on;
use crate::domain::id::ReportId;
use crate::domain::rules::{self, Counts, Explainable, Moment};
use crate::operations::{Answer, Asking, Refusal};
use crate::storage::verdicts::{self, KeptVerdict};
use crate::storage::{AnyConnection, audit};
use chrono::{Duration, NaiveDateTime};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Reports that one request has judged because no verdict is kept; of more it is told none.
pub const MOST_JUDGED: usize = 50;
/// What is around a report on its way may have moved after so long.
const OLD: Duration = Duration::hours(24);

/// The verdicts of some reports, in their order: those that are kept, and at most so many made now.
pub fn verdicts_of(
    connection: &mut AnyConnection,
    asking: &Asking,
    views: &[ReportView],
    most: usize,
) -> Answer<Vec<Option<KeptVerdict>>> {
    let mut kept = kept(connection, asking, views)?;
    let missing = views.iter().filter(|view| !kept.contains_key(view.report.id.as_str()));
    let missing: Vec<&ReportView> = missing.take(most).collect();
    for verdict in made(connection, asking, &missing)? {
        kept.insert(verdict.report.to_string(), verdict);
    }
    Ok(views.iter().map(|view| kept.remove(view.report.id.as_str())).collect())
}

/// For each of some reports whether a supervisor has still to answer; as many as are left are looked at now.
pub fn supervisor_awaited(
    connection: &mut AnyConnection,
    asking: &Asking,
    views: &[ReportView],
    left: &mut usize,
) -> Answer<Vec<Option<bool>>> {
    let kept = kept(connection, asking, views)?;
    let missing = views.iter().filter(|view| !kept.contains_key(view.report.id.as_str()));
    let missing: Vec<&ReportView> = missing.take(*left).collect();
    *left = left.saturating_sub(missing.len());
    let looked = await_supervisor(connection, asking, &missing)?;
    let looked: HashMap<&str, bool> =
        missing.iter().map(|view| view.report.id.as_str()).zip(looked).collect();
    let awaited = views.iter().map(|view| {
        let id = view.report.id.as_str();
        kept.get(id).map(|verdict| verdict.awaits).or_else(|| looked.get(id).copied())
    });
    Ok(awaited.collect())
}

fn kept(
    connection: &mut AnyConnection,
    asking: &Asking,
    views: &[ReportView],
) -> Answer<HashMap<String, KeptVerdict>> {
    let versions: HashMap<&str, i64> =
        views.iter().map(|view| (view.report.id.as_str(), view.report.version)).collect();
    let ids: Vec<String> = versions.keys().map(|id| (*id).to_owned()).collect();
    let mut kept = verdicts::of_reports(connection, &ids, asking.rules.name())?;
    kept.retain(|id, verdict| versions.get(id.as_str()) == Some(&verdict.version));
    Ok(kept)
}

/// Judges some reports as they are read under a grant.
fn made(connection: &mut AnyConnection, asking: &Asking, views: &[&ReportView]) -> Answer<Vec<KeptVerdict>> {
    if views.is_empty() {
        return Ok(Vec::new());
    }
    let judged = judge_views(connection, asking, views, Moment::Draft)?;
    let mut verdicts = Vec::with_capacity(views.len());
    for (view, judgement) in views.iter().zip(judged) {
        let mut by_rule: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        let mut awaits = false;
        for finding in &judgement.findings {
            let (found, explained) = by_rule.entry(finding.rule).or_default();
            *found += 1;
            *explained += usize::from(finding.explanation.is_some());
            let answered = rules::by_id(finding.rule).map(|rule| rule.explainable);
            awaits |= finding.explanation.is_none() && answered == Some(Explainable::BySupervisor);
        }
        if judgement.truncated && !awaits {
            awaits = await_supervisor(connection, asking, &[*view])?.contains(&true);
        }
        verdicts.push(KeptVerdict {
            report: view.report.id.clone(),
            version: view.report.version,
            rules: asking.rules.name().to_owned(),
            counts: Counts::of(&judgement.findings),
            awaits,
            by_rule: by_rule
                .into_iter()
                .map(|(rule, (found, explained))| (rule.to_owned(), found, explained))
                .collect(),
        });
    }
    Ok(verdicts)
}

/// Judges some reports to keep what is found, each by itself; what is gone is left out.
pub fn judge_to_keep(
    connection: &mut AnyConnection,
    asking: &Asking,
    ids: &[ReportId],
) -> Answer<Vec<KeptVerdict>> {
    let mut views = Vec::with_capacity(ids.len());
    for id in ids {
        match find_raw(connection, id) {
            Ok(view) => views.push(view),
            Err(Refusal::NotFound) => {}
            Err(refusal) => return Err(refusal),
        }
    }
    made(connection, asking, &views.iter().collect::<Vec<_>>())
}

pub fn keep(connection: &mut AnyConnection, made: &[KeptVerdict], at: NaiveDateTime) -> Answer<()> {
    for verdict in made {
        verdicts::put(connection, verdict, at)?;
    }
    Ok(())
}

/// Some reports after one of them that no good verdict is kept of.
pub fn without_verdict(
    connection: &mut AnyConnection,
    asking: &Asking,
    (after, now): (&str, NaiveDateTime),
    most: i64,
) -> Answer<Vec<ReportId>> {
    Ok(verdicts::stale(connection, (asking.rules.name(), now - OLD), after, most)?)
}

/// Entries of the audit looked at together.
const ENTRIES: i64 = 200;

/// Up to where the audit and the public changes have been looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looked {
    audit: i64,
    change: i64,
}

impl Looked {
    pub fn now(connection: &mut AnyConnection) -> Answer<Looked> {
        let ledger = audit::ledger(connection)?;
        Ok(Looked { audit: ledger.audit_seq, change: ledger.change_seq })
    }
}

/// What was written since: the reports that are to be judged for it, those around a published one included.
pub fn moved_since(connection: &mut AnyConnection, looked: Looked) -> Answer<(Vec<ReportId>, Looked)> {
    let mut next = looked;
    let mut moved = HashSet::new();
    for (seq, report) in audit::reports_after(connection, looked.audit, ENTRIES)? {
        next.audit = seq;
        moved.extend(report);
    }
    for change in audit::changes_after(connection, looked.change, ENTRIES)? {
        next.change = change.seq;
        match find_raw(connection, &ReportId::from_stored(change.report_id)) {
            Ok(view) => {
                let around = resting_on(connection, &view)?;
                moved.extend(around.into_iter().map(|report| report.id.to_string()));
            }
            Err(Refusal::NotFound) => {}
            Err(refusal) => return Err(refusal),
        }
    }
    Ok((moved.into_iter().map(ReportId::from_stored).collect(), next))
}
