//! The files reports were imported from, kept to the byte.

use super::connection::AnyConnection;
use super::prepared::Prepare;
use super::schema::sources::dsl;
use super::types::row;
use crate::domain::id::ReportId;
use crate::domain::report::SourceFile;
use diesel::prelude::*;

row!(
    #[derive(Queryable, Selectable, Insertable)]
    #[diesel(table_name = super::schema::sources)]
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
    let row = SourceRow::from(source);
    on_each!(connection, |c| diesel::insert_into(dsl::sources).values(&row).prepared().execute(c)).map(|_| ())
}

/// The file a report was last imported from, as of a revision.
pub fn find(
    connection: &mut AnyConnection,
    report: &ReportId,
    revision: i32,
) -> QueryResult<Option<SourceFile>> {
    let row = dsl::sources
        .filter(dsl::report_id.eq(report.as_str()).and(dsl::revision.le(revision)))
        .select(SourceRow::as_select())
        .order(dsl::revision.desc())
        .first(connection)
        .optional()?;
    Ok(row.map(SourceFile::from))
}

pub fn delete_of(connection: &mut AnyConnection, report: &ReportId) -> QueryResult<()> {
    diesel::delete(dsl::sources.filter(dsl::report_id.eq(report.as_str()))).execute(connection).map(|_| ())
}
