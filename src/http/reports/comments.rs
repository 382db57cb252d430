//! Comments: remarks at places of a report, answered and settled.

use crate::domain::id::ReportId;
use crate::domain::language::Language;
use crate::domain::report::{Comment, CommentReply};
use crate::http::kernel::format::time;
use crate::http::kernel::names::CommentState;
use crate::http::kernel::{
    BASE, Call, Code, Fault, ListQuery, NoParameters, Page, Problem, Reply, Right, answer,
};
use crate::http::reports::transitions::PersonReference;
use crate::operations::reports::{self, CommentOrder, NewComment};
use actix_web::{get, patch, post};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

answer! {
    /// 一次答复。
    #[schema(as = CommentReply)]
    pub struct ReplyBody of(reply: &CommentReply) {
        text: String = reply.text.clone(),
        author: PersonReference = PersonReference::new(&reply.person_id, &reply.person_name),
        #[schema(format = DateTime)]
        at: String = time(reply.at),
    }
}

answer! {
    /// 针对报告某处的一条意见。
    #[schema(as = Comment)]
    pub struct CommentBody of(comment: &Comment) {
        #[schema(format = "uuid")]
        id: String = comment.id.clone(),
        /// 位置：报告文档中的 JSON Pointer。
        pointer: String = comment.pointer.clone(),
        #[schema(value_type = CommentState)]
        state: String = comment.state.as_str().to_owned(),
        text: String = comment.text.clone(),
        author: PersonReference = PersonReference::new(&comment.person_id, &comment.person_name),
        /// 针对第几版。
        revision: i32 = comment.revision,
        replies: Vec<ReplyBody> = comment.replies.iter().map(ReplyBody::of).collect(),
        #[schema(format = DateTime)]
        created_at: String = time(comment.created_at),
        #[schema(format = DateTime)]
        updated_at: String = time(comment.updated_at),
    }
}

/// 一条意见。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentCreate {
    #[schema(min_length = 1, max_length = 2000)]
    text: String,
    /// 报告文档中的 JSON Pointer：标题、部分、行或单元格；不给则针对整份报告。
    #[schema(max_length = 500)]
    pointer: Option<String>,
}

/// 对意见的答复。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentReplyCreate {
    #[schema(min_length = 1, max_length = 2000)]
    text: String,
}

/// 了结或重开。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentPatch {
    /// `settled` 了结，`open` 重开；`answered` 只能原样送回。
    #[schema(value_type = CommentState)]
    state: String,
}

pub type CommentList = Page<CommentBody>;

fn tagged(reply: Reply, comment: &Comment, language: Language) -> Reply {
    reply.tag(comment.version, language.short()).patchable()
}

/// 报告的意见
///
/// 授权覆盖该机关的可以读取。退回时未了结的意见随退回一并列出。
#[utoipa::path(
    tag = "review",
    params(ListQuery),
    responses((status = 200, description = "全部意见，自早至晚", body = CommentList)),
    extensions(
        ("x-cost" = json!("point")),
        ("x-problems" = json!([Code::ReportWithdrawn, Code::Forbidden])),
        ("x-token" = json!(true)),
    ),
)]
#[get("/reports/{id}/comments")]
pub async fn list_comments(call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let id: ReportId = call.part("id")?;
    let found = call.look(move |connection, asking| reports::list_comments(connection, asking, &id)).await?;
    let query: ListQuery = call.query()?;
    query.page.whole(&call, "comments", found.iter().map(CommentBody::of).collect())
}

/// 读取意见
///
/// 连同全部答复；ETag 供修改时使用。
#[utoipa::path(
    tag = "review",
    responses((status = 200, description = "意见", body = CommentBody)),
    extensions(("x-problems" = json!([Code::ReportWithdrawn, Code::Forbidden])), ("x-token" = json!(true))),
)]
#[get("/reports/{id}/comments/{comment}")]
pub async fn read_comment(call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let (id, comment): (ReportId, String) = (call.part("id")?, call.id("comment")?);
    let found =
        call.look(move |connection, asking| reports::find_comment(connection, asking, &id, &comment)).await?;
    let _: NoParameters = call.query()?;
    Ok(tagged(Reply::ok(&CommentBody::of(&found)), &found, call.language()))
}

