//! Full text over published narratives: kept with each publication, asked by whole phrases.

use crate::domain::id::ReportId;
use crate::domain::report::{Report, Revision};
use crate::domain::rights::Rights;
use crate::domain::wording::{fold, snippet, wanted};
use crate::operations::agencies::path_of;
use crate::operations::{AgencyRef, Refusal};
use crate::storage::reports::{self, ReportFilter};
use crate::storage::search::{self, Candidate, SearchFilter};
use crate::storage::{AnyConnection, Page, revisions};

/// Candidates looked at in one step, and steps of one question.
const STEP: i64 = 200;
const STEPS: usize = 20;

/// A question to the index.
#[derive(Debug, Clone)]
pub struct Question {
    pub q: String,
    pub filter: SearchFilter,
    pub within: Option<AgencyRef>,
    pub after: i64,
    pub limit: usize,
}

/// One narrative that holds the phrase.
#[derive(Debug, Clone)]
pub struct Hit {
    pub found: Candidate,
    pub snippet: String,
}

/// Lets readers find a report by its published narratives, or no more if it has none.
pub fn index(
    connection: &mut AnyConnection,
    report: &Report,
    revision: Option<&Revision>,
) -> Result<(), Refusal> {
    let texts: Vec<(String, String)> = revision
        .into_iter()
        .flat_map(|revision| {
            let sections = &revision.content.form().sections;
            sections.iter().filter_map(|section| {
                let text = revision.content.text(&section.key)?;
                Some((section.key.clone(), text.to_owned()))
            })
        })
        .collect();
    Ok(search::put(connection, &report.id, &texts)?)
}

/// The narratives that hold a phrase; the index proposes, the text decides.
pub fn search(
    connection: &mut AnyConnection,
    question: &Question,
) -> Result<(Vec<Hit>, Option<i64>), Refusal> {
    let words = wanted(&question.q);
    let (mut hits, mut after) = (Vec::new(), question.after);
    if words.is_empty() {
        return Ok((hits, None));
    }
    let mut filter = question.filter.clone();
    if let Some(within) = &question.within {
        filter.within = Some(path_of(connection, within)?);
    }
    let phrase = fold(&question.q);
    for _ in 0..STEPS {
        let page = search::candidates(connection, &words, &filter, after, STEP)?;
        let whole = page.len() < usize::try_from(STEP).unwrap_or(usize::MAX);
        for found in page {
            if hits.len() == question.limit {
                return Ok((hits, Some(after)));
            }
            after = found.row_id;
            if fold(&found.text).contains(&phrase)
                && let Some(snippet) = snippet(&found.text, &question.q)
            {
                hits.push(Hit { found, snippet });
            }
        }
        if whole {
            return Ok((hits, None));
        }
    }
    // Nothing is kept from whoever asks on.
    Ok((hits, Some(after)))
}

/// Makes the index anew, a page of published reports at a time; gives the last report's id, `None` at the end.
pub fn rebuild(connection: &mut AnyConnection, after: Option<String>) -> Result<Option<String>, Refusal> {
    let filter = ReportFilter { published_only: true, ..ReportFilter::default() };
    let page = Page { keys: Vec::new(), after_id: after, limit: STEP };
    let found = reports::list(connection, &Rights::default(), &filter, &page)?;
    for report in &found {
        let number = report.published_revision.unwrap_or_default();
        let revision = revisions::find(connection, &ReportId::from_stored(report.id.to_string()), number)?;
        index(connection, report, revision.as_ref())?;
    }
    Ok(found.last().map(|report| report.id.to_string()))
}
