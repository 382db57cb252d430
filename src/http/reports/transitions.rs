//! Review and publication.

use super::comments::CommentBody;
use super::tagged_version;
use crate::domain::id::ReportId;
use crate::domain::report::Comment;
use crate::domain::workflow::{Action, Receipt, Transition};
use crate::http::kernel::BASE;
use crate::http::kernel::body::JSON;
use crate::http::kernel::call::Call;
use crate::http::kernel::fields::Fields;
use crate::http::kernel::format::time;
use crate::http::kernel::names::{ActionName, ReportStatus, RoleName};
use crate::http::kernel::paging::{Page, WholeQuery, cut_whole, list_reply};
use crate::http::kernel::problem::Problem;
use crate::http::kernel::query::NoParameters;
use crate::http::kernel::reply::Reply;
use crate::operations::InputFault;
use crate::operations::reports::{self, TransitionOrder, require_transition_right};
use actix_web::{get, post};
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// 经办人。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PersonReference)]
pub struct PersonReference {
    #[schema(format = "uuid")]
    pub id: String,
    pub name: String,
}

/// 一次流转。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Transition)]
pub struct TransitionBody {
    #[schema(format = "uuid")]
    id: String,
    #[schema(value_type = ReportStatus)]
    from: &'static str,
    #[schema(value_type = ReportStatus)]
    to: &'static str,
    #[schema(value_type = ActionName)]
    action: &'static str,
    actor: PersonReference,
    /// 以何种角色。
    #[schema(value_type = RoleName)]
    role: &'static str,
    #[schema(format = DateTime)]
    at: String,
    /// 意见。
    comment: Option<String>,
    /// 第几版。
    revision: i32,
    /// 当时内容的摘要：`sha256:` 加 64 位十六进制。发布的必须就是审定的。
    content_digest: String,
    /// 操作所依据的校验；退回、撤回、更正没有。
    judgement: Option<JudgementBody>,
    /// 退回时尚未了结的意见；流转记录中不再列出，见 `GET /reports/{id}/comments`。
    open_comments: Vec<CommentBody>,
}

/// 操作所依据的校验：哪一套规则、什么结论。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TransitionJudgement)]
pub struct JudgementBody {
    /// 规则集的版本。
    rule_set: String,
    /// 没有未说明的错误。
    valid: bool,
    error: i32,
    warning: i32,
    info: i32,
    explained: i32,
}

impl From<&Receipt> for JudgementBody {
    fn from(receipt: &Receipt) -> JudgementBody {
        JudgementBody {
            rule_set: receipt.rule_set.clone(),
            valid: receipt.valid,
            error: receipt.error,
            warning: receipt.warning,
            info: receipt.info,
            explained: receipt.explained,
        }
    }
}

impl PersonReference {
    pub fn new(id: &str, name: &str) -> PersonReference {
        PersonReference { id: id.to_owned(), name: name.to_owned() }
    }
}

impl TransitionBody {
    pub fn of(made: &Transition, receipt: Option<&Receipt>, open_comments: &[Comment]) -> TransitionBody {
        TransitionBody {
            id: made.id.clone(),
            from: made.from.as_str(),
            to: made.to.as_str(),
            action: made.action.as_str(),
            actor: PersonReference { id: made.person_id.to_string(), name: made.person_name.clone() },
            role: made.role.as_str(),
            at: time(made.at),
            comment: made.comment.clone(),
            revision: made.revision,
            content_digest: made.digest.clone(),
            judgement: receipt.map(JudgementBody::from),
            open_comments: open_comments.iter().map(CommentBody::from).collect(),
        }
    }
}

pub type TransitionList = Page<TransitionBody>;

