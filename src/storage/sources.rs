//! The files reports were imported from, kept to the byte.

use super::guarded::Rows;
use super::schema::sources::dsl;
use super::seals::{vanishing, wrote};
use super::types::row;
use super::{AnyConnection, Stored};
use crate::domain::audit::guarded::SOURCES;
use crate::domain::id::ReportId;
use crate::domain::report::SourceFile;
use diesel::prelude::*;

row!(
    #[derive(Queryable, Selectable, Insertable)]
    #[diesel(table_name = super::schema::sources, treat_none_as_default_value = false)]
    SourceRow of SourceFile {
        report_id: String,
        revision: i32,
        sha256: String,
        media_type: String,
        charset: String,
        bytes: Vec<u8>,
    }
);

pub fn insert(connection: &mut AnyConnection, source: &SourceFile) -> QueryResult<()> {
    wrote(&SOURCES, format!("{}/{}", source.report_id, source.revision));
    insert!(connection, dsl::sources, source)
}

/// The file a report was last imported from, as of a revision.
pub fn find(
    connection: &mut AnyConnection,
    report: &ReportId,
    revision: i32,
) -> QueryResult<Option<SourceFile>> {
    dsl::sources
        .filter(dsl::report_id.eq(report.as_str()).and(dsl::revision.le(revision)).and(dsl::revision.gt(0)))
        .select(SourceFile::as_select())
        .order(dsl::revision.desc())
        .first(connection)
        .optional()
}

/// The next file of all reports by their keys.
pub fn next(
    connection: &mut AnyConnection,
    after: Option<&(String, i32)>,
) -> QueryResult<Option<SourceFile>> {
    let mut query = dsl::sources
        .select(SourceFile::as_select())
        .order((dsl::report_id, dsl::revision))
        .limit(1)
        .into_boxed();
    if let Some((report, revision)) = after {
        let later = dsl::report_id.eq(report).and(dsl::revision.gt(revision));
        query = query.filter(dsl::report_id.gt(report).or(later));
    }
    query.first(connection).optional()
}

/// Lays the file of a revision aside with it.
pub fn hide(
    connection: &mut AnyConnection,
    report: &ReportId,
    revision: i32,
    hidden: i32,
) -> QueryResult<()> {
    for key in [revision, hidden] {
        wrote(&SOURCES, format!("{report}/{key}"));
    }
    let here = dsl::sources.filter(dsl::report_id.eq(report.as_str()).and(dsl::revision.eq(revision)));
    diesel::update(here).set(dsl::revision.eq(hidden)).execute(connection).map(|_| ())
}

pub fn delete_of(connection: &mut AnyConnection, report: &ReportId) -> Stored<()> {
    vanishing(connection, &SOURCES, &Rows::Report(report.to_string()))?;
    diesel::delete(dsl::sources.filter(dsl::report_id.eq(report.as_str()))).execute(connection)?;
    Ok(())
}
