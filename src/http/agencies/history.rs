//! The registry's history: succession and what changed when.

use super::body::AgencyBody;
use super::shown;
use crate::domain::agency::{Agency, HistoryEntry, SuccessionKind};
use crate::http::kernel::format::{day, time};
use crate::http::kernel::names::{AgencyChangeKind, AgencyIdOrCode, SuccessionKindName};
use crate::http::kernel::{Call, Code, ListQuery, Page, Problem, Reply, answer};
use crate::http::reports::PersonReference;
use crate::operations::AgencyRef;
use crate::operations::agencies::{self, Succession, require_settling_right};
use actix_web::{get, post};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

answer! {
    /// 机关的一次变动，和变动后的机关。
    #[schema(as = AgencyChange)]
    pub struct ChangeBody of(entry: &HistoryEntry) {
        #[schema(value_type = AgencyChangeKind)]
        change: String = entry.change.as_str().to_owned(),
        /// 从哪一天起。自始存在的机关登记时为 `0001-01-01`。
        #[schema(format = Date)]
        effective_on: String = day(entry.effective_on),
        reason: Option<String> = entry.reason.clone(),
        /// 经办人；空 = 程序自己。
        person: Option<PersonReference> = entry.person.as_ref().map(|(id, name)| PersonReference::new(id, name)),
        #[schema(format = DateTime)]
        recorded_at: String = time(entry.agency.updated_at),
        agency: AgencyBody = AgencyBody::of(&entry.agency),
    }
}

pub type AgencyHistory = Page<ChangeBody>;

/// 机关沿革
///
/// 登记、修改、移动、合并、更名、撤销，各从哪一天起、由谁、因何。用 `?at=` 可读某一天的机关登记。
#[utoipa::path(
    tag = "agencies",
    params(ListQuery),
    responses((status = 200, description = "全部变动，自早至晚", body = AgencyHistory)),
    extensions(("x-cost" = json!("point"))),
)]
#[get("/agencies/{agency}/history")]
pub async fn read_history(call: Call) -> Result<Reply, Problem> {
    let wanted: AgencyRef = call.part("agency")?;
    let entries = call.look(move |connection, _| agencies::history(connection, &wanted)).await?;
    let query: ListQuery = call.query()?;
    let mut items: Vec<ChangeBody> = entries.iter().map(ChangeBody::of).collect();
    if call.caller.who.is_none() {
        // The public sees no persons.
        items.iter_mut().for_each(|item| item.person = None);
    }
    query.page.whole(&call, "history", items)
}

/// 机关的变动。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuccessionCreate {
    #[schema(value_type = SuccessionKindName)]
    kind: SuccessionKind,
    /// 承继机关；合并、更名必填。
    #[schema(value_type = Option<AgencyIdOrCode>)]
    successor_id: Option<AgencyRef>,
    /// 从哪一天起，不晚于今天。
    effective_on: NaiveDate,
    #[schema(min_length = 1, max_length = 2000)]
    reason: Option<String>,
}

/// 机关合并、更名、撤销
///
/// 机关从 `effective_on` 起不再存在，由承继机关接手未办结的申请和现行有效的文件；未关闭年度的应报名单上改为免报；别的机关已有报告的年度里已经逾期的仍应报（可由上级写明理由免报）。
/// 合并、更名须写明承继机关，新旧两处都要有权限。
#[utoipa::path(
    tag = "agencies",
    request_body = SuccessionCreate,
    responses((status = 200, description = "变动后的机关", body = AgencyBody)),
    extensions(
        ("x-problems" = json!([Code::PreconditionRequired, Code::PreconditionFailed,
            Code::FindingsBlockSubmit, Code::AgencyEnded, Code::AgencyCycle])),
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
            require_settling_right(asking, &agency)?;
            Ok(agency)
        })
        .await?;
    let body = call.body::<SuccessionCreate>().await?;
    if let Some(successor) = body.agency("successor_id") {
        call.look(move |connection, asking| agencies::require_right_over(connection, asking, &successor))
            .await?;
    }
    let version = call.if_match(present.version)?;
    let SuccessionCreate { kind, successor_id, effective_on, reason } = body.read()?;
    let succession = Succession { kind, successor: successor_id, effective_on, reason };
    let reference = AgencyRef::Id(present.id);
    let language = call.language();
    call.write(
        move |desk| agencies::succeed(desk, &reference, version, &succession),
        move |agency| shown(agency, language),
    )
    .await
}
