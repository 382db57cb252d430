//! Full text over published narratives: the index follows the changes, questions are whole phrases.

use crate::domain::page::COUNTED;
use crate::domain::report::{Report, SearchFilter};
use crate::domain::wording::{bands, fold, snippet, tokens, wanted};
use crate::operations::agencies::path_of;
use crate::operations::following::{Following, Stretch};
use crate::operations::reports::ReportView;
use crate::operations::statistics::AsOf;
use crate::operations::{AgencyRef, Answer};
use crate::storage::search::{self, Candidate, Indexed};
use crate::storage::{AnyConnection, audit, positions, reports, revisions};
use std::collections::HashMap;

/// Candidates looked at in one step, and steps of one question.
const STEP: i64 = 200;
const STEPS: usize = 20;
/// Steps to count in: what holds the words mostly holds the phrase, so that they reach well over the count's end.
const COUNT_STEPS: usize = 8;

/// A question to the index.
#[derive(Debug, Clone)]
pub struct Question {
    /// The phrase.
    pub q: String,
    /// In which narratives.
    pub filter: SearchFilter,
    /// Of this agency and all below it.
    pub within: Option<AgencyRef>,
    /// Behind which row of the index it goes on.
    pub after: i64,
    /// How many at most.
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
/// Words of one narrative that it is found by: PostgreSQL takes 1 MiB of them, and no report has so many.
const MOST_WORDS: usize = 20_000;
/// Changes taken at once: entering them takes less than a slice of the lane.
const CHANGES: i64 = 16;

/// Some changes made ready for the index: what each report they are about is found by from now on.
#[derive(Debug, Clone)]
pub struct IndexStep {
    changes: Stretch,
    texts: Vec<Vec<Indexed>>,
}

/// How the index follows.
pub const FOLLOWING: Following = Following { consumer: CONSUMER, most: CHANGES };

/// Reads the next changes that are not indexed yet, at most so many; `None`: all are.
pub fn next_step(connection: &mut AnyConnection, most: i64) -> Answer<Option<IndexStep>> {
    let Some(changes) = Stretch::next(connection, CONSUMER, most)? else { return Ok(None) };
    let mut texts = Vec::with_capacity(changes.reports.len());
    for id in &changes.reports {
        texts.push(match reports::find(connection, id)? {
            Some(report) => published_texts(connection, &report)?,
            None => Vec::new(),
        });
    }
    Ok(Some(IndexStep { changes, texts }))
}

fn published_texts(connection: &mut AnyConnection, report: &Report) -> Answer<Vec<Indexed>> {
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
        let words: Vec<String> = tokens(text).into_iter().take(MOST_WORDS).collect();
        Some(Indexed {
            section: section.key.clone(),
            revision: revision.number,
            // PostgreSQL has no place for a NUL, wherever it came from.
            text: text.replace('\0', ""),
            words: words.join(" "),
            bands: bands(report.year, text),
        })
    });
    Ok(texts.collect())
}

/// The narratives of some reports as they stand in the index, by report.
pub fn indexed(
    connection: &mut AnyConnection,
    reports: &[String],
) -> Answer<HashMap<String, Vec<search::Kept>>> {
    Ok(search::of_reports(connection, reports)?)
}

/// The sections of a published report that stand in the index otherwise than readers see them; with `all`, those too
/// that are missing there.
pub fn indexed_otherwise(
    view: &ReportView,
    mut indexed: Vec<search::Kept>,
    all: bool,
) -> Vec<(String, Option<String>)> {
    // What is of another revision is shown to nobody.
    indexed.retain(|(_, revision, _)| *revision == view.revision.number);
    let content = &view.revision.content;
    let mut otherwise = Vec::new();
    for section in &content.form().sections {
        let Some(text) = content.text(&section.key) else { continue };
        let text = text.replace('\0', "");
        let places = indexed.iter().position(|(known, _, _)| *known == section.key);
        match places.map(|at| indexed.swap_remove(at).2) {
            Some(found) if found == text => {}
            Some(found) => otherwise.push((section.key.clone(), Some(found))),
            None if all => otherwise.push((section.key.clone(), None)),
            None => {}
        }
    }
    otherwise.extend(indexed.into_iter().map(|(section, _, text)| (section, Some(text))));
    otherwise
}

/// Enters a step into the index, in the lane; false where another instance has come before.
pub fn enter_step(connection: &mut AnyConnection, step: &IndexStep) -> Answer<bool> {
    if !step.changes.take(connection, CONSUMER)? {
        return Ok(false);
    }
    for (report, texts) in step.changes.reports.iter().zip(&step.texts) {
        search::put(connection, report, texts)?;
    }
    Ok(true)
}

/// Lets the index begin anew: every change is taken once more.
pub fn start_over(connection: &mut AnyConnection) -> Answer<()> {
    Ok(positions::set(connection, CONSUMER, 0)?)
}

/// Up to which change the index stands, and up to which it could.
pub fn progress(connection: &mut AnyConnection) -> Answer<(i64, i64)> {
    Ok((positions::of(connection, CONSUMER)?, audit::ledger(connection)?.change_seq))
}

/// Which state of things the index shows.
pub fn as_of(connection: &mut AnyConnection) -> Answer<AsOf> {
    let (seq, _) = progress(connection)?;
    let last = audit::changes_after(connection, seq - 1, 1)?.into_iter().find(|change| change.seq == seq);
    Ok(AsOf { seq, epoch: audit::ledger(connection)?.epoch, at: last.map(|change| change.at) })
}

/// How many narratives hold a phrase, counted up to [`COUNTED`] and one, and whether these are all.
pub fn count(connection: &mut AnyConnection, question: &Question) -> Answer<(i64, bool)> {
    let Some((words, filter)) = asked(connection, question)? else { return Ok((0, true)) };
    let phrase = fold(&question.q);
    let (mut total, mut after) = (0, 0);
    for _ in 0..COUNT_STEPS {
        let page = search::candidates(connection, &words, &filter, after, STEP)?;
        let whole = page.len() < usize::try_from(STEP).unwrap_or(usize::MAX);
        for found in page {
            after = found.row_id;
            total += i64::from(holds(&found, &phrase));
            if total > COUNTED {
                return Ok((total, false));
            }
        }
        if whole {
            return Ok((total, true));
        }
    }
    Ok((total, false))
}

/// The words to be looked for and where; `None`: nothing is asked for.
fn asked(connection: &mut AnyConnection, question: &Question) -> Answer<Option<(Vec<String>, SearchFilter)>> {
    let words = wanted(&question.q);
    if words.is_empty() {
        return Ok(None);
    }
    let mut filter = question.filter.clone();
    if let Some(within) = &question.within {
        let Some(path) = path_of(connection, within)? else { return Ok(None) };
        filter.within = Some(path);
    }
    Ok(Some((words, filter)))
}

/// Whether readers see a narrative, and it holds the phrase.
fn holds(found: &Candidate, phrase: &str) -> bool {
    found.shown == 1 && fold(&found.text).contains(phrase)
}

/// The narratives that hold a phrase; the index proposes, the text decides.
pub fn search(connection: &mut AnyConnection, question: &Question) -> Answer<(Vec<Hit>, Option<i64>)> {
    let (mut hits, mut after) = (Vec::new(), question.after);
    let Some((words, filter)) = asked(connection, question)? else { return Ok((hits, None)) };
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
            if holds(&found, &phrase)
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
