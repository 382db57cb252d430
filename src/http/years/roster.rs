//! One line of a roster, and settling it by hand.

use super::body::RosterBody;
use crate::domain::language::Language;
use crate::domain::report::Scope;
use crate::domain::roster::RosterEntry;
use crate::http::kernel::names::AgencyIdOrCode;
use crate::http::kernel::{Call, Code, Problem, Reply, YearNumber, query};
use crate::operations::AgencyRef;
use crate::operations::years::{self, RosterEdit};
use actix_web::{get, patch};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

query!(LineQuery {
    /// 哪一份报告；不给则为该机关应报的一份。
    scope: Option<Scope>,
});

fn shown(line: &RosterEntry, language: Language) -> Reply {
    Reply::ok(&RosterBody::of(line)).tag(years::version_of(line), language.short()).patchable()
}

/// 应报名单的一行
///
/// 某机关在该年度应报的一份报告。
#[utoipa::path(
    tag = "years",
    params(LineQuery),
    responses((status = 200, description = "一行", body = RosterBody)),
)]
#[get("/years/{year}/roster/{agency}")]
pub async fn read_roster_line(call: Call) -> Result<Reply, Problem> {
    let year: YearNumber = call.part("year")?;
    let agency: AgencyRef = call.part("agency")?;
    let named = agency.clone();
    let query: LineQuery =
        call.query_after(move |connection, _| years::find_line(connection, year.0, &named, None)).await?;
    let line =
        call.look(move |connection, _| years::find_line(connection, year.0, &agency, query.scope)).await?;
    Ok(shown(&line, call.language()))
}

/// 对名单一行的调整。没有写的不变；写为 null 的回到原来：不免报，按年度的应报日期。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RosterEntryPatch)]
pub struct LinePatch {
    /// 是否免报。
    exempt: Option<bool>,
    due_on: Option<NaiveDate>,
    /// 计入哪个机关之下。
    #[schema(value_type = Option<AgencyIdOrCode>)]
    parent_id: Option<AgencyRef>,
    /// 理由，每次都须写明。
    #[schema(min_length = 1, max_length = 2000)]
    reason: Option<String>,
}

/// 调整应报名单
///
/// 免报（`exempt`）、改期（`due_on`）、改隶（`parent_id`，连同以下各行），必须写明理由；没有改动的原样送回，什么都不变。
/// 由主管部门或系统管理员进行；年度关闭后名单只能这样改动。
#[utoipa::path(
    tag = "years",
    params(LineQuery),
    request_body = LinePatch,
    responses((status = 200, description = "调整后的一行", body = RosterBody)),
    extensions(
        ("x-problems" = json!([Code::FindingsBlockSubmit, Code::ReadOnly, Code::AgencyCycle,
            Code::YearState, Code::DueDayPassed])),
    ),
)]
#[patch("/years/{year}/roster/{agency}")]
pub async fn change_roster_line(mut call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let year: YearNumber = call.part("year")?;
    let agency: AgencyRef = call.part("agency")?;
    let scope = call.query::<LineQuery>().ok().and_then(|query| query.scope);
    let named = agency.clone();
    let line = call
        .look(move |connection, asking| {
            let line = years::find_line(connection, year.0, &named, scope)?;
            years::require_roster_right(asking, &line)?;
            Ok(line)
        })
        .await?;
    let body = call.body::<LinePatch>().await?;
    if let Some(parent) = body.agency("parent_id") {
        call.look(move |connection, asking| years::require_place_right(connection, asking, year.0, &parent))
            .await?;
    }
    let query: LineQuery = call.query()?;
    let version = call.if_match(years::version_of(&line))?;
    let mut now = json!(RosterBody::of(&line));
    if let Value::Object(now) = &mut now {
        // An earlier reason is no reason for another change.
        now.remove("reason");
    }
    let is_null = |name: &str| body.member(name).is_some_and(Value::is_null);
    let (not_exempt, usual_day) = (is_null("exempt"), is_null("due_on"));
    let LinePatch { exempt, due_on, parent_id: parent, reason } = body.over(&now)?;
    let exempt = if not_exempt { Some(false) } else { exempt };
    let due_on = if usual_day { Some(None) } else { due_on.map(Some) };
    let edit = RosterEdit { exempt, due_on, parent, reason };
    let language = call.language();
    call.write(
        move |desk| {
            let place = (year.0, &agency, query.scope);
            years::edit_roster(desk, place, version, &edit)
        },
        move |line| shown(line, language),
    )
    .await
}
