//! Remarks at places of a report: open, answered, settled.

use super::read::{ReportView, require_said_readable};
use crate::domain::audit::AuditAction;
use crate::domain::id::ReportId;
use crate::domain::report::{Comment, CommentReply, CommentState};
use crate::domain::rights::Right;
use crate::operations::changed::changed;
use crate::operations::{Answer, Asking, Conflict, Desk, Refusal, permit};
use crate::storage::comments;
use crate::storage::{AnyConnection, Note};
use serde_json::json;

/// Most comments on one report.
const MOST: i64 = 1_000;
/// Most answers to one comment.
const MOST_REPLIES: usize = 100;

/// A remark that is to be made.
#[derive(Debug, Clone)]
pub struct NewComment {
    pub id: String,
    /// Names a place of the report document.
    pub pointer: String,
    pub text: String,
}

/// What is to happen to a remark.
#[derive(Debug, Clone)]
pub enum CommentOrder {
    Answer(String),
    /// Nothing more to say.
    Settle,
    Reopen,
}

/// A report whose comments the caller may read, or make.
fn reach(connection: &mut AnyConnection, asking: &Asking, id: &ReportId, right: Right) -> Answer<ReportView> {
    let view = super::find(connection, asking, id, false)?;
    if view.allows(asking, right) { Ok(view) } else { Err(Refusal::Forbidden) }
}

/// Refuses whoever may make no comment on a report; asked before the body is read.
pub fn require_remark_right(connection: &mut AnyConnection, asking: &Asking, id: &ReportId) -> Answer<()> {
    reach(connection, asking, id, Right::Remark).map(|_| ())
}

pub fn list_comments(connection: &mut AnyConnection, asking: &Asking, id: &ReportId) -> Answer<Vec<Comment>> {
    require_said_readable(connection, asking, id)?;
    Ok(comments::list(connection, id)?)
}

/// What still waits for an answer or a settlement.
pub fn open_comments(connection: &mut AnyConnection, id: &ReportId) -> Answer<Vec<Comment>> {
    let mut all = comments::list(connection, id)?;
    all.retain(|comment| comment.state != CommentState::Settled);
    Ok(all)
}

pub fn find_comment(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &ReportId,
    comment: &str,
) -> Answer<Comment> {
    require_said_readable(connection, asking, id)?;
    comments::find(connection, id, comment)?.ok_or(Refusal::NotFound)
}

/// Whoever made it settles it, or a supervisor: not the one who was asked.
fn may_settle(asking: &Asking, view: &ReportView, comment: &Comment) -> bool {
    let made = asking.person.as_ref().is_some_and(|person| comment.person_id == person.id.as_str());
    (made && view.allows(asking, Right::Remark)) || view.allows(asking, Right::SettleRemarks)
}

/// A remark for whoever may settle it; asked before the body is read.
pub fn find_settleable(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &ReportId,
    comment: &str,
) -> Answer<Comment> {
    let view = reach(connection, asking, id, Right::SeeDrafts)?;
    let comment = comments::find(connection, id, comment)?.ok_or(Refusal::NotFound)?;
    if may_settle(asking, &view, &comment) { Ok(comment) } else { Err(Refusal::Forbidden) }
}

pub fn add_comment(desk: &mut Desk<'_>, id: &ReportId, new: &NewComment) -> Answer<Comment> {
    let view = reach(desk.connection, desk.asking, id, Right::Remark)?;
    let person = desk.asking.person.as_ref().ok_or(Refusal::Forbidden)?;
    if !is_place(&view, &new.pointer) {
        return Err(Refusal::invalid("/pointer", "not_found"));
    }
    if comments::count(desk.connection, id)? >= MOST {
        return Err(Refusal::conflict(Conflict::TooManyComments));
    }
    let comment = Comment {
        id: new.id.clone(),
        report_id: id.to_string(),
        revision: view.revision.number,
        pointer: new.pointer.clone(),
        state: CommentState::Open,
        text: new.text.clone(),
        person_id: person.id.to_string(),
        person_name: person.name.clone(),
        replies: Vec::new(),
        version: 1,
        created_at: desk.act.at,
        updated_at: desk.act.at,
    };
    comments::insert(desk.connection, &comment)?;
    desk.notes.audit(note(AuditAction::CommentCreate, &view, &comment));
    Ok(comment)
}

pub fn change_comment(
    desk: &mut Desk<'_>,
    id: &ReportId,
    (comment, version): (&str, Option<i64>),
    order: &CommentOrder,
) -> Answer<Comment> {
    let view = reach(desk.connection, desk.asking, id, Right::Remark)?;
    let person = desk.asking.person.as_ref().ok_or(Refusal::Forbidden)?;
    let present = comments::find(desk.connection, id, comment)?.ok_or(Refusal::NotFound)?;
    let mut comment = present.clone();
    permit(matches!(order, CommentOrder::Answer(_)) || may_settle(desk.asking, &view, &comment))?;
    if version.is_some_and(|version| version != comment.version) {
        return Err(Refusal::PreconditionFailed);
    }
    let action = match order {
        CommentOrder::Answer(_) if comment.replies.len() >= MOST_REPLIES => {
            return Err(Refusal::conflict(Conflict::TooManyComments));
        }
        CommentOrder::Answer(text) => {
            comment.replies.push(CommentReply {
                text: text.clone(),
                person_id: person.id.to_string(),
                person_name: person.name.clone(),
                at: desk.act.at,
            });
            // Whoever asked goes on asking; anybody else has answered.
            let asker = comment.person_id == person.id.as_str();
            comment.state = if asker { CommentState::Open } else { CommentState::Answered };
            AuditAction::CommentAnswer
        }
        CommentOrder::Settle | CommentOrder::Reopen => {
            let settles = matches!(order, CommentOrder::Settle);
            comment.state = if settles { CommentState::Settled } else { CommentState::Open };
            if settles { AuditAction::CommentSettle } else { AuditAction::CommentReopen }
        }
    };
    let Some(comment) = changed!(present, comment, desk.act.at) else { return Ok(present) };
    comments::update(desk.connection, &comment)?;
    desk.notes.audit(note(action, &view, &comment));
    Ok(comment)
}

fn note(action: AuditAction, view: &ReportView, comment: &Comment) -> Note {
    let detail =
        json!({ "comment": comment.id, "pointer": comment.pointer, "state": comment.state.as_str() });
    Note::new(action, detail).of(&view.agency.id).about(&view.report.id)
}

/// Whether a pointer names the report, one of its headings, a section, its text, or a line or cell of its table.
fn is_place(view: &ReportView, pointer: &str) -> bool {
    let form = view.revision.content.form();
    let headings = ["", "/title", "/signed_by", "/signed_on", "/index_number", "/sections"];
    headings.contains(&pointer)
        || form.sections.iter().any(|section| {
            let here = format!("/sections/{}", section.key);
            pointer == here
                || ["text", "title", "table"].iter().any(|part| pointer == format!("{here}/{part}"))
        })
        || form.cells.iter().any(|cell| {
            let cell = cell.pointer();
            cell == pointer || cell.rsplit_once('/').is_some_and(|(row, _)| row == pointer)
        })
}
