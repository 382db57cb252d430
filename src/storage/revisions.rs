//! Rows of the revisions: figures as a flat vector, texts as one JSON object.

use super::error::stored;
use super::schema::revisions::dsl;
use super::seals::wrote;
use super::sources;
use super::types::row;
use super::{AnyConnection, StorageError, Stored};
use crate::domain::access::Doer;
use crate::domain::audit::guarded::REVISIONS;
use crate::domain::digest::Beside;
use crate::domain::figures::Figures;
use crate::domain::form::Form;
use crate::domain::id::{PersonId, ReportId};
use crate::domain::report::{Content, Heading, Revision, SectionMark};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = super::schema::revisions, primary_key(report_id, number), treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct RevisionRow {
    report_id: ReportId,
    number: i32,
    // Read by itself: one that is not known hides no other row from who walks all of them.
    state: String,
    round: i32,
    form: String,
    cells: String,
    texts: String,
    #[diesel(embed)]
    heading: HeadingRow,
    agency_name: String,
    digest: String,
    reason: Option<String>,
    authors: String,
    submitted_by: Option<PersonId>,
    submitted_at: Option<NaiveDateTime>,
    published_at: Option<NaiveDateTime>,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
    author_hands: Option<String>,
    beside: Option<String>,
}

row!(
    #[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
    #[diesel(table_name = super::schema::revisions, treat_none_as_null = true, treat_none_as_default_value = false)]
    HeadingRow of Heading {
        title: Option<String>,
        signed_by: Option<String>,
        signed_on: Option<NaiveDate>,
        index_number: Option<String>,
    }
);

/// A section in the `texts` column.
#[derive(Serialize, Deserialize)]
struct StoredSection {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    version: i64,
    updated_at: NaiveDateTime,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    declared_zero: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    absent: bool,
}

fn texts_of(revision: &Revision) -> String {
    let sections: BTreeMap<&str, StoredSection> = revision
        .content
        .form()
        .sections
        .iter()
        .zip(revision.content.sections.iter().zip(&revision.marks))
        .map(|(section, (state, mark))| {
            let stored = StoredSection {
                text: state.text.clone(),
                title: state.found_title.clone(),
                version: mark.version,
                updated_at: mark.updated_at,
                declared_zero: state.declared_zero,
                absent: !state.present,
            };
            (section.key.as_str(), stored)
        })
        .collect();
    serde_json::to_string(&sections).unwrap_or_default()
}

fn read_texts(form: &'static Form, figures: Figures, texts: &str) -> Stored<(Content, Vec<SectionMark>)> {
    let malformed = || StorageError::Malformed { what: "texts", value: texts.chars().take(80).collect() };
    let mut sections: BTreeMap<String, StoredSection> =
        serde_json::from_str(texts).map_err(|_| malformed())?;
    let mut content = Content::empty(form);
    content.figures = figures;
    let mut marks = Vec::with_capacity(form.sections.len());
    for (section, state) in form.sections.iter().zip(content.sections.iter_mut()) {
        let stored = sections.remove(&section.key).ok_or_else(malformed)?;
        state.present = !stored.absent;
        state.text = stored.text;
        state.found_title = stored.title;
        state.declared_zero = stored.declared_zero;
        marks.push(SectionMark { version: stored.version, updated_at: stored.updated_at });
    }
    Ok((content, marks))
}

fn authors_of(revision: &Revision) -> String {
    let mut authors: Vec<&str> = Vec::new();
    for author in &revision.authors {
        if !authors.contains(&author.person.as_str()) {
            authors.push(author.person.as_str());
        }
    }
    serde_json::to_string(&authors).unwrap_or_default()
}

/// The authors behind whom somebody else stood.
fn hands_of(revision: &Revision) -> Option<String> {
    let by_others = revision.authors.iter().filter(|author| author.person != author.hand);
    let pairs: Vec<[&str; 2]> =
        by_others.map(|author| [author.person.as_str(), author.hand.as_str()]).collect();
    if pairs.is_empty() { None } else { serde_json::to_string(&pairs).ok() }
}

