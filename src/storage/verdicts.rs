//! Rows of the verdicts: how many findings each report had when it was last judged. They are made from the reports and
//! can be made anew; no act rests on them.

use super::dsl::among;
use super::prepared::Prepare;
use super::schema::reports;
use super::schema::verdicts::{self, dsl};
use super::{AnyConnection, Stored};
use crate::domain::id::ReportId;
use crate::domain::rules::Counts;
use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;
use std::collections::HashMap;

/// What was found in a report, in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptVerdict {
    pub report: ReportId,
    /// The report's, and by which rules and words it was judged.
    pub version: i64,
    pub rules: String,
    pub counts: Counts,
    /// A supervisor has still to answer.
    pub awaits: bool,
    /// Findings of each rule, and how many of them are explained.
    pub by_rule: Vec<(String, usize, usize)>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = verdicts, treat_none_as_default_value = false)]
struct VerdictRow {
    report_id: ReportId,
    version: i64,
    rules: String,
    error: i32,
    warning: i32,
    info: i32,
    explained: i32,
    awaits: bool,
    by_rule: String,
    at: NaiveDateTime,
}

fn stored(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn count(stored: i32) -> usize {
    usize::try_from(stored).unwrap_or_default()
}

impl VerdictRow {
    fn of(verdict: &KeptVerdict, at: NaiveDateTime) -> VerdictRow {
        let counts = verdict.counts;
        VerdictRow {
            report_id: verdict.report.clone(),
            version: verdict.version,
            rules: verdict.rules.clone(),
            error: stored(counts.error),
            warning: stored(counts.warning),
            info: stored(counts.info),
            explained: stored(counts.explained),
            awaits: verdict.awaits,
            by_rule: serde_json::to_string(&verdict.by_rule).unwrap_or_default(),
            at,
        }
    }
}

impl From<VerdictRow> for KeptVerdict {
    fn from(row: VerdictRow) -> KeptVerdict {
        KeptVerdict {
            report: row.report_id,
            version: row.version,
            rules: row.rules,
            counts: Counts {
                error: count(row.error),
                warning: count(row.warning),
                info: count(row.info),
                explained: count(row.explained),
            },
            awaits: row.awaits,
            by_rule: serde_json::from_str(&row.by_rule).unwrap_or_default(),
        }
    }
}

/// What is kept of some reports by some rules, by report; of whichever version.
pub fn of_reports(
    connection: &mut AnyConnection,
    reports: &[String],
    rules: &str,
) -> Stored<HashMap<String, KeptVerdict>> {
    let rows: Vec<VerdictRow> = on_each!(connection, |c| dsl::verdicts
        .filter(among!(dsl::report_id, reports).and(dsl::rules.eq(rules)))
        .select(VerdictRow::as_select())
        .prepared_for(reports.len())
        .load(c))?;
    Ok(rows.into_iter().map(|row| (row.report_id.to_string(), KeptVerdict::from(row))).collect())
}

/// Keeps a verdict in the place of an older one, unless the report has moved on or is gone.
pub fn put(connection: &mut AnyConnection, verdict: &KeptVerdict, at: NaiveDateTime) -> Stored<()> {
    let id = verdict.report.as_str();
    let here = reports::id.eq(id).and(reports::version.eq(verdict.version));
    if !diesel::select(exists(reports::table.filter(here))).get_result(connection)? {
        return Ok(());
    }
    let row = VerdictRow::of(verdict, at);
    diesel::delete(dsl::verdicts.filter(dsl::report_id.eq(id))).execute(connection)?;
    Ok(insert!(connection, dsl::verdicts, &row)?)
}

/// Reports after one of them that have no verdict of their version by these rules, or are on their way and have one from
/// before a time: what stands around them, and the day, may say otherwise now.
pub fn stale(
    connection: &mut AnyConnection,
    (rules, before): (&str, NaiveDateTime),
    after: &str,
    limit: i64,
) -> Stored<Vec<ReportId>> {
    let right =
        dsl::report_id.eq(reports::id).and(dsl::version.eq(reports::version)).and(dsl::rules.eq(rules));
    let old = reports::published_revision.is_null().and(dsl::at.lt(before));
    Ok(on_each!(connection, |c| reports::table
        .left_join(verdicts::table.on(right))
        .filter(reports::hidden_at.is_null().and(reports::id.gt(after)))
        .filter(dsl::report_id.is_null().or(old))
        .select(reports::id)
        .order(reports::id)
        .limit(limit)
        .prepared()
        .load(c))?)
}
