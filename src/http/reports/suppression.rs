//! Erasing a revision that should never have been readable.

use super::tagged_version;
use super::transitions::PersonReference;
use crate::domain::id::ReportId;
use crate::domain::report::Suppression;
use crate::http::kernel::format::time;
use crate::http::kernel::{BASE, Call, Code, Problem, Reply, RevisionNumber, answer};
use crate::http::pending::PendingBody;
use crate::operations::pending::HeldOrder;
use crate::operations::reports::{self, SuppressionOrder};
use actix_web::post;
use serde::Deserialize;
use utoipa::ToSchema;

/// 为什么抹去。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuppressionCreate {
    /// 公开：读取这一版的人都会看到，不要写出个人信息本身。
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

answer! {
    /// 抹去的一版。
    #[schema(as = Suppression)]
    pub struct SuppressionBody of(suppression: &Suppression) {
        /// 第几版。
        revision: i32 = suppression.revision,
        reason: String = suppression.reason.clone(),
        #[schema(format = DateTime)]
        at: String = time(suppression.at),
        person: PersonReference = PersonReference {
            id: suppression.person_id.clone(),
            name: suppression.person_name.clone(),
        },
    }
}

/// 抹去一版的文字
///
/// 主管部门用：某一版里有本不该公开的个人信息。这一版的题名、署名、各部分文字、原文件和由它生成的一切都被删去，不能恢复；
/// 数字和内容摘要留下，审计记下是谁、为什么。此后读取这一版是 410 `revision_suppressed`。正在公开的一版须先撤回或更正（409 `revision_shown`）。
/// `If-Match` 用报告当前的 ETag。
#[utoipa::path(
    tag = "revisions",
    request_body = SuppressionCreate,
    responses(
        (status = 201, description = "已抹去", body = SuppressionBody),
        (status = 202, description = "已提请，待另一个人确认", body = PendingBody),
    ),
    extensions(
        ("x-problems" = json!([Code::ReportWithdrawn, Code::RevisionSuppressed, Code::PreconditionRequired,
            Code::PreconditionFailed, Code::FindingsBlockSubmit, Code::RevisionShown, Code::AlreadyPending])),
    ),
)]
#[post("/reports/{id}/revisions/{revision}/suppression")]
pub async fn suppress_revision(mut call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let id: ReportId = call.part("id")?;
    let number: RevisionNumber = call.part("revision")?;
    let named = id.clone();
    let present = call
        .look(move |connection, asking| reports::require_suppression_right(connection, asking, &named))
        .await?;
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    let body = call.body::<SuppressionCreate>().await?;
    let version = call.if_match(present)?;
    let SuppressionCreate { reason } = body.read()?;
    let location = format!("{BASE}/reports/{id}/revisions/{}", number.0);
    let order = SuppressionOrder { report_id: id, revision: number.0, reason, version };
    let held = HeldOrder::Suppression(order.clone());
    let language = call.language();
    call.do_or_ask(
        held,
        move |desk| reports::suppress(desk, &order),
        move |(suppression, version)| {
            let reply = Reply::created(location.clone(), &SuppressionBody::of(suppression));
            tagged_version(reply, *version, language)
        },
    )
    .await
}
