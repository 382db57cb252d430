//! Review and publication.

use super::comments::CommentBody;
use super::tagged_version;
use crate::domain::access::Named;
use crate::domain::audit::Way;
use crate::domain::id::ReportId;
use crate::domain::report::Comment;
use crate::domain::workflow::{Action, Receipt, Transition};
use crate::http::kernel::format::time;
use crate::http::kernel::names::{ActionName, ReportStatus, RoleName, SignInWay};
use crate::http::kernel::{BASE, Call, Code, Fault, ListQuery, Page, Problem, Reply, answer};
use crate::http::pending::PendingBody;
use crate::operations::pending::HeldOrder;
use crate::operations::reports::{self, TransitionOrder, require_transition_right};
use actix_web::{get, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// 经办人。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PersonReference)]
pub struct PersonReference {
    #[schema(format = "uuid")]
    pub id: String,
    pub name: String,
}

answer! {
    /// 一次流转。
    #[schema(as = Transition)]
    pub struct TransitionBody of(made: &Transition, receipt: Option<&Receipt>, open_comments: &[Comment]) {
        #[schema(format = "uuid")]
        id: String = made.id.clone(),
        #[schema(value_type = ReportStatus)]
        from: &'static str = made.from.as_str(),
        #[schema(value_type = ReportStatus)]
        to: &'static str = made.to.as_str(),
        #[schema(value_type = ActionName)]
        action: &'static str = made.action.as_str(),
        actor: PersonReference = PersonReference { id: made.person_id.to_string(), name: made.person_name.clone() },
        /// 经手人：谁站在这次操作背后。身份认证登录的、命令行发给的是本人；凭领取码得到令牌的，在另一人确认之前是发给的人。
        hand: PersonReference = PersonReference::from(&made.hand),
        /// 令牌是谁发给的；空 = 命令行，或没有用令牌。
        issued_by: Option<PersonReference> = made.issuer.as_ref().map(PersonReference::from),
        /// 以何种方式登录。
        #[schema(value_type = Option<SignInWay>)]
        sign_in: Option<&'static str> = made.sign_in.map(Way::as_str),
        /// 以何种角色。
        #[schema(value_type = RoleName)]
        role: &'static str = made.role.as_str(),
        #[schema(format = DateTime)]
        at: String = time(made.at),
        /// 意见。
        comment: Option<String> = made.comment.clone(),
        /// 第几版。
        revision: i32 = made.revision,
        /// 当时内容的摘要：`sha256:` 或 `sm3:`（按数据库的算法）加 64 位十六进制。发布的必须就是审定的。
        content_digest: String = made.digest.clone(),
        /// 操作所依据的校验；退回、撤回、更正没有。
        judgement: Option<JudgementBody> = receipt.map(JudgementBody::of),
        /// 退回时尚未了结的意见；流转记录中不再列出，见 `GET /reports/{id}/comments`。
        open_comments: Vec<CommentBody> = open_comments.iter().map(CommentBody::of).collect(),
    }
}

answer! {
    /// 操作所依据的校验：哪一套规则、什么结论。
    #[schema(as = TransitionJudgement)]
    pub struct JudgementBody of(receipt: &Receipt) {
        /// 规则集的版本。
        rule_set: String = receipt.rule_set.clone(),
        /// 没有未说明的错误。
        valid: bool = receipt.valid,
        error: i32 = receipt.error,
        warning: i32 = receipt.warning,
        info: i32 = receipt.info,
        explained: i32 = receipt.explained,
    }
}

impl PersonReference {
    pub fn new(id: &str, name: &str) -> PersonReference {
        PersonReference { id: id.to_owned(), name: name.to_owned() }
    }
}

impl From<&Named> for PersonReference {
    fn from(one: &Named) -> PersonReference {
        PersonReference::new(one.id.as_str(), &one.name)
    }
}

pub type TransitionList = Page<TransitionBody>;

/// 流转记录
///
/// 谁、经手人是谁、以何种角色、何时、何种意见、从何状态到何状态、哪一版、内容摘要。
#[utoipa::path(
    tag = "review",
    params(ListQuery),
    responses((status = 200, description = "全部流转，自早至晚", body = TransitionList)),
    extensions(
        ("x-cost" = json!("point")),
        ("x-problems" = json!([Code::ReportWithdrawn, Code::Forbidden])),
        ("x-token" = json!(true)),
    ),
)]
#[get("/reports/{id}/transitions")]
pub async fn list_transitions(call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let id: ReportId = call.part("id")?;
    let made =
        call.look(move |connection, asking| reports::list_transitions(connection, asking, &id)).await?;
    let query: ListQuery = call.query()?;
    let items = made.iter().map(|(made, receipt)| TransitionBody::of(made, receipt.as_ref(), &[]));
    query.page.whole(&call, "transitions", items.collect())
}

