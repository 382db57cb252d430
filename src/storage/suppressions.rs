//! Revisions whose text was erased for good: who did it, when and why. Their digests stay.

use super::schema::suppressions::{self, dsl};
use super::schema::{renditions, revisions, sources};
use super::seals::wrote;
use super::types::row;
use super::{AnyConnection, Stored};
use crate::domain::audit::guarded::{SOURCES, SUPPRESSIONS};
use crate::domain::id::ReportId;
use crate::domain::report::{Revision, Suppression};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use std::collections::HashSet;

row!(
    #[derive(Insertable, Queryable, Selectable)]
    #[diesel(table_name = suppressions, treat_none_as_default_value = false)]
    SuppressionRow of Suppression {
        report_id: String,
        revision: i32,
        reason: String,
        person_id: String,
        person_name: String,
        at: NaiveDateTime,
    }
);

pub fn insert(connection: &mut AnyConnection, suppression: &Suppression) -> QueryResult<()> {
    wrote(&SUPPRESSIONS, format!("{}/{}", suppression.report_id, suppression.revision));
    insert!(connection, dsl::suppressions, suppression)
}

/// Of a report, by revision.
pub fn of(connection: &mut AnyConnection, report: &ReportId) -> QueryResult<Vec<Suppression>> {
    dsl::suppressions
        .filter(dsl::report_id.eq(report.as_str()))
        .order(dsl::revision)
        .select(Suppression::as_select())
        .load(connection)
}

/// The revisions that were erased, of all reports.
pub fn all(connection: &mut AnyConnection) -> QueryResult<HashSet<(String, i32)>> {
    let rows: Vec<(String, i32)> =
        dsl::suppressions.select((dsl::report_id, dsl::revision)).load(connection)?;
    Ok(rows.into_iter().collect())
}

/// Takes away all that could be read of a revision: its text as given, the file it came from, and what was made of
/// either. The digest stays, to tell what was there.
pub fn erase(connection: &mut AnyConnection, emptied: &Revision) -> Stored<()> {
    super::revisions::update(connection, emptied)?;
    let (report, number) = (emptied.report_id.as_str(), emptied.number);
    diesel::update(revisions::table.find((report, number)))
        .set(revisions::digest.eq(&emptied.digest))
        .execute(connection)?;
    let file: Option<i32> = sources::table
        .filter(sources::report_id.eq(report).and(sources::revision.le(number)))
        .select(diesel::dsl::max(sources::revision))
        .first(connection)?;
    if let Some(file) = file {
        wrote(&SOURCES, format!("{report}/{file}"));
        diesel::delete(sources::table.filter(sources::report_id.eq(report).and(sources::revision.eq(file))))
            .execute(connection)?;
    }
    let rendered = renditions::report_id.eq(report).and(renditions::revision.eq(number));
    diesel::delete(renditions::table.filter(rendered)).execute(connection)?;
    super::search::delete_revision(connection, &emptied.report_id, number)
}