/// 提出意见
///
/// 意见针对报告的一处：标题、一个部分、一行或一个单元格。
#[utoipa::path(
    tag = "review",
    request_body = CommentCreate,
    responses((status = 201, description = "已提出", body = CommentBody)),
    extensions(("x-problems" = json!([Code::ReportWithdrawn, Code::TooManyComments]))),
)]
#[post("/reports/{id}/comments")]
pub async fn create_comment(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    let id: ReportId = call.part("id")?;
    let named = id.clone();
    call.look(move |connection, asking| reports::require_remark_right(connection, asking, &named)).await?;
    let body = call.body::<CommentCreate>().await?;
    let CommentCreate { text, pointer } = body.read()?;
    let pointer = pointer.unwrap_or_default();
    let new = NewComment { id: uuid::Uuid::now_v7().to_string(), pointer, text };
    let location = format!("{BASE}/reports/{id}/comments/{}", new.id);
    let language = call.language();
    call.write(
        move |desk| reports::add_comment(desk, &id, &new),
        move |comment| {
            let reply = Reply::created(location.clone(), &CommentBody::of(comment));
            tagged(reply, comment, language)
        },
    )
    .await
}

/// 答复意见
///
/// 他人答复后为已答复；提出人追问则仍待答复。
#[utoipa::path(
    tag = "review",
    request_body = CommentReplyCreate,
    responses((status = 201, description = "意见，带全部答复", body = CommentBody)),
    extensions(("x-problems" = json!([Code::ReportWithdrawn, Code::TooManyComments]))),
)]
#[post("/reports/{id}/comments/{comment}/replies")]
pub async fn answer_comment(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    let (id, comment): (ReportId, String) = (call.part("id")?, call.id("comment")?);
    let (named, its_id) = (id.clone(), comment.clone());
    call.look(move |connection, asking| reports::find_comment(connection, asking, &named, &its_id)).await?;
    let body = call.body::<CommentReplyCreate>().await?;
    let CommentReplyCreate { text } = body.read()?;
    let order = CommentOrder::Answer(text);
    let location = format!("{BASE}/reports/{id}/comments/{comment}");
    let language = call.language();
    call.write(
        move |desk| reports::change_comment(desk, &id, (&comment, None), &order),
        move |comment| {
            let reply = Reply::created(location.clone(), &CommentBody::of(comment));
            tagged(reply, comment, language)
        },
    )
    .await
}

/// 了结意见
///
/// `{"state": "settled"}` 了结，`{"state": "open"}` 重开；由提出人或主管部门进行。
#[utoipa::path(
    tag = "review",
    request_body = CommentPatch,
    responses((status = 200, description = "意见", body = CommentBody)),
    extensions(("x-problems" = json!([Code::ReportWithdrawn, Code::ReadOnly]))),
)]
#[patch("/reports/{id}/comments/{comment}")]
pub async fn change_comment(mut call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let (id, comment): (ReportId, String) = (call.part("id")?, call.id("comment")?);
    let (named, its_id) = (id.clone(), comment.clone());
    let present = call
        .look(move |connection, asking| reports::find_settleable(connection, asking, &named, &its_id))
        .await?;
    let body = call.body::<CommentPatch>().await?;
    let version = call.if_match(present.version)?;
    let CommentPatch { state } = body.over(&json!(CommentBody::of(&present)))?;
    let order = match state.as_str() {
        same if same == present.state.as_str() => {
            return Ok(tagged(Reply::ok(&CommentBody::of(&present)), &present, call.language()));
        }
        "settled" => CommentOrder::Settle,
        "open" => CommentOrder::Reopen,
        _ => {
            let right = Right::one_of(["settled", "open"]);
            return Err(Problem::of_body(vec![Fault::at("/state", "invalid_value").right(right)]));
        }
    };
    let language = call.language();
    call.write(
        move |desk| reports::change_comment(desk, &id, (&comment, Some(version)), &order),
        move |comment| tagged(Reply::ok(&CommentBody::of(comment)), comment, language),
    )
    .await
}
