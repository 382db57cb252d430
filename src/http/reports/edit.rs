//! Changing and discarding a report.

use super::body::{ReportBody, Shown};
use super::read_body::read_whole;
use super::shown;
use crate::domain::id::ReportId;
use crate::http::kernel::body::{JSON, MERGE_PATCH};
use crate::http::kernel::call::Call;
use crate::http::kernel::fields::merge;
use crate::http::kernel::problem::Problem;
use crate::http::kernel::query::NoParameters;
use crate::http::kernel::reply::Reply;
use crate::operations::reports::{self, ReportView, require_edit_right};
use actix_web::{delete, patch, put};
use serde_json::{Map, Value, json};

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

/// The same as it is shown, findings and all: what a whole report that is sent may repeat.
async fn present_shown(call: &Call) -> Result<Shown, Problem> {
    let view = present(call).await?;
    call.look(move |connection, asking| Shown::of(connection, asking, view)).await
}

async fn save(
    call: &Call,
    present: &Shown,
    now: &Value,
    wanted: &Map<String, Value>,
) -> Result<Reply, Problem> {
    let version = call.if_match(present.view.report.version)?;
    let edit = read_whole(wanted, &present.view, now, version).map_err(Problem::of_body)?;
    let id = present.view.report.id.clone();
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
    params(("id" = String, Path, description = "报告编号")),
    request_body(content = ref("#/components/schemas/ReportInput"), content_type = "application/json"),
    responses((status = 200, description = "修改后的报告", body = ReportBody)),
    extensions(
        ("x-problems" = json!(["not_found", "report_withdrawn", "forbidden", "invalid_input", "read_only",
            "report_not_editable", "year_not_open", "invalid_query"])),
        ("x-tagged" = json!(true)),
    ),
)]
#[put("/reports/{id}")]
pub async fn replace_report(mut call: Call) -> Result<Reply, Problem> {
    let present = present_shown(&call).await?;
    let body = call.json(JSON).await?;
    let _: NoParameters = call.query()?;
    let now = json!(ReportBody::of(&present));
    save(&call, &present, &now, &body.object).await
}

/// 修改报告的部分内容
///
/// JSON Merge Patch：只写要改的成员，单元格写 `null` 置空。发布后发布员仍可补充
/// `source_url`、`source_published_on`，不产生新的一版。
#[utoipa::path(
    tag = "reports",
    params(("id" = String, Path, description = "报告编号")),
    request_body(content = ref("#/components/schemas/ReportPatch"), content_type = "application/merge-patch+json"),
    responses((status = 200, description = "修改后的报告", body = ReportBody)),
    extensions(
        ("x-problems" = json!(["not_found", "report_withdrawn", "forbidden", "invalid_input", "read_only",
            "report_not_editable", "year_not_open", "invalid_query"])),
        ("x-tagged" = json!(true)),
    ),
)]
#[patch("/reports/{id}")]
pub async fn change_report(mut call: Call) -> Result<Reply, Problem> {
    let present = present_shown(&call).await?;
    let body = call.json(MERGE_PATCH).await?;
    let _: NoParameters = call.query()?;
    let now = json!(ReportBody::of(&present));
    let mut wanted = merge(&now, &body.object);
    super::sections::keep_absent(&mut wanted, &present.view.revision.content);
    save(&call, &present, &now, &wanted).await
}

/// 删除草稿
///
/// 只能删除草稿；更正的草稿删除后，已发布的一版不变。
#[utoipa::path(
    tag = "reports",
    params(("id" = String, Path, description = "报告编号")),
    responses((status = 204, description = "已删除")),
    extensions(("x-problems" = json!(["not_found", "report_withdrawn", "forbidden", "report_not_editable",
        "year_not_open", "invalid_query"]))),
)]
#[delete("/reports/{id}")]
pub async fn delete_report(call: Call) -> Result<Reply, Problem> {
    let present = present(&call).await?;
    let _: NoParameters = call.query()?;
    let version = call.if_match(present.report.version)?;
    let id = present.report.id;
    call.write(move |desk| reports::discard(desk, &id, version), |()| Reply::no_content()).await
}