/// 流转记录
///
/// 谁、以何种角色、何时、何种意见、从何状态到何状态、哪一版、内容摘要。
#[utoipa::path(
    tag = "review",
    params(("id" = String, Path, description = "报告编号"), WholeQuery),
    responses((status = 200, description = "全部流转，自早至晚", body = TransitionList)),
    extensions(
        ("x-cost" = json!("point")), ("x-list" = json!(true)),
        ("x-problems" = json!(["unauthorized", "not_found", "report_withdrawn", "forbidden", "invalid_query", "invalid_cursor"])),
        ("x-token" = json!(true)),
    ),
)]
#[get("/reports/{id}/transitions")]
pub async fn list_transitions(call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let id: ReportId = call.part("id")?;
    let made =
        call.look(move |connection, asking| reports::list_transitions(connection, asking, &id)).await?;
    let query: WholeQuery = call.query()?;
    let items = made.iter().map(|(made, receipt)| TransitionBody::of(made, receipt.as_ref(), &[]));
    let (items, next, total) = cut_whole("transitions", items.collect(), &query)?;
    Ok(list_reply(&call, json!(items), next, total))
}

pub type Order = (Action, Option<String>, Option<NaiveDate>);

pub fn read_order(object: &Map<String, Value>, today: NaiveDate) -> Result<Order, Vec<InputFault>> {
    let mut fields = Fields::new(object, None);
    let action = fields.read("action", |text| text.parse().map_err(|()| "invalid_value"));
    let action = fields.require("action", action);
    let comment = fields.text("comment", 2_000);
    let published_on = fields.day("published_on");
    match (action, published_on) {
        (Some(Action::Archive), day) => {
            fields.require("published_on", day);
            if day.is_some_and(|day| day > today) {
                fields.fault("published_on", "in_the_future");
            }
        }
        (_, Some(_)) => fields.fault("published_on", "misplaced"),
        (_, None) => {}
    }
    match (action, fields.finish()) {
        (Some(action), faults) if faults.is_empty() => Ok((action, comment, published_on)),
        (_, faults) => Err(faults),
    }
}

/// 流转报告
///
/// 提交、审核通过、退回、撤回提交、发布、更正、撤回、归档。`If-Match` 用报告当前的 ETag；答复头 `ETag` 是报告的新标签。
/// 三次审核由三个不同的人完成，都不是作者；退回、更正、撤回必须写明意见。更正产生新的一版草稿，发布之前读者看到的仍是原来一版；撤回后读者得到 410；
/// 归档（系统管理员，须给出 `published_on`）把旧文件直接记为已发布，不限年度状态。
#[utoipa::path(
    tag = "review",
    params(("id" = String, Path, description = "报告编号")),
    request_body(content = ref("#/components/schemas/TransitionCreate"), content_type = "application/json"),
    responses((status = 201, description = "已完成流转", body = TransitionBody)),
    extensions(
        ("x-problems" = json!(["not_found", "report_withdrawn", "forbidden", "separation_of_duties",
            "precondition_required", "precondition_failed", "invalid_input", "findings_block_submit",
            "transition_not_allowed", "year_not_open", "invalid_query"])),
        ("x-tagged" = json!(true)),
    ),
)]
#[post("/reports/{id}/transitions")]
pub async fn create_transition(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    let id: ReportId = call.part("id")?;
    let named = id.clone();
    let view = call
        .look(move |connection, asking| {
            let view = reports::find(connection, asking, &named, false)?;
            require_transition_right(asking, &view)?;
            Ok(view)
        })
        .await?;
    let body = call.json(JSON).await?;
    let _: NoParameters = call.query()?;
    let action = body.object.get("action").and_then(Value::as_str).and_then(|text| text.parse().ok());
    if let Some(action) = action {
        let view = view.clone();
        call.look(move |connection, asking| reports::require_action_right(connection, asking, &view, action))
            .await?;
    }
    let version = call.if_match(view.report.version)?;
    let today = call.asking().today;
    let (action, comment, published_on) = read_order(&body.object, today).map_err(Problem::of_body)?;
    let order = TransitionOrder {
        id: uuid::Uuid::now_v7().to_string(),
        report_id: id.clone(),
        action,
        comment,
        published_on,
        version,
    };
    let location = format!("{BASE}/reports/{id}/transitions");
    let language = call.language();
    call.enter(
        move |connection, act, asking| {
            let ready = reports::prepare_transition(connection, act, asking, &order)?;
            let made = ready.command.outcome();
            let body = TransitionBody::of(&made.transition, made.receipt.as_ref(), &made.open_comments);
            let reply = Reply::created(location.clone(), &body);
            Ok((ready, tagged_version(reply, made.view.report.version, language)))
        },
        reports::enter_transition,
    )
    .await
}
