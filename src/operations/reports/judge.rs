//! Judging stored reports and documents from outside.

use super::ReportView;
use super::elsewhere::{Elsewhere, Subject, gather, texts_of};
use crate::domain::agency::Agency;
use crate::domain::id::ReportId;
use crate::domain::report::{ReportDocument, Scope};
use crate::domain::rules::{
    AgencyFacts, Finding, Judged, Moment, SourceReport, apply_explanations, judge, judge_for_supervisor,
};
use crate::domain::workflow::State;
use crate::domain::year::YearPlan;
use crate::operations::agencies::resolve;
use crate::operations::{Asking, Refusal};
use crate::storage::{AnyConnection, explanations, years};
use chrono::NaiveDate;

/// The findings of reports' revisions, in order; `today` counts while one is not published.
pub fn judge_views(
    connection: &mut AnyConnection,
    views: &[ReportView],
    today: NaiveDate,
    moment: Moment,
) -> Result<Vec<Judgement>, Refusal> {
    let subjects: Vec<Subject> = views.iter().map(subject_of).collect();
    let elsewhere = gather(connection, &subjects)?;
    Ok(views.iter().zip(elsewhere).map(|(view, found)| judge_view(view, found, today, moment)).collect())
}

/// The findings of a report, and the reports of last year it was compared with.
#[derive(Debug, Clone)]
pub struct Judgement {
    pub findings: Vec<Finding>,
    pub previous: Vec<SourceReport>,
}

fn subject_of(view: &ReportView) -> Subject {
    Subject {
        id: Some(view.report.id.to_string()),
        agency: view.agency.id.clone(),
        year: view.report.year,
        scope: view.report.scope,
        period_end: view.year.plan.period_end,
        form: view.revision.content.form(),
        texts: texts_of(&view.revision.content),
    }
}

/// A report's revision with what was found elsewhere about it.
fn judged_of<'a>(view: &'a ReportView, found: &'a Elsewhere, today: NaiveDate, moment: Moment) -> Judged<'a> {
    let published = view.revision.state == State::Published;
    Judged {
        content: &view.revision.content,
        faults: &[],
        blanks: &[],
        year: view.report.year,
        period_end: view.year.plan.period_end,
        due_on: Some(view.due_on),
        agency: Some(AgencyFacts { kind: view.agency.kind, level: view.agency.level }),
        day: if published { view.report.first_published_on } else { Some(today) },
        moment,
        previous: &found.previous,
        upstream: &found.upstream,
        subordinates: found.subordinates.as_ref(),
        twins: &found.twins,
    }
}

fn judge_view(view: &ReportView, found: Elsewhere, today: NaiveDate, moment: Moment) -> Judgement {
    let mut findings = judge(&judged_of(view, &found, today, moment));
    apply_explanations(&mut findings, &found.explanations);
    let previous = found.previous.known().map(|previous| previous.reports.clone()).unwrap_or_default();
    Judgement { findings, previous }
}

/// For each of some reports, whether it holds a mark of secrecy or personal data that only a supervisor can
/// answer for, and none has.
pub fn await_supervisor(
    connection: &mut AnyConnection,
    asking: &Asking,
    views: &[ReportView],
) -> Result<Vec<bool>, Refusal> {
    let ids: Vec<String> = views.iter().map(|view| view.report.id.to_string()).collect();
    let mut given = explanations::of_reports(connection, &ids)?;
    let nothing = Elsewhere::nothing();
    let awaiting = views.iter().map(|view| {
        let mut findings = judge_for_supervisor(&judged_of(view, &nothing, asking.today, Moment::Draft));
        apply_explanations(&mut findings, &given.remove(view.report.id.as_str()).unwrap_or_default());
        findings.iter().any(|finding| finding.explanation.is_none())
    });
    Ok(awaiting.collect())
}

/// The findings of one report.
pub fn judge_one(
    connection: &mut AnyConnection,
    view: &ReportView,
    today: NaiveDate,
    moment: Moment,
) -> Result<Judgement, Refusal> {
    let mut found = gather(connection, &[subject_of(view)])?;
    Ok(judge_view(view, found.pop().unwrap_or_else(Elsewhere::nothing), today, moment))
}

/// The findings of a report's working or published revision, for whoever holds any grant that covers its
/// agency.
pub fn find_judgement(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &ReportId,
    published_only: bool,
) -> Result<(ReportView, Judgement), Refusal> {
    let view = super::find(connection, asking, id, published_only)?;
    if !asking.rights.may_see(&view.agency.path) {
        return Err(Refusal::Forbidden);
    }
    let judgement = judge_one(connection, &view, asking.today, Moment::Draft)?;
    Ok((view, judgement))
}

/// The findings of a document that is not (yet) stored.
///
/// The day is the document's own: a report of years ago, checked today, is not late for that.
pub fn judge_document(
    connection: &mut AnyConnection,
    document: &ReportDocument,
    blanks: &[(usize, String)],
) -> Result<Judgement, Refusal> {
    let year = document.year.unwrap_or_else(|| document.content.form().from);
    let plan =
        years::find(connection, year)?.map_or_else(|| YearPlan::default_for(year), |stored| stored.plan);
    let agency: Option<Agency> = match document.agency_id.as_deref().map(str::parse) {
        Some(Ok(reference)) => resolve(connection, &reference)?,
        _ => None,
    };
    let scope = document.scope.unwrap_or(Scope::Own);
    let due_on = agency.as_ref().map(|agency| plan.due_on(agency.level, scope));
    let subject = agency.as_ref().map(|agency| Subject {
        id: None,
        agency: agency.id.clone(),
        year,
        scope,
        period_end: plan.period_end,
        form: document.content.form(),
        texts: texts_of(&document.content),
    });
    let found = match subject {
        Some(subject) => gather(connection, &[subject])?.pop(),
        None => None,
    };
    let found = found.unwrap_or_else(Elsewhere::nothing);
    let findings = judge(&Judged {
        content: &document.content,
        faults: &document.faults,
        blanks,
        year,
        period_end: plan.period_end,
        due_on,
        agency: agency.map(|agency| AgencyFacts { kind: agency.kind, level: agency.level }),
        day: document.signed_on,
        moment: Moment::Draft,
        previous: &found.previous,
        upstream: &[],
        subordinates: found.subordinates.as_ref(),
        twins: &found.twins,
    });
    let previous = found.previous.known().map(|previous| previous.reports.clone()).unwrap_or_default();
    Ok(Judgement { findings, previous })
}
