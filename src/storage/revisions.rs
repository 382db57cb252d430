//! Rows of the revisions: figures as a flat vector, texts as one JSON object.

use super::connection::AnyConnection;
use super::error::{StorageError, stored};
use super::prepared::Prepare;
use super::schema::revisions::dsl;
use crate::domain::figures::Figures;
use crate::domain::form::Form;
use crate::domain::id::{PersonId, ReportId};
use crate::domain::report::{Content, Heading, Revision, SectionMark};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = super::schema::revisions, primary_key(report_id, number), treat_none_as_null = true)]
pub(super) struct RevisionRow {
    report_id: String,
    number: i32,
    state: String,
    round: i32,
    form: String,
    cells: String,
    texts: String,
    title: Option<String>,
    signed_by: Option<String>,
    signed_on: Option<NaiveDate>,
    index_number: Option<String>,
    agency_name: String,
    digest: String,
    reason: Option<String>,
    authors: String,
    submitted_by: Option<String>,
    submitted_at: Option<NaiveDateTime>,
    published_at: Option<NaiveDateTime>,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

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

fn read_texts(
    form: &'static Form,
    figures: Figures,
    texts: &str,
) -> Result<(Content, Vec<SectionMark>), StorageError> {
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
    let authors: Vec<&str> = revision.authors.iter().map(PersonId::as_str).collect();
    serde_json::to_string(&authors).unwrap_or_default()
}

impl From<&Revision> for RevisionRow {
    fn from(revision: &Revision) -> RevisionRow {
        RevisionRow {
            report_id: revision.report_id.to_string(),
            number: revision.number,
            state: revision.state.as_str().to_owned(),
            round: revision.round,
            form: revision.content.form().id.clone(),
            cells: revision.content.figures.to_flat(),
            texts: texts_of(revision),
            title: revision.heading.title.clone(),
            signed_by: revision.heading.signed_by.clone(),
            signed_on: revision.heading.signed_on,
            index_number: revision.heading.index_number.clone(),
            agency_name: revision.agency_name.clone(),
            digest: revision.digest.clone(),
            reason: revision.reason.clone(),
            authors: authors_of(revision),
            submitted_by: revision.submitted_by.as_ref().map(ToString::to_string),
            submitted_at: revision.submitted_at,
            published_at: revision.published_at,
            created_at: revision.created_at,
            updated_at: revision.updated_at,
        }
    }
}

impl TryFrom<RevisionRow> for Revision {
    type Error = StorageError;

    fn try_from(row: RevisionRow) -> Result<Revision, StorageError> {
        let figures = Figures::from_flat(&row.form, &row.cells)
            .map_err(|_| StorageError::Malformed { what: "cells", value: row.form.clone() })?;
        let authors: Vec<String> = serde_json::from_str(&row.authors)
            .map_err(|_| StorageError::Malformed { what: "authors", value: row.authors.clone() })?;
        let (content, marks) = read_texts(figures.form(), figures, &row.texts)?;
        Ok(Revision {
            report_id: ReportId::from_stored(row.report_id),
            number: row.number,
            state: stored("state", &row.state)?,
            round: row.round,
            heading: Heading {
                title: row.title,
                signed_by: row.signed_by,
                signed_on: row.signed_on,
                index_number: row.index_number,
            },
            content,
            marks,
            agency_name: row.agency_name,
            digest: row.digest,
            reason: row.reason,
            authors: authors.into_iter().map(PersonId::from_stored).collect(),
            submitted_by: row.submitted_by.map(PersonId::from_stored),
            submitted_at: row.submitted_at,
            published_at: row.published_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

pub fn insert(connection: &mut AnyConnection, revision: &Revision) -> QueryResult<()> {
    let row = RevisionRow::from(revision);
    on_each!(connection, |c| diesel::insert_into(dsl::revisions).values(&row).prepared().execute(c))
        .map(|_| ())
}

/// Writes a working revision over its present row. A published one is never given here.
pub fn update(connection: &mut AnyConnection, revision: &Revision) -> QueryResult<()> {
    let row = RevisionRow::from(revision);
    on_each!(connection, |c| diesel::update(dsl::revisions.find((&row.report_id, row.number)))
        .set(&row)
        .prepared()
        .execute(c))
    .map(|_| ())
}

/// Writes where a revision stands in its review: neither its figures nor its texts.
pub fn update_state(connection: &mut AnyConnection, revision: &Revision) -> QueryResult<()> {
    let moved = (
        dsl::state.eq(revision.state.as_str()),
        dsl::round.eq(revision.round),
        dsl::authors.eq(authors_of(revision)),
        dsl::submitted_by.eq(revision.submitted_by.as_ref().map(PersonId::as_str)),
        dsl::submitted_at.eq(revision.submitted_at),
        dsl::published_at.eq(revision.published_at),
        dsl::updated_at.eq(revision.updated_at),
    );
    let here = dsl::revisions.find((revision.report_id.as_str(), revision.number));
    on_each!(connection, |c| diesel::update(here).set(moved).prepared().execute(c)).map(|_| ())
}

/// Notes that something around a revision changed; its content stands.
pub fn touch(
    connection: &mut AnyConnection,
    report: &ReportId,
    number: i32,
    at: NaiveDateTime,
) -> QueryResult<()> {
    let here = dsl::revisions.find((report.as_str(), number));
    on_each!(connection, |c| diesel::update(here).set(dsl::updated_at.eq(at)).prepared().execute(c))
        .map(|_| ())
}

pub fn find(
    connection: &mut AnyConnection,
    report: &ReportId,
    number: i32,
) -> Result<Option<Revision>, StorageError> {
    let row = dsl::revisions
        .filter(dsl::report_id.eq(report.as_str()).and(dsl::number.eq(number)))
        .select(RevisionRow::as_select())
        .first(connection)
        .optional()?;
    row.map(Revision::try_from).transpose()
}

/// The revisions of some reports that are among the given numbers, keyed by report and number.
pub fn find_many(connection: &mut AnyConnection, reports: &[String]) -> Result<Vec<Revision>, StorageError> {
    if reports.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<RevisionRow> = on_each!(connection, |c| dsl::revisions
        .filter(dsl::report_id.eq_any(reports))
        .select(RevisionRow::as_select())
        .prepared_for(reports.len())
        .load(c))?;
    rows.into_iter().map(Revision::try_from).collect()
}

pub fn delete_one(connection: &mut AnyConnection, report: &ReportId, number: i32) -> QueryResult<()> {
    diesel::delete(dsl::revisions.filter(dsl::report_id.eq(report.as_str()).and(dsl::number.eq(number))))
        .execute(connection)
        .map(|_| ())
}
