//! Explanations of findings.

use super::findings::{FindingBody, finding_bodies};
use super::tagged_version;
use crate::domain::id::ReportId;
use crate::http::kernel::body::JSON;
use crate::http::kernel::call::Call;
use crate::http::kernel::fields::Fields;
use crate::http::kernel::problem::Problem;
use crate::http::kernel::query::NoParameters;
use crate::http::kernel::reply::Reply;
use crate::operations::reports;
use actix_web::{delete, put};

/// The report and the finding's key of a path.
fn parts(call: &Call) -> Result<(ReportId, String), Problem> {
    Ok((call.part("id")?, call.part("key")?))
}

/// 说明问题
///
/// 填报员说明可以说明的问题；涉密和个人信息的问题由主管部门答复。说明针对当时的数值和所在的一段文字：有变即失效。
/// 有说明的问题仍然列出，不再计数，也不再阻止提交。不需要 `If-Match`；报告的 ETag 随之改变。
#[utoipa::path(
    tag = "validation",
    params(
        ("id" = String, Path, description = "报告编号"),
        ("key" = String, Path, description = "问题的键"),
    ),
    request_body(content = ref("#/components/schemas/ExplanationInput"), content_type = "application/json"),
    responses((status = 200, description = "问题，带说明", body = FindingBody)),
    extensions(
        ("x-problems" = json!(["not_found", "forbidden", "invalid_input", "finding_not_explainable",
            "report_not_editable", "invalid_query"])),
        ("x-tagged" = json!(true)),
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
    let body = call.json(JSON).await?;
    let _: NoParameters = call.query()?;
    let mut fields = Fields::new(&body.object, None);
    let text = fields.text("text", 2_000);
    let text = fields.require("text", text);
    let faults = fields.finish();
    let Some(text) = text.filter(|_| faults.is_empty()) else { return Err(Problem::of_body(faults)) };
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
    params(
        ("id" = String, Path, description = "报告编号"),
        ("key" = String, Path, description = "问题的键"),
    ),
    responses((status = 204, description = "已撤回")),
    extensions(
        ("x-problems" = json!(["not_found", "forbidden", "finding_not_explainable", "report_not_editable",
            "invalid_query"])),
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
