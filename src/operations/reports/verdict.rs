//! What a transition rests on and what it does to others: the verdict of the rules, its receipt, and the
//! marks that corrections leave until somebody has looked at them.

use super::elsewhere::GENERATIONS;
use super::judge::{Judgement, judge_one};
use super::read::ReportView;
use crate::domain::report::Report;
use crate::domain::rules::{self, Counts, Explainable, Finding, Moment, RuleSet, Severity};
use crate::domain::workflow::{Action, Receipt, Transition};
use crate::operations::{Answer, Asking, Refusal};
use crate::storage::{Act, AnyConnection, agencies, reports, roster, upstream};
use chrono::{NaiveDate, NaiveDateTime};

/// The judgement an act rests on, as of its day; other acts rest on none.
pub fn judged(
    connection: &mut AnyConnection,
    asking: &Asking,
    day: NaiveDate,
    view: &ReportView,
    action: Action,
) -> Answer<Option<Judgement>> {
    let moment = match action {
        Action::Submit | Action::Approve | Action::Archive => Moment::Draft,
        Action::Publish => Moment::Publish,
        Action::Return | Action::Recall | Action::Correct | Action::Withdraw => return Ok(None),
    };
    Ok(Some(judge_one(connection, asking, view, day, moment)?))
}

/// Errors block a submission, and what must be explained; at publication those that weigh more there; marks of
/// secrecy and personal data keep an old document from being taken in.
/// What was explained blocks nothing.
pub fn require_no_blocking_findings(findings: &[Finding], action: Action) -> Answer<()> {
    let blocks = |finding: &&Finding| {
        let explainable = || rules::by_id(finding.rule).map(|rule| rule.explainable);
        let must = || explainable() == Some(Explainable::MustByEditor);
        let answered_by_supervisor = || explainable() == Some(Explainable::BySupervisor);
        finding.explanation.is_none()
            && match action {
                Action::Submit => finding.severity == Severity::Error || must(),
                Action::Publish => finding.severity == Severity::Error,
                // Nobody has read it before everybody does.
                Action::Archive => answered_by_supervisor(),
                _ => false,
            }
    };
    let blocking: Vec<Finding> = findings.iter().filter(blocks).cloned().collect();
    if blocking.is_empty() { Ok(()) } else { Err(Refusal::FindingsBlock(blocking)) }
}

/// By which verdict of which rules the act was taken.
pub fn receipt(made: &Transition, findings: &[Finding], rules: &RuleSet) -> Receipt {
    let counts = Counts::of(findings);
    let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    Receipt {
        transition_id: made.id.clone(),
        report_id: made.report_id.to_string(),
        revision: made.revision,
        rule_set: rules.name().to_owned(),
        digest: made.digest.clone(),
        valid: counts.error == 0,
        error: number(counts.error),
        warning: number(counts.warning),
        info: number(counts.info),
        explained: number(counts.explained),
        at: made.at,
    }
}

/// A correction is to be looked at by next year's report and by every consolidated one that holds this.
pub fn mark_what_rests_on(connection: &mut AnyConnection, act: &Act, view: &ReportView) -> Answer<()> {
    if view.revision.number == 1 {
        return Ok(());
    }
    for report in resting_on(connection, view)? {
        upstream::mark(connection, &report.id, &view.report.id, view.revision.number, act.at)?;
    }
    Ok(())
}

/// Next year's report and every consolidated one that holds this.
pub(super) fn resting_on(connection: &mut AnyConnection, view: &ReportView) -> Answer<Vec<Report>> {
    // Whoever has taken over what the agency answered for, directly or through others.
    let mut heirs = vec![view.agency.id.to_string()];
    let mut successor = view.agency.successor_id.clone();
    while let Some(id) = successor.filter(|id| heirs.len() < GENERATIONS && !heirs.contains(&id.to_string()))
    {
        successor = agencies::find(connection, &id)?.and_then(|agency| agency.successor_id);
        heirs.push(id.to_string());
    }
    let path = roster::find(connection, view.report.year, &view.agency.id, view.report.scope)?
        .map_or_else(|| view.agency.path.clone(), |entry| entry.path);
    let above: Vec<String> = path.ids().map(str::to_owned).collect();
    Ok(reports::resting_on(connection, &view.report, &heirs, &above)?)
}

/// Takes off a report that is published those marks that somebody has looked at: the figures were written anew
/// since, or the finding was explained. Any other stays to be seen, however the report came to be published: what
/// was filled in before a correction below and went through unread rests on the old figures still.
pub fn settle_marks(connection: &mut AnyConnection, view: &ReportView, findings: &[Finding]) -> Answer<()> {
    if !rules::tells_upstream(findings) {
        return Ok(());
    }
    let written = figures_written_at(view);
    let explained = rules::explained_sources(findings);
    for (source, at) in upstream::of_report(connection, &view.report.id)? {
        if written.is_some_and(|written| written > at) || explained.contains(&source.as_str()) {
            upstream::clear(connection, &view.report.id, &source)?;
        }
    }
    Ok(())
}

/// When somebody last changed the tables of this revision; beginning a correction changes none.
fn figures_written_at(view: &ReportView) -> Option<NaiveDateTime> {
    let revision = &view.revision;
    let sections = revision.content.form().sections.iter().zip(&revision.marks);
    let tables = sections.filter(|(section, _)| section.table.is_some());
    let written = tables.map(|(_, mark)| mark.updated_at);
    written.filter(|at| revision.number == 1 || *at > revision.created_at).max()
}
