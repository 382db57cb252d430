//! What reports are judged against outside themselves, for many of them in few statements.

use crate::domain::agency::Agency;
use crate::domain::form::{self, Form, Section};
use crate::domain::id::AgencyId;
use crate::domain::report::{Content, Scope};
use crate::domain::rules::{
    Explanation, FormerName, Previous, PreviousYear, SourceReport, Subordinates, Twin,
};
use crate::domain::wording::{bands, likeness};
use crate::operations::Answer;
use crate::storage::{
    AnyConnection, agencies, explanations, history, progress, reports, roster, search, sums, upstream,
};
use chrono::NaiveDate;
use std::collections::{HashMap, HashSet};

/// A report about which to ask; `id` is `None` for one that is not stored.
#[derive(Debug, Clone)]
pub struct Subject {
    pub id: Option<String>,
    pub agency: AgencyId,
    pub year: i32,
    pub scope: Scope,
    pub period_end: NaiveDate,
    pub form: &'static Form,
    /// Whether the registry knows it otherwise than it is now.
    pub changed: bool,
    /// What the agency is called now.
    pub agency_name: String,
    /// The narratives, each with its section.
    pub texts: Vec<(String, String)>,
}

/// The narratives of a report, each with its section.
pub fn texts_of(content: &Content) -> Vec<(String, String)> {
    let sections = content.form().sections.iter().filter(|section| section.table.is_none());
    let text = |section: &Section| Some((section.key.clone(), content.text(&section.key)?.to_owned()));
    sections.filter_map(text).collect()
}

/// What was found about one of them.
#[derive(Debug)]
pub struct Elsewhere {
    pub previous: Previous,
    pub upstream: Vec<SourceReport>,
    pub subordinates: Option<Subordinates>,
    pub explanations: Vec<Explanation>,
    pub twins: Vec<Twin>,
    pub former_names: Vec<FormerName>,
    /// All that the agency has taken over, directly or through others.
    pub taken_over: Vec<AgencyId>,
}

impl Elsewhere {
    /// Of a report nobody knows anything about.
    pub fn nothing() -> Elsewhere {
        Elsewhere {
            previous: Previous::NotAsked,
            upstream: Vec::new(),
            subordinates: None,
            explanations: Vec::new(),
            twins: Vec::new(),
            former_names: Vec::new(),
            taken_over: Vec::new(),
        }
    }
}

/// Longest chain of mergers followed.
pub(super) const GENERATIONS: usize = 8;
/// Missing reports are counted so far.
const MOST_MISSING: i64 = 1_000;

/// Gathers for each subject, in their order.
pub fn gather(connection: &mut AnyConnection, subjects: &[Subject]) -> Answer<Vec<Elsewhere>> {
    let ids: Vec<String> = subjects.iter().filter_map(|subject| subject.id.clone()).collect();
    let mut explanations = explanations::of_reports(connection, &ids)?;
    let mut upstream = upstream::of_reports(connection, &ids)?;
    let taken_over = predecessors_of(connection, subjects)?;
    let previous = previous_with(connection, subjects, &taken_over)?;
    let mut names = former_names(connection, subjects, &taken_over)?;
    let mut found = Vec::with_capacity(subjects.len());
    for (subject, previous) in subjects.iter().zip(previous) {
        let id = subject.id.as_deref().unwrap_or_default();
        found.push(Elsewhere {
            previous,
            upstream: upstream.remove(id).unwrap_or_default(),
            subordinates: subordinates_of(connection, subject)?,
            explanations: explanations.remove(id).unwrap_or_default(),
            twins: twins_of(connection, subject)?,
            former_names: names.remove(subject.agency.as_str()).unwrap_or_default(),
            taken_over: ids_of(taken_over.get(subject.agency.as_str())),
        });
    }
    Ok(found)
}

