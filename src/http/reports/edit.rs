//! Changing and discarding a report.

use super::body::{ReportBody, Shown};
use super::read_body::{ReportInput, ReportPatch, sections_schema};
use super::shown;
use crate::domain::id::ReportId;
use crate::http::kernel::{Call, Code, Fault, Problem, Reply};
use crate::operations::reports::{self, ReportView, require_edit_right};
use actix_web::{delete, patch, put};
use serde_json::json;

/// The working revision, for whoever may edit the report; unjudged.
pub async fn present(call: &Call) -> Result<ReportView, Problem> {
    call.require_token()?;
    let id: ReportId = call.part("id")?;
    call.look(move |connection, asking| {
        let view = reports::find(connection, asking, &id, false)?;
        require_edit_right(asking, &view)?;
        Ok(view)
    })
    .await
}

async fn save(mut call: Call) -> Result<Reply, Problem> {
    let present = present(&call).await?;
    let body = call.body::<ReportInput>().await?;
    let version = call.if_match(present.report.version)?;
    let form = present.revision.content.form();
    let body = body.instead("SectionsInput", sections_schema(form));
    // Told together with what is wrong otherwise.
    let other = body.agency("agency_id").filter(|named| !named.names(&present.agency));
    let other = other.map(|_| Fault::at("/agency_id", "read_only"));
    // What is reckoned for the moment is compared with nothing: nobody judges the report for it.
    let now = json!(ReportBody::of(&Shown::published(present.clone())));
    let wanted = body.over_with(&now, |_| other.into_iter().collect())?;
    let edit = wanted.edit(&present, version)?;
    let id = present.report.id.clone();
    let language = call.language();
    call.enter(
        move |connection, act, asking| {
            let ready = reports::prepare_save(connection, act, asking, &id, &edit)?;
            let report = Shown::of(connection, asking, ready.command.view().clone())?;
            Ok((ready, shown(&report, language)))
        },
        reports::enter_save,
    )
    .await
}

/// 整体修改报告
///
/// 必须给出 `sections`；其中没有给出的部分清空，写 `null` 的部分删去。没有给出的可选项置空。
#[utoipa::path(
    tag = "reports",
    request_body = ReportInput,
    responses((status = 200, description = "修改后的报告", body = ReportBody)),
    extensions(
        ("x-problems" = json!([Code::ReportWithdrawn, Code::FindingsBlockSubmit, Code::ReadOnly,
            Code::ReportNotEditable, Code::YearNotOpen])),
    ),
)]
#[put("/reports/{id}")]
pub async fn replace_report(call: Call) -> Result<Reply, Problem> {
    save(call).await
}

/// 修改报告的部分内容
///
/// JSON Merge Patch：只写要改的成员，单元格写 `null` 置空。发布后发布员仍可补充
/// `source_url`、`source_published_on`，不产生新的一版。
#[utoipa::path(
    tag = "reports",
    request_body = ReportPatch,
    responses((status = 200, description = "修改后的报告", body = ReportBody)),
    extensions(
        ("x-problems" = json!([Code::ReportWithdrawn, Code::FindingsBlockSubmit, Code::ReadOnly,
            Code::ReportNotEditable, Code::YearNotOpen])),
    ),
)]
#[patch("/reports/{id}")]
pub async fn change_report(call: Call) -> Result<Reply, Problem> {
    save(call).await
}

/// 删除草稿
///
/// 只能删除草稿；更正的草稿删除后，已发布的一版不变。
#[utoipa::path(
    tag = "reports",
    responses((status = 204, description = "已删除")),
    extensions(("x-problems" = json!([Code::ReportWithdrawn, Code::ReportNotEditable, Code::YearNotOpen]))),
)]
#[delete("/reports/{id}")]
pub async fn delete_report(call: Call) -> Result<Reply, Problem> {
    let present = present(&call).await?;
    let version = call.if_match(present.report.version)?;
    let id = present.report.id;
    call.write(move |desk| reports::discard(desk, &id, version), |()| Reply::no_content()).await
}
