//! The registry's history: succession and what changed when.

use super::body::AgencyBody;
use super::shown;
use crate::domain::agency::{Agency, HistoryEntry};
use crate::http::kernel::body::JSON;
use crate::http::kernel::call::Call;
use crate::http::kernel::fields::{Fields, named_agency};
use crate::http::kernel::format::{day, time};
use crate::http::kernel::names::AgencyChangeKind;
use crate::http::kernel::paging::{Page, WholeQuery, cut_whole, list_reply};
use crate::http::kernel::problem::Problem;
use crate::http::kernel::query::NoParameters;
use crate::http::kernel::reply::Reply;
use crate::http::reports::PersonReference;
use crate::operations::agencies::{self, Succession, require_change_right};
use crate::operations::{AgencyRef, InputFault};
use actix_web::{get, post};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// 机关的一次变动，和变动后的机关。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgencyChange)]
pub struct ChangeBody {
    #[schema(value_type = AgencyChangeKind)]
    change: String,
    /// 从哪一天起。自始存在的机关登记时为 `0001-01-01`。
    #[schema(format = Date)]
    effective_on: String,
    reason: Option<String>,
    /// 经办人；空 = 程序自己。
    person: Option<PersonReference>,
    #[schema(format = DateTime)]
    recorded_at: String,
    agency: AgencyBody,
}

impl From<&HistoryEntry> for ChangeBody {
    fn from(entry: &HistoryEntry) -> ChangeBody {
        ChangeBody {
            change: entry.change.as_str().to_owned(),
            effective_on: day(entry.effective_on),
            reason: entry.reason.clone(),
            person: entry.person.as_ref().map(|(id, name)| PersonReference::new(id, name)),
            recorded_at: time(entry.agency.updated_at),
            agency: AgencyBody::from(&entry.agency),
        }
    }
}

pub type AgencyHistory = Page<ChangeBody>;

/// 机关沿革
///
/// 登记、修改、移动、合并、更名、撤销，各从哪一天起、由谁、因何。用 `?at=` 可读某一天的机关登记。
#[utoipa::path(
    tag = "agencies",
    params(("agency" = String, Path, description = "机关编号或统一社会信用代码"), WholeQuery),
    responses((status = 200, description = "全部变动，自早至晚", body = AgencyHistory)),
    extensions(("x-cost" = json!("point")), ("x-list" = json!(true)), ("x-problems" = json!(["not_found", "invalid_query", "invalid_cursor"]))),
)]
#[get("/agencies/{agency}/history")]
pub async fn read_history(call: Call) -> Result<Reply, Problem> {
    let wanted: AgencyRef = call.part("agency")?;
    let entries = call.look(move |connection, _| agencies::history(connection, &wanted)).await?;
    let query: WholeQuery = call.query()?;
    let mut items: Vec<ChangeBody> = entries.iter().map(ChangeBody::from).collect();
    if call.caller.token.is_none() {
        // The public sees no persons.
        items.iter_mut().for_each(|item| item.person = None);
    }
    let (items, next, total) = cut_whole("history", items, &query)?;
    Ok(list_reply(&call, json!(items), next, total))
}

fn read_succession(object: &Map<String, Value>) -> Result<Succession, Vec<InputFault>> {
    let mut fields = Fields::new(object, None);
    let kind = fields.read("kind", |text| text.parse().map_err(|()| "invalid_value"));
    let kind = fields.require("kind", kind);
    let successor = fields.read("successor_id", |text| text.parse().map_err(|()| "not_found"));
    let effective_on = fields.day("effective_on");
    let effective_on = fields.require("effective_on", effective_on);
    let reason = fields.text("reason", 2_000);
    match (kind, effective_on, fields.finish()) {
        (Some(kind), Some(effective_on), faults) if faults.is_empty() => {
            Ok(Succession { kind, successor, effective_on, reason })
        }
        (_, _, faults) => Err(faults),
    }
}

/// 机关合并、更名、撤销
///
/// 机关从 `effective_on` 起不再存在，由承继机关接手未办结的申请和现行有效的文件；未关闭年度的应报名单上改为免报。
/// 合并、更名须写明承继机关，新旧两处都要有权限。
#[utoipa::path(
    tag = "agencies",
    params(("agency" = String, Path, description = "机关编号或统一社会信用代码")),
    request_body(content = ref("#/components/schemas/SuccessionInput"), content_type = "application/json"),
    responses((status = 200, description = "变动后的机关", body = AgencyBody)),
    extensions(
        ("x-problems" = json!(["not_found", "forbidden", "precondition_required", "precondition_failed",
            "invalid_input", "agency_ended", "agency_cycle", "invalid_query"])),
        ("x-tagged" = json!(true)),
        ("x-same" = json!(true)),
    ),
)]
#[post("/agencies/{agency}/succession")]
pub async fn succeed_agency(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    let wanted: AgencyRef = call.part("agency")?;
    let present: Agency = call
        .look(move |connection, asking| {
            let agency = agencies::find(connection, &wanted)?;
            require_change_right(asking, &agency)?;
            Ok(agency)
        })
        .await?;
    let body = call.json(JSON).await?;
    if let Some(successor) = named_agency(&body.object, "successor_id") {
        call.look(move |connection, asking| agencies::require_right_over(connection, asking, &successor))
            .await?;
    }
    let _: NoParameters = call.query()?;
    let version = call.if_match(present.version)?;
    let succession = read_succession(&body.object).map_err(Problem::of_body)?;
    let reference = AgencyRef::Id(present.id);
    let language = call.language();
    call.write(
        move |desk| agencies::succeed(desk, &reference, version, &succession),
        move |agency| shown(agency, language),
    )
    .await
}