/// Each author once for each hand; whoever stands in no pair acted by their own.
fn read_authors(authors: &str, hands: Option<&str>) -> Stored<Vec<Doer>> {
    let malformed = |_| StorageError::Malformed { what: "authors", value: authors.to_owned() };
    let persons: Vec<String> = serde_json::from_str(authors).map_err(malformed)?;
    let pairs: Vec<[String; 2]> = serde_json::from_str(hands.unwrap_or("[]")).map_err(malformed)?;
    let named = |person: &String| pairs.iter().any(|[author, _]| author == person);
    let own = persons.iter().filter(|person| !named(person)).map(|person| [person.clone(), person.clone()]);
    let doers = own.chain(pairs.iter().cloned());
    let id = PersonId::from_stored;
    Ok(doers.map(|[person, hand]| Doer { person: id(person), hand: id(hand) }).collect())
}

fn beside_of(revision: &Revision) -> Option<String> {
    revision.beside.as_ref().and_then(|beside| serde_json::to_string(beside).ok())
}

fn read_beside(beside: Option<&str>) -> Stored<Option<Beside>> {
    let malformed =
        |_| StorageError::Malformed { what: "beside", value: beside.unwrap_or_default().to_owned() };
    beside.map(serde_json::from_str).transpose().map_err(malformed)
}

impl From<&Revision> for RevisionRow {
    fn from(revision: &Revision) -> RevisionRow {
        RevisionRow {
            report_id: revision.report_id.clone(),
            number: revision.number,
            state: revision.state.as_str().to_owned(),
            round: revision.round,
            form: revision.content.form().id.clone(),
            cells: revision.content.figures.to_flat(),
            texts: texts_of(revision),
            heading: HeadingRow::from(&revision.heading),
            agency_name: revision.agency_name.clone(),
            digest: revision.digest.clone(),
            reason: revision.reason.clone(),
            authors: authors_of(revision),
            submitted_by: revision.submitted_by.clone(),
            submitted_at: revision.submitted_at,
            published_at: revision.published_at,
            created_at: revision.created_at,
            updated_at: revision.updated_at,
            author_hands: hands_of(revision),
            beside: beside_of(revision),
        }
    }
}

impl TryFrom<RevisionRow> for Revision {
    type Error = StorageError;

