//! How much of a report's narratives stands in another report.

use super::elsewhere::{Subject, previous_of};
use super::read::ReportView;
use crate::domain::id::ReportId;
use crate::domain::report::Content;
use crate::domain::rights::Right;
use crate::domain::rules::{Previous, SourceReport};
use crate::domain::wording::{Likeness, likeness};
use crate::operations::{Answer, Asking, permit};
use crate::storage::AnyConnection;

/// What to compare with.
#[derive(Debug, Clone)]
pub enum CompareWith {
    Previous,
    Report(ReportId),
}

/// One section beside the same section of the other report.
#[derive(Debug, Clone)]
pub struct SectionLikeness {
    pub section: String,
    pub likeness: Likeness,
}

#[derive(Debug, Clone)]
pub struct Similarity {
    pub with: SourceReport,
    pub sections: Vec<SectionLikeness>,
}

/// Compares narratives; `None` where there is no report of last year.
pub fn similarity(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &ReportId,
    with: &CompareWith,
    published_only: bool,
) -> Answer<Vec<Similarity>> {
    let view = super::find(connection, asking, id, published_only)?;
    permit(view.allows(asking, Right::SeeDrafts))?;
    let mine = &view.revision.content;
    match with {
        CompareWith::Report(other) => {
            // Another agency's report is seen as everyone sees it: the published one.
            let other = super::find(connection, asking, other, false)?;
            Ok(vec![Similarity { with: source_of(&other), sections: compare(mine, &other.revision.content) }])
        }
        CompareWith::Previous => {
            let subject = Subject {
                id: None,
                agency: view.agency.id.clone(),
                year: view.report.year,
                scope: view.report.scope,
                period_end: view.year.plan.period_end,
                texts: Vec::new(),
                changed: false,
                agency_name: view.agency.name.clone(),
                form: mine.form(),
            };
            let previous = previous_of(connection, &[subject])?.pop();
            let Some(Previous::Known(previous)) = previous else { return Ok(Vec::new()) };
            let pairs = previous.reports.into_iter().zip(&previous.contents);
            Ok(pairs.map(|(with, content)| Similarity { with, sections: compare(mine, content) }).collect())
        }
    }
}

fn source_of(view: &ReportView) -> SourceReport {
    SourceReport {
        report_id: view.report.id.to_string(),
        agency_id: view.agency.id.to_string(),
        agency_name: view.revision.agency_name.clone(),
        year: view.report.year,
        revision: view.revision.number,
    }
}

fn compare(mine: &Content, other: &Content) -> Vec<SectionLikeness> {
    let narratives = mine.form().sections.iter().filter(|section| section.table.is_none());
    let compared = narratives.filter_map(|section| {
        let (mine, other) = (mine.text(&section.key)?, other.text(&section.key)?);
        Some(SectionLikeness { section: section.key.clone(), likeness: likeness(mine, other) })
    });
    compared.collect()
}