/// Narratives of other agencies' published reports of the same year that are nearly the same.
fn twins_of(connection: &mut AnyConnection, subject: &Subject) -> Answer<Vec<Twin>> {
    let asked: Vec<String> = subject.texts.iter().flat_map(|(_, text)| bands(subject.year, text)).collect();
    let alike = search::alike(connection, &asked, &subject.agency)?;
    let twins = subject.texts.iter().filter_map(|(section, text)| {
        let same_section = alike.iter().filter(|found| found.section == *section);
        let compared = same_section.map(|found| (likeness(text, &found.text), found));
        let copied = compared.filter(|(likeness, _)| likeness.is_copied());
        let (likeness, found) = copied.max_by_key(|(likeness, _)| likeness.permille)?;
        Some(Twin {
            section: section.clone(),
            agency_name: found.agency_name.clone(),
            permille: likeness.permille,
        })
    });
    Ok(twins.collect())
}

/// What a consolidated report should add up to; nothing is asked while nothing is published below.
fn subordinates_of(connection: &mut AnyConnection, subject: &Subject) -> Answer<Option<Subordinates>> {
    if subject.scope != Scope::Consolidated {
        return Ok(None);
    }
    let rows = sums::of_nodes(connection, subject.year, &[subject.agency.to_string()])?;
    let Ok(sum) = sums::in_form(&rows, subject.form) else { return Ok(None) };
    if sum.reports == 0 {
        return Ok(None);
    }
    let line = roster::of_agency(connection, subject.year, &subject.agency)?.into_iter().next();
    let Some(line) = line else { return Ok(None) };
    let missing = roster::unpublished(connection, subject.year, Some(&line.path), false, None, MOST_MISSING)?;
    let missing = missing.iter().filter(|missing| missing.agency_id != subject.agency).count();
    let due = progress::of_nodes(connection, subject.year, &[subject.agency.to_string()])?;
    let agencies: i64 = due.iter().map(|(_, progress)| progress.expected).sum();
    Ok(Some(Subordinates { sum, missing, agencies: usize::try_from(agencies).unwrap_or(0) }))
}

/// What agencies, and those they have taken over, were called before; asked only of those that have changed.
fn former_names(
    connection: &mut AnyConnection,
    subjects: &[Subject],
    taken_over: &HashMap<String, Vec<Agency>>,
) -> Answer<HashMap<String, Vec<FormerName>>> {
    let mut found: HashMap<String, Vec<FormerName>> = HashMap::new();
    let changed = subjects.iter().filter(|subject| subject.changed);
    let changed: Vec<String> = changed.map(|subject| subject.agency.to_string()).collect();
    let mut history =
        if changed.is_empty() { HashMap::new() } else { history::names_of(connection, &changed)? };
    for subject in subjects {
        let now = subject.agency_name.clone();
        let names = history.remove(subject.agency.as_str()).unwrap_or_default();
        let own = names.windows(2).filter_map(|pair| match pair {
            [(before, _), (after, until)] if before != after => Some((before.clone(), *until)),
            _ => None,
        });
        let before = taken_over.get(subject.agency.as_str()).map(Vec::as_slice).unwrap_or_default();
        let merged = before.iter().filter_map(|agency| Some((agency.name.clone(), agency.valid_to?)));
        let former = own.chain(merged).filter(|(name, _)| *name != now);
        let former: Vec<FormerName> =
            former.map(|(name, until)| FormerName { name, until, now: now.clone() }).collect();
        if !former.is_empty() {
            found.insert(subject.agency.to_string(), former);
        }
    }
    Ok(found)
}

/// For each agency spoken of, all that it has taken over.
fn predecessors_of(
    connection: &mut AnyConnection,
    subjects: &[Subject],
) -> Answer<HashMap<String, Vec<Agency>>> {
    let own: Vec<String> = subjects.iter().map(|subject| subject.agency.to_string()).collect();
    predecessors(connection, &own)
}