    fn try_from(row: RevisionRow) -> Stored<Revision> {
        let figures = Figures::from_flat(&row.form, &row.cells)
            .map_err(|_| StorageError::Malformed { what: "cells", value: row.form.clone() })?;
        let authors = read_authors(&row.authors, row.author_hands.as_deref())?;
        let (content, marks) = read_texts(figures.form(), figures, &row.texts)?;
        Ok(Revision {
            report_id: row.report_id,
            number: row.number,
            state: stored("state", &row.state)?,
            round: row.round,
            heading: row.heading.into(),
            content,
            marks,
            agency_name: row.agency_name,
            digest: row.digest,
            reason: row.reason,
            authors,
            beside: read_beside(row.beside.as_deref())?,
            submitted_by: row.submitted_by,
            submitted_at: row.submitted_at,
            published_at: row.published_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// What names a revision among the rows that the chain answers for.
fn key_of(revision: &Revision) -> String {
    format!("{}/{}", revision.report_id, revision.number)
}

pub fn insert(connection: &mut AnyConnection, revision: &Revision) -> QueryResult<()> {
    let row = RevisionRow::from(revision);
    wrote(&REVISIONS, key_of(revision));
    insert!(connection, dsl::revisions, &row)
}

/// Writes a working revision over its present row. A published one is never given here.
pub fn update(connection: &mut AnyConnection, revision: &Revision) -> QueryResult<()> {
    let row = RevisionRow::from(revision);
    wrote(&REVISIONS, key_of(revision));
    update!(connection, dsl::revisions.find((&row.report_id, row.number)), &row)
}

/// Writes where a revision stands in its review, and its digest: neither its figures nor its texts.
pub fn update_state(connection: &mut AnyConnection, revision: &Revision) -> QueryResult<()> {
    let moved = (
        dsl::state.eq(revision.state.as_str()),
        dsl::round.eq(revision.round),
        dsl::digest.eq(&revision.digest),
        dsl::beside.eq(beside_of(revision)),
        dsl::authors.eq(authors_of(revision)),
        dsl::author_hands.eq(hands_of(revision)),
        dsl::submitted_by.eq(revision.submitted_by.as_ref().map(PersonId::as_str)),
        dsl::submitted_at.eq(revision.submitted_at),
        dsl::published_at.eq(revision.published_at),
        dsl::updated_at.eq(revision.updated_at),
    );
    let here = dsl::revisions.find((revision.report_id.as_str(), revision.number));
    wrote(&REVISIONS, key_of(revision));
    update!(connection, here, moved)
}

/// Notes that something around a revision changed; its content stands.
pub fn touch(
    connection: &mut AnyConnection,
    report: &ReportId,
    number: i32,
    at: NaiveDateTime,
) -> QueryResult<()> {
    let here = dsl::revisions.find((report.as_str(), number));
    update!(connection, here, dsl::updated_at.eq(at))
}

pub fn find(connection: &mut AnyConnection, report: &ReportId, number: i32) -> Stored<Option<Revision>> {
    let row = dsl::revisions
        .filter(dsl::report_id.eq(report.as_str()).and(dsl::number.eq(number)))
        .select(RevisionRow::as_select())
        .first(connection)
        .optional()?;
    row.map(Revision::try_from).transpose()
}

/// All revisions of a report that were not laid aside.
pub fn of_report(connection: &mut AnyConnection, report: &ReportId) -> Stored<Vec<Revision>> {
    let rows: Vec<RevisionRow> = on_each!(connection, |c| dsl::revisions
        .filter(dsl::report_id.eq(report.as_str()).and(dsl::number.gt(0)))
        .select(RevisionRow::as_select())
        .load(c))?;
    rows.into_iter().map(Revision::try_from).collect()
}

/// Revisions read at once by who goes through all of them.
const WALKED: i64 = 500;

/// The revisions that are said to be of another year than their report is, by their keys.
pub fn of_another_year(connection: &mut AnyConnection) -> Stored<Vec<String>> {
    use super::schema::{reports, revisions};
    let other = revisions::year.is_null().or(revisions::year.ne(reports::year.nullable()));
    let found = revisions::table.inner_join(reports::table).filter(other);
    let keys: Vec<(String, i32)> =
        found.select((revisions::report_id, revisions::number)).load(connection)?;
    Ok(keys.into_iter().map(|(report, number)| format!("{report}/{number}")).collect())
}

/// The next revisions of all reports by their keys, each by itself: one that cannot be read hides no other.
pub fn walk(connection: &mut AnyConnection, after: Option<&(String, i32)>) -> Stored<Vec<Walked>> {
    let mut query = dsl::revisions
        .select(RevisionRow::as_select())
        .order((dsl::report_id, dsl::number))
        .limit(WALKED)
        .into_boxed();
    if let Some((report, number)) = after {
        let later = dsl::report_id.eq(report).and(dsl::number.gt(number));
        query = query.filter(dsl::report_id.gt(report).or(later));
    }
    let rows: Vec<RevisionRow> = query.load(connection)?;
    Ok(rows.into_iter().map(|row| (row.report_id.to_string(), row.number, Revision::try_from(row))).collect())
}

/// A revision's key, and itself if it can be read.
pub type Walked = (String, i32, Stored<Revision>);

/// Hides a revision that was discarded, and the file it came from: its number is free again, and below zero nobody looks.
pub fn hide(connection: &mut AnyConnection, report: &ReportId, number: i32) -> QueryResult<()> {
    let lowest: Option<i32> = dsl::revisions
        .filter(dsl::report_id.eq(report.as_str()))
        .select(diesel::dsl::min(dsl::number))
        .first(connection)?;
    let hidden = lowest.unwrap_or(0).min(0) - 1;
    for key in [number, hidden] {
        wrote(&REVISIONS, format!("{report}/{key}"));
    }
    diesel::update(dsl::revisions.filter(dsl::report_id.eq(report.as_str()).and(dsl::number.eq(number))))
        .set(dsl::number.eq(hidden))
        .execute(connection)?;
    sources::hide(connection, report, number, hidden)
}

pub fn delete_one(connection: &mut AnyConnection, report: &ReportId, number: i32) -> QueryResult<()> {
    wrote(&REVISIONS, format!("{report}/{number}"));
    diesel::delete(dsl::revisions.filter(dsl::report_id.eq(report.as_str()).and(dsl::number.eq(number))))
        .execute(connection)
        .map(|_| ())
}
