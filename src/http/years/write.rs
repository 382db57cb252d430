//! Announcing, changing and deleting years.

use super::body::{YearBody, YearInput, YearPatch};
use super::{shown, tagged};
use crate::domain::year::ReportingYear;
use crate::http::kernel::{BASE, Call, Code, Problem, Reply, YearNumber};
use crate::operations::years;
use actix_web::{delete, patch, post, put};
use serde_json::json;

/// 建立报告年度
///
/// 只需给出 `year`；格式、统计期、应报日期按法定默认。新年度的状态是 `planned`，并按机关登记生成应报名单。
#[utoipa::path(
    tag = "years",
    request_body = YearInput,
    responses((status = 201, description = "已建立", body = YearBody)),
    extensions(("x-problems" = json!([Code::FindingsBlockSubmit, Code::ReadOnly, Code::YearExists]))),
)]
#[post("/years")]
pub async fn create_year(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    years::require_year_right(&call.asking())?;
    let body = call.body::<YearInput>().await?;
    let wanted = body.read_with(|sent| sent.map(|sent| sent.faults(None)).unwrap_or_default())?;
    let plan = wanted.plan(None);
    let language = call.language();
    call.write(
        move |desk| years::create(desk, &plan),
        move |year| {
            let location = format!("{BASE}/years/{}", year.plan.year);
            tagged(Reply::created(location, &YearBody::of(year)), year, language)
        },
    )
    .await
}

/// The year as it is, for whoever may change it.
async fn present(call: &Call) -> Result<ReportingYear, Problem> {
    call.require_token()?;
    let wanted: YearNumber = call.part("year")?;
    call.look(move |connection, asking| {
        let year = years::find(connection, wanted.0)?;
        years::require_year_right(asking)?;
        Ok(year)
    })
    .await
}

async fn save(mut call: Call) -> Result<Reply, Problem> {
    let present = present(&call).await?;
    let body = call.body::<YearInput>().await?;
    let version = call.if_match(present.version)?;
    let check = |sent: Option<&YearInput>| sent.map(|sent| sent.faults(Some(&present))).unwrap_or_default();
    let plan = body.over_with(&json!(YearBody::of(&present)), check)?.plan(Some(&present));
    let language = call.language();
    call.write(move |desk| years::update(desk, version, &plan), move |year| shown(year, language)).await
}

/// 整体修改报告年度
///
/// 没有给出的可选项回到法定默认；`state` 不给出则不变。地方可以把应报日期提前，不能推后；
/// 已经过去的应报日期，有了报告就不能再改晚（409 `due_day_passed`）。
#[utoipa::path(
    tag = "years",
    request_body = YearInput,
    responses((status = 200, description = "修改后的年度", body = YearBody)),
    extensions(
        ("x-problems" = json!([Code::FindingsBlockSubmit, Code::ReadOnly, Code::YearState, Code::YearInUse,
            Code::DueDayPassed])),
    ),
)]
#[put("/years/{year}")]
pub async fn replace_year(call: Call) -> Result<Reply, Problem> {
    save(call).await
}

/// 修改报告年度的部分内容
///
/// 常用于改变状态：`planned` → `open` → `closed` → `archived`，`closed` 也可回到 `open`。
#[utoipa::path(
    tag = "years",
    request_body = YearPatch,
    responses((status = 200, description = "修改后的年度", body = YearBody)),
    extensions(
        ("x-problems" = json!([Code::FindingsBlockSubmit, Code::ReadOnly, Code::YearState, Code::YearInUse,
            Code::DueDayPassed])),
    ),
)]
#[patch("/years/{year}")]
pub async fn change_year(call: Call) -> Result<Reply, Problem> {
    save(call).await
}

/// 删除报告年度
///
/// 只能删除还没有报告的年度。
#[utoipa::path(
    tag = "years",
    responses((status = 204, description = "已删除")),
    extensions(("x-problems" = json!([Code::YearInUse]))),
)]
#[delete("/years/{year}")]
pub async fn delete_year(call: Call) -> Result<Reply, Problem> {
    let present = present(&call).await?;
    let version = call.if_match(present.version)?;
    let year = present.plan.year;
    call.write(move |desk| years::delete(desk, year, version), |()| Reply::no_content()).await
}
