//! Judging stored reports and documents from outside.

use super::ReportView;
use super::elsewhere::{Elsewhere, Subject, gather, texts_of};
use crate::domain::agency::{Agency, DivisionCode};
use crate::domain::id::{AgencyId, ReportId};
use crate::domain::report::{Content, ReportDocument, Scope};
use crate::domain::rights::Right;
use crate::domain::rules::{
    AgencyFacts, Around, Explanation, Finding, Judged, Moment, SourceReport, Verdict, apply_explanations,
    judge, judge_for_supervisor,
};
use crate::domain::workflow::State;
use crate::domain::year::YearPlan;
use crate::operations::agencies::resolve;
use crate::operations::{Answer, Asking, permit};
use crate::storage::{AnyConnection, explanations, years};
use chrono::NaiveDate;
use std::sync::atomic::{AtomicU64, Ordering};

/// Reports judged by this process.
static JUDGED: AtomicU64 = AtomicU64::new(0);

/// How often a stored report was judged here.
pub fn judged_so_far() -> u64 {
    JUDGED.load(Ordering::Relaxed)
}

fn count_judged(views: usize) {
    JUDGED.fetch_add(u64::try_from(views).unwrap_or(u64::MAX), Ordering::Relaxed);
}

/// The findings of reports' revisions, in order; today counts while one is not published.
pub fn judge_views(
    connection: &mut AnyConnection,
    asking: &Asking,
    views: &[&ReportView],
    moment: Moment,
) -> Answer<Vec<Judgement>> {
    count_judged(views.len());
    let subjects: Vec<Subject> = views.iter().map(|view| subject_of(view)).collect();
    let elsewhere = gather(connection, &subjects)?;
    let judged = views.iter().zip(elsewhere);
    Ok(judged.map(|(view, found)| judge_view(asking, view, found, asking.today, moment)).collect())
}

/// The findings of a report, and the reports of last year it was compared with.
#[derive(Debug, Clone)]
pub struct Judgement {
    pub findings: Vec<Finding>,
    /// There would be more findings.
    pub truncated: bool,
    pub previous: Vec<SourceReport>,
    /// What was explained of the report.
    pub explanations: Vec<Explanation>,
    /// All that its agency has taken over, directly or through others.
    pub taken_over: Vec<AgencyId>,
}

fn subject_of(view: &ReportView) -> Subject {
    Subject {
        id: Some(view.report.id.to_string()),
        agency: view.agency.id.clone(),
        year: view.report.year,
        scope: view.report.scope,
        period_end: view.year.plan.period_end,
        form: view.revision.content.form(),
        changed: view.agency.version > 1,
        agency_name: view.agency.name.clone(),
        texts: texts_of(&view.revision.content),
    }
}

/// A report's revision with what was found elsewhere about it.
fn judged_of<'a>(
    asking: &'a Asking,
    view: &'a ReportView,
    found: &'a Elsewhere,
    day: NaiveDate,
    moment: Moment,
) -> Judged<'a> {
    let published = view.revision.state == State::Published;
    let heading = &view.revision.heading;
    Judged {
        around: Around {
            title: heading.title.as_deref(),
            agency_name: Some(&view.revision.agency_name),
            signed_by: heading.signed_by.as_deref(),
            index_number: heading.index_number.as_deref(),
            source_url: view.report.source_url.as_deref(),
            reason: view.revision.reason.as_deref(),
        },
        year: view.report.year,
        period_end: view.year.plan.period_end,
        due_on: Some(view.due_on),
        scope: Some(view.report.scope),
        day: if published { view.report.first_published_on } else { Some(day) },
        moment,
        upstream: &found.upstream,
        ..about(asking, &view.revision.content, Some(&view.agency), found)
    }
}

