//! Changing the registry.

use super::body::{AgencyBody, named_parent, read_draft};
use super::{shown, tagged};
use crate::domain::agency::Agency;
use crate::domain::id::AgencyId;
use crate::domain::rights::{Grant, Role};
use crate::http::kernel::BASE;
use crate::http::kernel::body::{JSON, MERGE_PATCH};
use crate::http::kernel::call::Call;
use crate::http::kernel::fields::merge;
use crate::http::kernel::problem::{Code, Problem};
use crate::http::kernel::query::NoParameters;
use crate::http::kernel::reply::Reply;
use crate::operations::agencies::{self, require_change_right};
use crate::operations::{AgencyRef, InputFault};
use actix_web::{delete, patch, post, put};
use serde_json::{Map, Value, json};

/// 登记机关
///
/// 主管部门在自己的范围内登记下级机关；顶级机关由系统管理员登记。`name`、`level`、`kind` 必填。
#[utoipa::path(
    tag = "agencies",
    request_body(content = ref("#/components/schemas/AgencyInput"), content_type = "application/json"),
    responses((status = 201, description = "已登记", body = AgencyBody)),
    extensions(
        ("x-problems" = json!(["forbidden", "invalid_input", "read_only", "uscc_taken", "invalid_query"])),
        ("x-tagged" = json!(true)),
    ),
)]
#[post("/agencies")]
pub async fn create_agency(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    let manages = |grant: &Grant| matches!(grant.role, Role::Supervisor | Role::Admin);
    if !call.asking().rights.grants.iter().any(manages) {
        return Err(Problem::new(Code::Forbidden));
    }
    let body = call.json(JSON).await?;
    let there = parent_is_there(&call, &body.object).await?;
    let _: NoParameters = call.query()?;
    let draft = read_draft(&body.object, None).map_err(|mut faults| {
        // Told together with what is wrong otherwise.
        faults.extend((!there).then(|| InputFault::new("/parent_id", "not_found")));
        Problem::of_body(faults)
    })?;
    let id = AgencyId::from_uuid(uuid::Uuid::now_v7());
    let language = call.language();
    call.write(
        move |desk| agencies::create(desk, &id, &draft),
        move |agency| {
            let location = format!("{BASE}/agencies/{}", agency.id);
            tagged(Reply::created(location, &AgencyBody::from(agency)), agency, language)
        },
    )
    .await
}

/// Whether the parent that a new agency names is there; refuses whoever may register nothing under it.
async fn parent_is_there(call: &Call, object: &Map<String, Value>) -> Result<bool, Problem> {
    let Some(parent) = named_parent(object) else { return Ok(true) };
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
async fn save(call: &Call, present: Agency, wanted: &Map<String, Value>) -> Result<Reply, Problem> {
    if let Some(parent) = named_parent(wanted) {
        let agency = present.clone();
        call.look(move |connection, asking| {
            agencies::require_move_right(connection, asking, &agency, parent.as_ref())
        })
        .await?;
    }
    let _: NoParameters = call.query()?;
    let version = call.if_match(present.version)?;
    let now = json!(AgencyBody::from(&present));
    let draft = read_draft(wanted, Some(&now)).map_err(Problem::of_body)?;
    let reference = AgencyRef::Id(present.id);
    let language = call.language();
    call.write(
        move |desk| agencies::update(desk, &reference, version, &draft),
        move |agency| shown(agency, language),
    )
    .await
}

/// 整体修改机关
///
/// 没有给出的可选项置空。改变 `parent_id` 即移动机关及其全部下级，新旧上级两处都要有权限。
#[utoipa::path(
    tag = "agencies",
    params(("agency" = String, Path, description = "机关编号或统一社会信用代码")),
    request_body(content = ref("#/components/schemas/AgencyInput"), content_type = "application/json"),
    responses((status = 200, description = "修改后的机关", body = AgencyBody)),
    extensions(
        ("x-problems" = json!(["not_found", "forbidden", "invalid_input", "read_only", "uscc_taken",
            "agency_cycle", "invalid_query"])),
        ("x-tagged" = json!(true)),
    ),
)]
#[put("/agencies/{agency}")]
pub async fn replace_agency(mut call: Call) -> Result<Reply, Problem> {
    let present = present(&call).await?;
    let body = call.json(JSON).await?;
    save(&call, present, &body.object).await
}

/// 修改机关的部分内容
///
/// JSON Merge Patch（RFC 7396）：只写要改的成员，`null` 置空。
#[utoipa::path(
    tag = "agencies",
    params(("agency" = String, Path, description = "机关编号或统一社会信用代码")),
    request_body(content = ref("#/components/schemas/AgencyPatch"), content_type = "application/merge-patch+json"),
    responses((status = 200, description = "修改后的机关", body = AgencyBody)),
    extensions(
        ("x-problems" = json!(["not_found", "forbidden", "invalid_input", "read_only", "uscc_taken",
            "agency_cycle", "invalid_query"])),
        ("x-tagged" = json!(true)),
    ),
)]
#[patch("/agencies/{agency}")]
pub async fn change_agency(mut call: Call) -> Result<Reply, Problem> {
    let present = present(&call).await?;
    let body = call.json(MERGE_PATCH).await?;
    let wanted = merge(&json!(AgencyBody::from(&present)), &body.object);
    save(&call, present, &wanted).await
}

/// 删除机关
///
/// 只能删除没有报告、没有下级的机关。
#[utoipa::path(
    tag = "agencies",
    params(("agency" = String, Path, description = "机关编号或统一社会信用代码")),
    responses((status = 204, description = "已删除")),
    extensions(("x-problems" = json!(["not_found", "forbidden", "agency_in_use", "invalid_query"]))),
)]
#[delete("/agencies/{agency}")]
pub async fn delete_agency(call: Call) -> Result<Reply, Problem> {
    let present = present(&call).await?;
    let _: NoParameters = call.query()?;
    let version = call.if_match(present.version)?;
    let reference = AgencyRef::Id(present.id);
    call.write(move |desk| agencies::delete(desk, &reference, version), |()| Reply::no_content()).await
}
