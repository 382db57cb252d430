//! Rows of the comments: remarks of reviewers at places of a report, and what was answered.

use super::connection::AnyConnection;
use super::error::StorageError;
use super::guarded::Rows;
use super::listing::Sql;
use super::prepared::Prepare;
use super::schema::comments::dsl;
use super::seals::{vanishing, wrote};
use crate::domain::audit::guarded::COMMENTS;
use crate::domain::id::{PersonId, ReportId};
use crate::domain::page::PageValue as Bind;
use crate::domain::report::{Comment, CommentReply, CommentState};
use crate::domain::rights::Extent;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::{Value, json};

#[derive(Insertable, AsChangeset, Queryable, Selectable)]
#[diesel(table_name = super::schema::comments)]
struct CommentRow {
    id: String,
    report_id: String,
    revision: i32,
    pointer: String,
    state: CommentState,
    text: String,
    person_id: String,
    person_name: String,
    replies: String,
    version: i64,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

fn reply_json(reply: &CommentReply) -> Value {
    json!({
        "text": reply.text,
        "person_id": reply.person_id,
        "person_name": reply.person_name,
        "at": reply.at,
    })
}

fn read_reply(stored: &Value) -> Option<CommentReply> {
    let text = |name: &str| stored.get(name)?.as_str().map(str::to_owned);
    Some(CommentReply {
        text: text("text")?,
        person_id: text("person_id")?,
        person_name: text("person_name")?,
        at: serde_json::from_value(stored.get("at")?.clone()).ok()?,
    })
}

impl From<&Comment> for CommentRow {
    fn from(comment: &Comment) -> CommentRow {
        CommentRow {
            id: comment.id.clone(),
            report_id: comment.report_id.clone(),
            revision: comment.revision,
            pointer: comment.pointer.clone(),
            state: comment.state,
            text: comment.text.clone(),
            person_id: comment.person_id.clone(),
            person_name: comment.person_name.clone(),
            replies: json!(comment.replies.iter().map(reply_json).collect::<Vec<Value>>()).to_string(),
            version: comment.version,
            created_at: comment.created_at,
            updated_at: comment.updated_at,
        }
    }
}

impl TryFrom<CommentRow> for Comment {
    type Error = StorageError;

    fn try_from(row: CommentRow) -> Result<Comment, StorageError> {
        let malformed = || StorageError::Malformed { what: "replies", value: row.id.clone() };
        let replies: Vec<Value> = serde_json::from_str(&row.replies).map_err(|_| malformed())?;
        let replies: Option<Vec<CommentReply>> = replies.iter().map(read_reply).collect();
        let replies = replies.ok_or_else(malformed)?;
        Ok(Comment {
            id: row.id,
            report_id: row.report_id,
            revision: row.revision,
            pointer: row.pointer,
            state: row.state,
            text: row.text,
            person_id: row.person_id,
            person_name: row.person_name,
            replies,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

pub fn insert(connection: &mut AnyConnection, comment: &Comment) -> QueryResult<()> {
    let row = CommentRow::from(comment);
    wrote(&COMMENTS, comment.id.as_str());
    on_each!(connection, |c| diesel::insert_into(dsl::comments).values(&row).prepared().execute(c))
        .map(|_| ())
}

pub fn update(connection: &mut AnyConnection, comment: &Comment) -> QueryResult<()> {
    let row = CommentRow::from(comment);
    wrote(&COMMENTS, comment.id.as_str());
    on_each!(connection, |c| diesel::update(dsl::comments.find(&row.id)).set(&row).prepared().execute(c))
        .map(|_| ())
}

pub fn find(
    connection: &mut AnyConnection,
    report: &ReportId,
    id: &str,
) -> Result<Option<Comment>, StorageError> {
    let row = dsl::comments
        .filter(dsl::report_id.eq(report.as_str()).and(dsl::id.eq(id)))
        .select(CommentRow::as_select())
        .first(connection)
        .optional()?;
    row.map(Comment::try_from).transpose()
}

/// All comments on a report, oldest first; there are as many as [`count`] lets in.
pub fn list(connection: &mut AnyConnection, report: &ReportId) -> Result<Vec<Comment>, StorageError> {
    let rows: Vec<CommentRow> = dsl::comments
        .filter(dsl::report_id.eq(report.as_str()))
        .select(CommentRow::as_select())
        .order(dsl::id)
        .load(connection)?;
    rows.into_iter().map(Comment::try_from).collect()
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
) -> Result<Vec<String>, StorageError> {
    let mut sql = Sql::new(
        "SELECT r.id AS id FROM reports r JOIN agencies a ON a.id = r.agency_id WHERE r.withdrawn_at IS NULL AND r.hidden_at IS NULL \
         AND EXISTS (SELECT 1 FROM comments c WHERE c.report_id = r.id AND c.state = 'open' AND c.person_id <> ",
    );
    sql.bind_text(person.as_str()).push(")").granted("a.path", "r.year", extents);
    sql.push(" ORDER BY r.id LIMIT ").bind(Bind::BigInt(limit));
    Ok(sql.ids(connection)?)
}

pub fn delete_of(connection: &mut AnyConnection, report: &ReportId) -> Result<(), StorageError> {
    vanishing(connection, &COMMENTS, &Rows::Report(report.to_string()))?;
    diesel::delete(dsl::comments.filter(dsl::report_id.eq(report.as_str()))).execute(connection)?;
    Ok(())
}
