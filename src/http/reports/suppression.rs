//! Erasing a revision that should never have been readable.

use super::tagged_version;
use super::transitions::PersonReference;
use crate::domain::id::ReportId;
use crate::domain::report::Suppression;
use crate::http::kernel::BASE;
use crate::http::kernel::body::JSON;
use crate::http::kernel::call::Call;
use crate::http::kernel::fields::Fields;
use crate::http::kernel::format::time;
use crate::http::kernel::problem::Problem;
use crate::http::kernel::query::{NoParameters, RevisionNumber};
use crate::http::kernel::reply::Reply;
use crate::operations::reports::{self, SuppressionOrder};
use actix_web::post;
use serde::Serialize;
use utoipa::ToSchema;

/// Longest reason, in characters.
const LONGEST: usize = 2_000;

/// 抹去的一版。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Suppression)]
pub struct SuppressionBody {
    /// 第几版。
    revision: i32,
    reason: String,
    #[schema(format = DateTime)]
    at: String,
    person: PersonReference,
}

impl From<&Suppression> for SuppressionBody {
    fn from(suppression: &Suppression) -> SuppressionBody {
        SuppressionBody {
            revision: suppression.revision,
            reason: suppression.reason.clone(),
            at: time(suppression.at),
            person: PersonReference {
                id: suppression.person_id.clone(),
                name: suppression.person_name.clone(),
            },
        }
    }
}

/// 抹去一版的文字
///
/// 主管部门用：某一版里有本不该公开的个人信息。这一版的题名、署名、各部分文字、原文件和由它生成的一切都被删去，不能恢复；
/// 数字和内容摘要留下，审计记下是谁、为什么。此后读取这一版是 410 `revision_suppressed`。正在公开的一版须先撤回或更正（409 `revision_shown`）。
/// `If-Match` 用报告当前的 ETag。
#[utoipa::path(
    tag = "revisions",
    params(
        ("id" = String, Path, description = "报告编号"),
        ("revision" = i32, Path, description = "第几版", minimum = 1),
    ),
    request_body(content = ref("#/components/schemas/SuppressionCreate"), content_type = "application/json"),
    responses((status = 201, description = "已抹去", body = SuppressionBody)),
    extensions(
        ("x-problems" = json!(["not_found", "report_withdrawn", "revision_suppressed", "forbidden",
            "precondition_required", "precondition_failed", "invalid_input", "revision_shown", "invalid_query"])),
        ("x-tagged" = json!(true)),
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
    let body = call.json(JSON).await?;
    let _: NoParameters = call.query()?;
    let version = call.if_match(present)?;
    let mut fields = Fields::new(&body.object, None);
    let reason = fields.text("reason", LONGEST);
    let reason = fields.require("reason", reason);
    let faults = fields.finish();
    let Some(reason) = reason.filter(|_| faults.is_empty()) else { return Err(Problem::of_body(faults)) };
    let location = format!("{BASE}/reports/{id}/revisions/{}", number.0);
    let order = SuppressionOrder { report_id: id, revision: number.0, reason, version };
    let language = call.language();
    call.write(
        move |desk| reports::suppress(desk, &order),
        move |(suppression, version)| {
            let reply = Reply::created(location.clone(), &SuppressionBody::from(suppression));
            tagged_version(reply, *version, language)
        },
    )
    .await
}
