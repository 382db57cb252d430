//! Full text over published narratives: the index follows the changes, questions are whole phrases.

use crate::domain::report::Report;
use crate::domain::wording::{bands, fold, snippet, tokens, wanted};
use crate::operations::agencies::path_of;
use crate::operations::following::Stretch;
use crate::operations::statistics::AsOf;
use crate::operations::{AgencyRef, Refusal};
use crate::storage::search::{self, Candidate, Indexed, SearchFilter};
use crate::storage::{AnyConnection, audit, positions, reports, revisions};

/// Candidates looked at in one step, and steps of one question.
const STEP: i64 = 200;
const STEPS: usize = 20;
/// How often all steps are taken to count: 100,000 candidates.
const COUNTED: usize = 25;

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

/// How the index is called among the consumers of the changes.
const CONSUMER: &str = "search";
/// Changes taken at once: entering them takes less than a slice of the lane.
const CHANGES: i64 = 16;

/// Some changes made ready for the index: what each report they are about is found by from now on.
#[derive(Debug, Clone)]
pub struct IndexStep {
    changes: Stretch,
    texts: Vec<Vec<Indexed>>,
}

/// Reads the next changes that are not indexed yet; `None`: all are.
pub fn next_step(connection: &mut AnyConnection) -> Result<Option<IndexStep>, Refusal> {
    let Some(changes) = Stretch::next(connection, CONSUMER, CHANGES)? else { return Ok(None) };
    let mut texts = Vec::with_capacity(changes.reports.len());
    for id in &changes.reports {
        texts.push(match reports::find(connection, id)? {
            Some(report) => published_texts(connection, &report)?,
            None => Vec::new(),
        });
    }
    Ok(Some(IndexStep { changes, texts }))
}

fn published_texts(connection: &mut AnyConnection, report: &Report) -> Result<Vec<Indexed>, Refusal> {
    let Some(revision) = report
        .shown_revision()
        .map(|number| revisions::find(connection, &report.id, number))
        .transpose()?
        .flatten()
    else {
        return Ok(Vec::new());
    };
    let texts = revision.content.form().sections.iter().filter_map(|section| {
        let text = revision.content.text(&section.key)?;
        let words: Vec<String> = tokens(text).into_iter().collect();
        Some(Indexed {
            section: section.key.clone(),
            text: text.to_owned(),
            words: words.join(" "),
            bands: bands(text),
        })
    });
    Ok(texts.collect())
}

/// Enters a step into the index, in the lane; false where another instance has come before.
pub fn enter_step(connection: &mut AnyConnection, step: &IndexStep) -> Result<bool, Refusal> {
    if !step.changes.take(connection, CONSUMER)? {
        return Ok(false);
    }
    for (report, texts) in step.changes.reports.iter().zip(&step.texts) {
        search::put(connection, report, texts)?;
    }
    Ok(true)
}

/// Lets the index begin anew: every change is taken once more.
pub fn start_over(connection: &mut AnyConnection) -> Result<(), Refusal> {
    Ok(positions::set(connection, CONSUMER, 0)?)
}

/// Up to which change the index stands, and up to which it could.
pub fn progress(connection: &mut AnyConnection) -> Result<(i64, i64), Refusal> {
    Ok((positions::of(connection, CONSUMER)?, audit::ledger(connection)?.change_seq))
}

/// Which state of things the index shows.
pub fn as_of(connection: &mut AnyConnection) -> Result<AsOf, Refusal> {
    let (seq, _) = progress(connection)?;
    let last = audit::changes_after(connection, seq - 1, 1)?.into_iter().find(|change| change.seq == seq);
    Ok(AsOf { seq, epoch: audit::ledger(connection)?.epoch, at: last.map(|change| change.at) })
}

/// How many narratives hold a phrase; `None` where there are more candidates than are looked at.
pub fn count(connection: &mut AnyConnection, question: &Question) -> Result<Option<i64>, Refusal> {
    let mut question = Question { after: 0, limit: usize::MAX, ..question.clone() };
    let mut total = 0;
    for _ in 0..COUNTED {
        let (hits, next) = search(connection, &question)?;
        total += i64::try_from(hits.len()).unwrap_or(i64::MAX);
        match next {
            Some(next) => question.after = next,
            None => return Ok(Some(total)),
        }
    }
    Ok(None)
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
    for number in 0..STEPS {
        // Mostly what the index proposes holds the phrase: a page and a little is enough.
        let step = match number {
            0 => i64::try_from(question.limit).unwrap_or(STEP).saturating_add(8).min(STEP),
            _ => STEP,
        };
        let page = search::candidates(connection, &words, &filter, after, step)?;
        let whole = page.len() < usize::try_from(step).unwrap_or(usize::MAX);
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
