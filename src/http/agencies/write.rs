//! Changing the registry.

use super::body::{AgencyBody, AgencyInput, AgencyPatch, named_parent};
use super::{shown, tagged};
use crate::domain::agency::Agency;
use crate::domain::id::AgencyId;
use crate::http::kernel::sent::Sent;
use crate::http::kernel::{BASE, Call, Code, Fault, Problem, Reply};
use crate::operations::AgencyRef;
use crate::operations::agencies::{self, AgencyDraft, require_change_right, require_settling_right};
use actix_web::{delete, patch, post, put};
use serde_json::{Value, json};

/// 登记机关
///
/// 主管部门在自己的范围内登记下级机关；顶级机关由系统管理员登记。`name`、`level`、`kind` 必填。
#[utoipa::path(
    tag = "agencies",
    request_body = AgencyInput,
    responses((status = 201, description = "已登记", body = AgencyBody)),
    extensions(("x-problems" = json!([Code::FindingsBlockSubmit, Code::ReadOnly, Code::UsccTaken]))),
)]
#[post("/agencies")]
pub async fn create_agency(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    agencies::require_some_registration_right(&call.asking())?;
    let body = call.body::<AgencyInput>().await?;
    let there = parent_is_there(&call, &body).await?;
    // Told together with what is wrong otherwise.
    let missing = (!there).then(|| Fault::at("/parent_id", "not_found")).into_iter();
    let wanted = body.read_with(|sent| missing.chain(sent.and_then(AgencyInput::fault)).collect())?;
    let draft = AgencyDraft::from(wanted);
    let id = AgencyId::from_uuid(uuid::Uuid::now_v7());
    let language = call.language();
    call.write(
        move |desk| agencies::create(desk, &id, &draft),
        move |agency| {
            let location = format!("{BASE}/agencies/{}", agency.id);
            tagged(Reply::created(location, &AgencyBody::of(agency)), agency, language)
        },
    )
    .await
}

/// Whether the parent that a new agency names is there; refuses whoever may register nothing under it.
async fn parent_is_there(call: &Call, body: &Sent<AgencyInput>) -> Result<bool, Problem> {
    let Some(parent) = named_parent(body) else { return Ok(true) };
    call.look(move |connection, asking| {
        agencies::require_registration_right(connection, asking, parent.as_ref())
    })
    .await
}

/// The agency as it is, for whoever may change it.
async fn present(call: &Call) -> Result<Agency, Problem> {
    call.require_token()?;
    let wanted: AgencyRef = call.part("agency")?;
    call.look(move |connection, asking| {
        let agency = agencies::find(connection, &wanted)?;
        require_change_right(asking, &agency)?;
        Ok(agency)
    })
    .await
}

/// Writes the wanted representation over the present one.
async fn save(mut call: Call) -> Result<Reply, Problem> {
    let present = present(&call).await?;
    let body = call.body::<AgencyInput>().await?;
    let moves = body.is_whole() || body.member("parent_id").is_some();
    if let Some(parent) = named_parent(&body).filter(|_| moves) {
        let agency = present.clone();
        call.look(move |connection, asking| {
            agencies::require_move_right(connection, asking, &agency, parent.as_ref())
        })
        .await?;
    }
    let now = json!(AgencyBody::of(&present));
    if settles(&body, &now) {
        require_settling_right(&call.asking(), &present)?;
    }
    let version = call.if_match(present.version)?;
    let wanted = body.over_with(&now, |sent| sent.and_then(AgencyInput::fault).into_iter().collect())?;
    let draft = AgencyDraft::from(wanted);
    let reference = AgencyRef::Id(present.id);
    let language = call.language();
    call.write(
        move |desk| agencies::update(desk, &reference, version, &draft),
        move |agency| shown(agency, language),
    )
    .await
}

/// Whether a body settles what is not for the agency itself to settle.
fn settles(body: &Sent<AgencyInput>, now: &Value) -> bool {
    ["name", "level", "kind", "division_code"].iter().any(|name| match body.member(name) {
        Some(wanted) => *wanted != now[*name],
        None => body.is_whole() && !now[*name].is_null(),
    })
}

/// 整体修改机关
///
/// 没有给出的可选项置空。改变 `parent_id` 即移动机关及其全部下级，新旧上级两处都要有权限；
/// 名称、层级、类别、区划代码由上级改变，主管部门不能改自己的。
#[utoipa::path(
    tag = "agencies",
    request_body = AgencyInput,
    responses((status = 200, description = "修改后的机关", body = AgencyBody)),
    extensions(
        ("x-problems" = json!([Code::FindingsBlockSubmit, Code::ReadOnly, Code::UsccTaken, Code::AgencyCycle])),
    ),
)]
#[put("/agencies/{agency}")]
pub async fn replace_agency(call: Call) -> Result<Reply, Problem> {
    save(call).await
}

/// 修改机关的部分内容
///
/// JSON Merge Patch（RFC 7396）：只写要改的成员，`null` 置空。
#[utoipa::path(
    tag = "agencies",
    request_body = AgencyPatch,
    responses((status = 200, description = "修改后的机关", body = AgencyBody)),
    extensions(
        ("x-problems" = json!([Code::FindingsBlockSubmit, Code::ReadOnly, Code::UsccTaken, Code::AgencyCycle])),
    ),
)]
#[patch("/agencies/{agency}")]
pub async fn change_agency(call: Call) -> Result<Reply, Problem> {
    save(call).await
}

/// 删除机关
///
/// 只能删除没有报告、没有下级的机关；应报之日已过、别的机关已有填报而它未报的，须先由上级写明理由免报。
#[utoipa::path(
    tag = "agencies",
    responses((status = 204, description = "已删除")),
    extensions(("x-problems" = json!([Code::AgencyInUse, Code::DueDayPassed]))),
)]
#[delete("/agencies/{agency}")]
pub async fn delete_agency(call: Call) -> Result<Reply, Problem> {
    let present = present(&call).await?;
    let version = call.if_match(present.version)?;
    let reference = AgencyRef::Id(present.id);
    call.write(move |desk| agencies::delete(desk, &reference, version), |()| Reply::no_content()).await
}