/// Last year's published reports, of the agency itself and of those it has taken over since.
pub fn previous_of(connection: &mut AnyConnection, subjects: &[Subject]) -> Answer<Vec<Previous>> {
    let taken_over = predecessors_of(connection, subjects)?;
    previous_with(connection, subjects, &taken_over)
}

fn previous_with(
    connection: &mut AnyConnection,
    subjects: &[Subject],
    taken_over: &HashMap<String, Vec<Agency>>,
) -> Answer<Vec<Previous>> {
    let first_year = form::all().first().map_or(i32::MAX, |form| form.from);
    let own: Vec<String> = subjects.iter().map(|subject| subject.agency.to_string()).collect();
    let mut asked: HashSet<String> = own.iter().cloned().collect();
    asked.extend(taken_over.values().flatten().map(|agency| agency.id.to_string()));
    let asked: Vec<String> = asked.into_iter().collect();
    let years: HashSet<i32> = subjects.iter().map(|subject| subject.year - 1).collect();
    let years: Vec<i32> = years.into_iter().collect();
    let published = reports::published_of(connection, &asked, &years)?;
    let previous = subjects.iter().map(|subject| {
        if subject.year - 1 < first_year {
            return Previous::NotAsked;
        }
        let before = taken_over.get(subject.agency.as_str()).map(Vec::as_slice).unwrap_or_default();
        let answers_for = |agency: &AgencyId| {
            *agency == subject.agency
                || before.iter().any(|other| {
                    other.id == *agency && other.valid_to.is_some_and(|day| day <= subject.period_end)
                })
        };
        let mut found =
            PreviousYear { year: subject.year - 1, reports: Vec::new(), contents: Vec::new(), merged: false };
        let fitting = published.iter().filter(|(report, _)| {
            report.year == subject.year - 1 && report.scope == subject.scope && answers_for(&report.agency_id)
        });
        for (report, revision) in fitting {
            found.merged |= report.agency_id != subject.agency;
            found.contents.push(revision.content.clone());
            found.reports.push(SourceReport {
                report_id: report.id.to_string(),
                agency_id: report.agency_id.to_string(),
                agency_name: revision.agency_name.clone(),
                year: report.year,
                revision: revision.number,
            });
        }
        if found.reports.is_empty() { Previous::Unknown(subject.year - 1) } else { Previous::Known(found) }
    });
    Ok(previous.collect())
}

/// All that an agency has taken over, directly or through others.
pub(super) fn taken_over_by(connection: &mut AnyConnection, agency: &AgencyId) -> Answer<Vec<AgencyId>> {
    Ok(ids_of(predecessors(connection, &[agency.to_string()])?.get(agency.as_str())))
}

fn ids_of(agencies: Option<&Vec<Agency>>) -> Vec<AgencyId> {
    agencies.into_iter().flatten().map(|agency| agency.id.clone()).collect()
}

/// For each agency, all that it has taken over, directly or through others.
fn predecessors(connection: &mut AnyConnection, agencies: &[String]) -> Answer<HashMap<String, Vec<Agency>>> {
    let mut found: HashMap<String, Vec<Agency>> = HashMap::new();
    // Who asks for the predecessors of whom.
    let mut asking: HashMap<String, HashSet<String>> =
        agencies.iter().map(|agency| (agency.clone(), HashSet::from([agency.clone()]))).collect();
    for _ in 0..GENERATIONS {
        let successors: Vec<String> = asking.keys().cloned().collect();
        let mut next: HashMap<String, HashSet<String>> = HashMap::new();
        for agency in agencies::succeeded_by(connection, &successors)? {
            let successor = agency.successor_id.as_ref().map(ToString::to_string).unwrap_or_default();
            for asker in asking.get(&successor).into_iter().flatten() {
                next.entry(agency.id.to_string()).or_default().insert(asker.clone());
                found.entry(asker.clone()).or_default().push(agency.clone());
            }
        }
        if next.is_empty() {
            break;
        }
        asking = next;
    }
    Ok(found)
}