/// What is known of a content, of its agency and of what was found elsewhere.
fn about<'a>(
    asking: &'a Asking,
    content: &'a Content,
    agency: Option<&'a Agency>,
    found: &'a Elsewhere,
) -> Judged<'a> {
    Judged {
        agency: agency.map(|agency| AgencyFacts { kind: agency.kind, level: agency.level }),
        division: agency.and_then(|agency| agency.division_code.as_ref()).map(DivisionCode::as_str),
        former_names: &found.former_names,
        previous: &found.previous,
        subordinates: found.subordinates.as_ref(),
        twins: &found.twins,
        ..Judged::alone(content, &asking.rules)
    }
}

fn judge_view(
    asking: &Asking,
    view: &ReportView,
    found: Elsewhere,
    day: NaiveDate,
    moment: Moment,
) -> Judgement {
    judgement(judge(&judged_of(asking, view, &found, day, moment)), found)
}

fn judgement(verdict: Verdict, found: Elsewhere) -> Judgement {
    let Verdict { mut findings, truncated } = verdict;
    let Elsewhere { explanations, taken_over, .. } = found;
    apply_explanations(&mut findings, &explanations);
    let previous = found.previous.known().map(|previous| previous.reports.clone()).unwrap_or_default();
    Judgement { findings, truncated, previous, explanations, taken_over }
}

/// For each of some reports, whether it holds a mark of secrecy or personal data that only a supervisor can
/// answer for, and none has.
pub fn await_supervisor(
    connection: &mut AnyConnection,
    asking: &Asking,
    views: &[&ReportView],
) -> Answer<Vec<bool>> {
    count_judged(views.len());
    let ids: Vec<String> = views.iter().map(|view| view.report.id.to_string()).collect();
    let mut given = explanations::of_reports(connection, &ids)?;
    let nothing = Elsewhere::nothing();
    let awaiting = views.iter().map(|view| {
        let judged = judged_of(asking, view, &nothing, asking.today, Moment::Draft);
        let mut findings = judge_for_supervisor(&judged).findings;
        apply_explanations(&mut findings, &given.remove(view.report.id.as_str()).unwrap_or_default());
        findings.iter().any(|finding| finding.explanation.is_none())
    });
    Ok(awaiting.collect())
}

/// The findings of one report.
pub fn judge_one(
    connection: &mut AnyConnection,
    asking: &Asking,
    view: &ReportView,
    day: NaiveDate,
    moment: Moment,
) -> Answer<Judgement> {
    count_judged(1);
    let mut found = gather(connection, &[subject_of(view)])?;
    Ok(judge_view(asking, view, found.pop().unwrap_or_else(Elsewhere::nothing), day, moment))
}

/// The findings of a report's working or published revision, for whoever holds any grant that covers its
/// agency.
pub fn find_judgement(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &ReportId,
    published_only: bool,
) -> Answer<(ReportView, Judgement)> {
    let view = super::find(connection, asking, id, published_only)?;
    permit(view.allows(asking, Right::SeeDrafts))?;
    let judgement = judge_one(connection, asking, &view, asking.today, Moment::Draft)?;
    Ok((view, judgement))
}

/// The findings of a document that is not (yet) stored.
///
/// The day is the document's own: a report of years ago, checked today, is not late for that.
pub fn judge_document(
    connection: &mut AnyConnection,
    asking: &Asking,
    document: &ReportDocument,
    blanks: &[(usize, String)],
) -> Answer<Judgement> {
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
        changed: agency.version > 1,
        agency_name: agency.name.clone(),
        texts: texts_of(&document.content),
    });
    let found = match subject {
        Some(subject) => gather(connection, &[subject])?.pop(),
        None => None,
    };
    let found = found.unwrap_or_else(Elsewhere::nothing);
    let verdict = judge(&Judged {
        around: Around {
            title: document.title.as_deref(),
            agency_name: document.agency_name.as_deref(),
            signed_by: document.signed_by.as_deref(),
            index_number: document.index_number.as_deref(),
            source_url: document.source_url.as_deref(),
            reason: None,
        },
        faults: &document.faults,
        blanks,
        year,
        period_end: plan.period_end,
        due_on,
        scope: document.scope,
        day: document.signed_on,
        ..about(asking, &document.content, agency.as_ref(), &found)
    });
    Ok(judgement(verdict, found))
}
