//! Announcing, changing and deleting years; for administrators.

use super::body::{YearBody, read_plan};
use super::{shown, tagged};
use crate::domain::year::ReportingYear;
use crate::http::kernel::BASE;
use crate::http::kernel::body::{JSON, MERGE_PATCH};
use crate::http::kernel::call::Call;
use crate::http::kernel::fields::merge;
use crate::http::kernel::problem::{Code, Problem};
use crate::http::kernel::query::{NoParameters, YearNumber};
use crate::http::kernel::reply::Reply;
use crate::operations::{Refusal, years};
use actix_web::{delete, patch, post, put};
use serde_json::{Map, Value, json};

/// 建立报告年度
///
/// 只需给出 `year`；格式、统计期、应报日期按法定默认。新年度的状态是 `planned`，并按机关登记生成应报名单。
#[utoipa::path(
    tag = "years",
    request_body(content = ref("#/components/schemas/YearInput"), content_type = "application/json"),
    responses((status = 201, description = "已建立", body = YearBody)),
    extensions(
        ("x-problems" = json!(["forbidden", "invalid_input", "read_only", "year_exists", "invalid_query"])),
        ("x-tagged" = json!(true)),
    ),
)]
#[post("/years")]
pub async fn create_year(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    if !call.asking().rights.is_admin() {
        return Err(Problem::new(Code::Forbidden));
    }
    let body = call.json(JSON).await?;
    let _: NoParameters = call.query()?;
    let plan = read_plan(&body.object, None).map_err(Problem::of_body)?;
    let language = call.language();
    call.write(
        move |desk| years::create(desk, &plan),
        move |year| {
            let location = format!("{BASE}/years/{}", year.plan.year);
            tagged(Reply::created(location, &YearBody::from(year)), year, language)
        },
    )
    .await
}

/// The year as it is, for an administrator.
async fn present(call: &Call) -> Result<ReportingYear, Problem> {
    call.require_token()?;
    let wanted: YearNumber = call.part("year")?;
    call.look(move |connection, asking| {
        let year = years::find(connection, wanted.0)?;
        if asking.rights.is_admin() { Ok(year) } else { Err(Refusal::Forbidden) }
    })
    .await
}

async fn save(call: &Call, present: &ReportingYear, wanted: &Map<String, Value>) -> Result<Reply, Problem> {
    let version = call.if_match(present.version)?;
    let now = json!(YearBody::from(present));
    let plan = read_plan(wanted, Some((present, &now))).map_err(Problem::of_body)?;
    let language = call.language();
    call.write(move |desk| years::update(desk, version, &plan), move |year| shown(year, language)).await
}

/// 整体修改报告年度
///
/// 没有给出的可选项回到法定默认；`state` 不给出则不变。地方可以把应报日期提前，不能推后。
#[utoipa::path(
    tag = "years",
    params(("year" = i32, Path, description = "年度", minimum = 2008, maximum = 2099)),
    request_body(content = ref("#/components/schemas/YearInput"), content_type = "application/json"),
    responses((status = 200, description = "修改后的年度", body = YearBody)),
    extensions(
        ("x-problems" = json!(["not_found", "forbidden", "invalid_input", "read_only", "year_state",
            "year_in_use", "invalid_query"])),
        ("x-tagged" = json!(true)),
    ),
)]
#[put("/years/{year}")]
pub async fn replace_year(mut call: Call) -> Result<Reply, Problem> {
    let present = present(&call).await?;
    let body = call.json(JSON).await?;
    let _: NoParameters = call.query()?;
    save(&call, &present, &body.object).await
}

/// 修改报告年度的部分内容
///
/// 常用于改变状态：`planned` → `open` → `closed` → `archived`，`closed` 也可回到 `open`。
#[utoipa::path(
    tag = "years",
    params(("year" = i32, Path, description = "年度", minimum = 2008, maximum = 2099)),
    request_body(content = ref("#/components/schemas/YearPatch"), content_type = "application/merge-patch+json"),
    responses((status = 200, description = "修改后的年度", body = YearBody)),
    extensions(
        ("x-problems" = json!(["not_found", "forbidden", "invalid_input", "read_only", "year_state",
            "year_in_use", "invalid_query"])),
        ("x-tagged" = json!(true)),
    ),
)]
#[patch("/years/{year}")]
pub async fn change_year(mut call: Call) -> Result<Reply, Problem> {
    let present = present(&call).await?;
    let body = call.json(MERGE_PATCH).await?;
    let _: NoParameters = call.query()?;
    let wanted = merge(&json!(YearBody::from(&present)), &body.object);
    save(&call, &present, &wanted).await
}

/// 删除报告年度
///
/// 只能删除还没有报告的年度。
#[utoipa::path(
    tag = "years",
    params(("year" = i32, Path, description = "年度", minimum = 2008, maximum = 2099)),
    responses((status = 204, description = "已删除")),
    extensions(("x-problems" = json!(["not_found", "forbidden", "year_in_use", "invalid_query"]))),
)]
#[delete("/years/{year}")]
pub async fn delete_year(call: Call) -> Result<Reply, Problem> {
    let present = present(&call).await?;
    let _: NoParameters = call.query()?;
    let version = call.if_match(present.version)?;
    let year = present.plan.year;
    call.write(move |desk| years::delete(desk, year, version), |()| Reply::no_content()).await
}
