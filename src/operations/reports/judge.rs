//! Judging stored reports and documents from outside.

use super::ReportView;
use crate::domain::agency::Agency;
use crate::domain::id::ReportId;
use crate::domain::report::ReportDocument;
use crate::domain::rules::{AgencyFacts, Finding, Judged, Moment, judge};
use crate::domain::workflow::State;
use crate::domain::year::YearPlan;
use crate::operations::agencies::resolve;
use crate::operations::{Asking, Refusal};
use crate::storage::{AnyConnection, years};
use chrono::NaiveDate;

/// The findings of a report's revision; `today` counts while it is not published.
pub fn judge_view(view: &ReportView, today: NaiveDate, moment: Moment) -> Vec<Finding> {
    let published = view.revision.state == State::Published;
    judge(&Judged {
        content: &view.revision.content,
        faults: &[],
        blanks: &[],
        year: view.report.year,
        period_end: view.year.plan.period_end,
        due_on: Some(view.due_on),
        agency: Some(AgencyFacts { kind: view.agency.kind, level: view.agency.level }),
        day: if published { view.report.first_published_on } else { Some(today) },
        moment,
    })
}

/// The findings of a report, for whoever holds any grant that covers its agency.
pub fn find_judgement(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &ReportId,
) -> Result<(ReportView, Vec<Finding>), Refusal> {
    let view = super::find(connection, asking, id, false)?;
    if !asking.rights.may_see(&view.agency.path) {
        return Err(Refusal::Forbidden);
    }
    let findings = judge_view(&view, asking.today, Moment::Draft);
    Ok((view, findings))
}

/// The findings of a document that is not (yet) stored.
///
/// The day is the document's own: a report of years ago, checked today, is not late for that.
pub fn judge_document(
    connection: &mut AnyConnection,
    document: &ReportDocument,
    blanks: &[(usize, String)],
) -> Result<Vec<Finding>, Refusal> {
    let year = document.year.unwrap_or_else(|| document.content.form().from);
    let plan =
        years::find(connection, year)?.map_or_else(|| YearPlan::default_for(year), |stored| stored.plan);
    let agency: Option<Agency> = match document.agency_id.as_deref().map(str::parse) {
        Some(Ok(reference)) => resolve(connection, &reference)?,
        _ => None,
    };
    let due_on = agency
        .as_ref()
        .map(|agency| plan.due_on(agency.level, document.scope.unwrap_or(crate::domain::report::Scope::Own)));
    Ok(judge(&Judged {
        content: &document.content,
        faults: &document.faults,
        blanks,
        year,
        period_end: plan.period_end,
        due_on,
        agency: agency.map(|agency| AgencyFacts { kind: agency.kind, level: agency.level }),
        day: document.signed_on,
        moment: Moment::Draft,
    }))
}
