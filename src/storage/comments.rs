//! Rows of the comments: remarks of reviewers at places of a report, and what was answered.

use super::dsl::covered;
use super::prepared::Prepare;
use super::schema::comments::dsl;
use super::schema::{agencies, reports};
use super::seals::{vanishing, wrote};
use super::sql::guarded::Rows;
use super::types::{Json, row};
use super::{AnyConnection, Stored};
use crate::domain::audit::guarded::COMMENTS;
use crate::domain::id::{PersonId, ReportId};
use crate::domain::report::{Comment, CommentReply, CommentState};
use crate::domain::rights::Extent;
use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;

row!(
    #[derive(Insertable, AsChangeset, Queryable, Selectable)]
    #[diesel(table_name = super::schema::comments, treat_none_as_default_value = false)]
    CommentRow of Comment {
        id: String,
        report_id: String,
        revision: i32,
        pointer: String,
        state: CommentState,
        text: String,
        person_id: String,
        person_name: String,
        replies: Json<Vec<CommentReply>>,
        version: i64,
        created_at: NaiveDateTime,
        updated_at: NaiveDateTime,
    }
);

pub fn insert(connection: &mut AnyConnection, comment: &Comment) -> QueryResult<()> {
    wrote(&COMMENTS, comment.id.as_str());
    insert!(connection, dsl::comments, comment)
}

pub fn update(connection: &mut AnyConnection, comment: &Comment) -> QueryResult<()> {
    let row = CommentRow::from(comment);
    wrote(&COMMENTS, comment.id.as_str());
    update!(connection, dsl::comments.find(&row.id), &row)
}

pub fn find(connection: &mut AnyConnection, report: &ReportId, id: &str) -> Stored<Option<Comment>> {
    Ok(dsl::comments
        .filter(dsl::report_id.eq(report.as_str()).and(dsl::id.eq(id)))
        .select(Comment::as_select())
        .first(connection)
        .optional()?)
}

/// All comments on a report, oldest first; there are as many as [`count`] lets in.
pub fn list(connection: &mut AnyConnection, report: &ReportId) -> Stored<Vec<Comment>> {
    Ok(dsl::comments
        .filter(dsl::report_id.eq(report.as_str()))
        .select(Comment::as_select())
        .order(dsl::id)
        .load(connection)?)
}

pub fn count(connection: &mut AnyConnection, report: &ReportId) -> QueryResult<i64> {
    dsl::comments.filter(dsl::report_id.eq(report.as_str())).count().get_result(connection)
}

/// The reports within somebody's grants that are still to be seen and on which a remark of another person is open.
pub fn open_to(
    connection: &mut AnyConnection,
    extents: &[Extent],
    person: &PersonId,
    limit: i64,
) -> Stored<Vec<String>> {
    let open = dsl::comments
        .filter(dsl::report_id.eq(reports::id))
        .filter(dsl::state.eq(CommentState::Open).and(dsl::person_id.ne(person.as_str())));
    Ok(on_each!(connection, |c| reports::table
        .inner_join(agencies::table)
        .filter(reports::withdrawn_at.is_null().and(reports::hidden_at.is_null()))
        .filter(exists(open).and(covered(agencies::path, reports::year, extents)))
        .select(reports::id)
        .order(reports::id)
        .limit(limit)
        .prepared()
        .load(c))?)
}

pub fn delete_of(connection: &mut AnyConnection, report: &ReportId) -> Stored<()> {
    vanishing(connection, &COMMENTS, &Rows::Report(report.to_string()))?;
    diesel::delete(dsl::comments.filter(dsl::report_id.eq(report.as_str()))).execute(connection)?;
    Ok(())
}
