//! Explanations of findings.

use super::findings::{FindingBody, finding_bodies};
use super::tagged_version;
use crate::domain::id::ReportId;
use crate::http::kernel::{Call, Code, NoParameters, Problem, Reply};
use crate::operations::reports;
use actix_web::{delete, put};
use serde::Deserialize;
use utoipa::ToSchema;

/// The report and the finding's key of a path.
fn parts(call: &Call) -> Result<(ReportId, String), Problem> {
    Ok((call.part("id")?, call.part("key")?))
}

/// 说明或答复。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExplanationInput {
    #[schema(min_length = 1, max_length = 2000)]
    text: String,
}

/// 说明问题
///
/// 填报员说明可以说明的问题；涉密和个人信息的问题由主管部门答复。说明针对当时的数值和所在的一段文字：有变即失效。
/// 有说明的问题仍然列出，不再计数，也不再阻止提交。不需要 `If-Match`；报告的 ETag 随之改变。
/// 只在草稿中说明和撤回说明；涉密和个人信息的问题可以答复到最后一次审核通过之前。此后是 409 `report_not_editable`。
#[utoipa::path(
    tag = "validation",
    request_body = ExplanationInput,
    responses((status = 200, description = "问题，带说明", body = FindingBody)),
    extensions(
        ("x-problems" = json!([Code::FindingNotExplainable, Code::ReportNotEditable])),
        ("x-unmatched" = json!(true)),
    ),
)]
#[put("/reports/{id}/findings/{key}/explanation")]
pub async fn explain_finding(mut call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let (id, key) = parts(&call)?;
    let (named, key_named) = (id.clone(), key.clone());
    call.look(move |connection, asking| reports::require_explainable(connection, asking, &named, &key_named))
        .await?;
    let body = call.body::<ExplanationInput>().await?;
    let ExplanationInput { text } = body.read()?;
    let language = call.language();
    call.write(
        move |desk| reports::explain(desk, &id, &key, &text),
        move |(view, finding)| {
            let body = finding_bodies(std::slice::from_ref(finding), language).pop();
            tagged_version(Reply::ok(&body), view.report.version, language)
        },
    )
    .await
}

/// 撤回说明
///
/// 问题重新计数。
#[utoipa::path(
    tag = "validation",
    responses((status = 204, description = "已撤回")),
    extensions(
        ("x-problems" = json!([Code::FindingNotExplainable, Code::ReportNotEditable])),
        ("x-unmatched" = json!(true)),
    ),
)]
#[delete("/reports/{id}/findings/{key}/explanation")]
pub async fn withdraw_explanation(call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let (id, key) = parts(&call)?;
    let (named, key_named) = (id.clone(), key.clone());
    let _: NoParameters = call
        .query_after(move |connection, asking| {
            reports::require_explainable(connection, asking, &named, &key_named)
        })
        .await?;
    call.write(move |desk| reports::withdraw_explanation(desk, &id, &key), |()| Reply::no_content()).await
}