/// 要进行的操作。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransitionCreate {
    #[schema(value_type = ActionName)]
    pub action: Action,
    /// 意见；退回、更正、撤回时必填。
    #[schema(min_length = 1, max_length = 2000)]
    pub comment: Option<String>,
    /// 原发布日期；只用于归档，归档时必填。
    pub published_on: Option<NaiveDate>,
}

impl TransitionCreate {
    /// What the action and the day have against each other.
    pub fn fault(action: Action, published_on: Option<NaiveDate>, today: NaiveDate) -> Option<Fault> {
        let code = match (action, published_on) {
            (Action::Archive, None) => "required",
            (Action::Archive, Some(day)) if day > today => "in_the_future",
            (Action::Archive, Some(_)) | (_, None) => return None,
            (_, Some(_)) => "misplaced",
        };
        Some(Fault::at("/published_on", code))
    }
}

/// 流转报告
///
/// 提交、审核通过、退回、撤回提交、发布、更正、撤回、归档。`If-Match` 用报告当前的 ETag；答复头 `ETag` 是报告的新标签。
/// 三次审核由三个不同的人完成，都不是作者；退回、更正、撤回必须写明意见。更正产生新的一版草稿，发布之前读者看到的仍是原来一版；撤回后读者得到 410；
/// 更正期间也可以撤回读者看到的一版，更正照常进行；归档（系统管理员，须给出 `published_on`）把旧文件直接记为已发布：只限已关闭的年度，并且该年度政府汇总报告的应报日期已过去
/// `archive.after_days`（默认 365）天；有未经答复的密级标识或个人信息的不能归档。归档的报告 `timeliness` 是 `archived`。
#[utoipa::path(
    tag = "review",
    request_body = TransitionCreate,
    responses(
        (status = 201, description = "已完成流转", body = TransitionBody),
        (status = 202, description = "已提请，待另一个人确认", body = PendingBody),
    ),
    extensions(
        ("x-problems" = json!([Code::ReportWithdrawn, Code::SeparationOfDuties, Code::PreconditionRequired,
            Code::PreconditionFailed, Code::FindingsBlockSubmit, Code::TransitionNotAllowed,
            Code::YearNotOpen, Code::AlreadyPending])),
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
    let body = call.body::<TransitionCreate>().await?;
    let action = body.member("action").and_then(Value::as_str).and_then(|text| text.parse().ok());
    let today = call.asking().today;
    let check = |sent: Option<&TransitionCreate>| {
        let fault = sent.and_then(|sent| TransitionCreate::fault(sent.action, sent.published_on, today));
        fault.into_iter().collect()
    };
    let sent = call.if_match(view.report.version).and_then(|version| Ok((version, body.read_with(check)?)));
    let (version, TransitionCreate { action, comment, published_on }) = match (sent, action) {
        (Ok(sent), _) => sent,
        (Err(problem), None) => return Err(problem),
        // Whoever may not take the action hears that first; what nothing else speaks against is made ready, and asked so.
        (Err(problem), Some(action)) => {
            let right = move |connection: &mut _, asking: &_| {
                reports::require_action_right(connection, asking, &view, action)
            };
            call.look(right).await?;
            return Err(problem);
        }
    };
    let order = TransitionOrder {
        id: uuid::Uuid::now_v7().to_string(),
        report_id: id.clone(),
        action,
        comment,
        published_on,
        version,
    };
    let held = HeldOrder::Transition(order.clone());
    if call.waits(&held) {
        return call.ask(held).await;
    }
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
