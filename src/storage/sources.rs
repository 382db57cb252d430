//! The files reports were imported from, kept to the byte.

use super::connection::AnyConnection;
use super::prepared::Prepare;
use super::schema::sources::dsl;
use crate::domain::id::ReportId;
use diesel::prelude::*;

/// A file as it came.
#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = super::schema::sources)]
pub struct SourceFile {
    pub report_id: String,
    pub revision: i32,
    pub sha256: String,
    pub media_type: String,
    pub charset: String,
    pub bytes: Vec<u8>,
}

pub fn insert(connection: &mut AnyConnection, source: &SourceFile) -> QueryResult<()> {
    on_each!(connection, |c| diesel::insert_into(dsl::sources).values(source).prepared().execute(c))
        .map(|_| ())
}

/// The file a report was last imported from, as of a revision.
pub fn find(
    connection: &mut AnyConnection,
    report: &ReportId,
    revision: i32,
) -> QueryResult<Option<SourceFile>> {
    dsl::sources
        .filter(dsl::report_id.eq(report.as_str()).and(dsl::revision.le(revision)))
        .select(SourceFile::as_select())
        .order(dsl::revision.desc())
        .first(connection)
        .optional()
}

pub fn delete_of(connection: &mut AnyConnection, report: &ReportId) -> QueryResult<()> {
    diesel::delete(dsl::sources.filter(dsl::report_id.eq(report.as_str()))).execute(connection).map(|_| ())
}
