//! One line of a roster, and settling it by hand.

use super::body::RosterBody;
use crate::domain::language::Language;
use crate::domain::report::Scope;
use crate::domain::roster::RosterEntry;
use crate::http::kernel::body::MERGE_PATCH;
use crate::http::kernel::call::Call;
use crate::http::kernel::fields::{Fields, merge, named_agency};
use crate::http::kernel::problem::Problem;
use crate::http::kernel::query::{YearNumber, query};
use crate::http::kernel::reply::Reply;
use crate::operations::years::{self, RosterEdit};
use crate::operations::{AgencyRef, InputFault};
use actix_web::{get, patch};
use serde_json::{Map, Value, json};

query!(LineQuery {
    /// 哪一份报告；不给则为该机关应报的一份。
    scope: Option<Scope>,
});

fn shown(line: &RosterEntry, language: Language) -> Reply {
    Reply::ok(&RosterBody::from(line)).tag(years::version_of(line), language.short()).patchable()
}

/// 应报名单的一行
///
/// 某机关在该年度应报的一份报告。
#[utoipa::path(
    tag = "years",
    params(
        ("year" = i32, Path, description = "年度", minimum = 2008, maximum = 2099),
        ("agency" = String, Path, description = "机关编号或统一社会信用代码"),
        LineQuery,
    ),
    responses((status = 200, description = "一行", body = RosterBody)),
    extensions(("x-problems" = json!(["not_found", "invalid_query"])), ("x-tagged" = json!(true))),
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

/// Members of a line that are not settled here.
const OF_THE_SERVER: [&str; 6] = ["agency", "scope", "path", "level", "kind", "name"];
/// Members that an edit settles: what it does not speak of stays, the reason is given anew each time.
const SETTLED: [&str; 4] = ["exempt", "due_on", "parent_id", "reason"];

/// Reads what is to become of a line; `now` is what it is.
fn read_edit(patch: &Map<String, Value>, now: &Value) -> Result<RosterEdit, Vec<InputFault>> {
    let mut wanted = merge(now, patch);
    wanted.retain(|name, _| patch.contains_key(name) || !SETTLED.contains(&name.as_str()));
    let mut fields = Fields::new(&wanted, Some(now));
    fields.read_only(&OF_THE_SERVER);
    let exempt = match fields.take("exempt") {
        Some(Value::Bool(exempt)) => Some(*exempt),
        Some(_) => {
            fields.fault("exempt", "wrong_type");
            None
        }
        None => None,
    };
    let due_on = fields.day("due_on");
    let parent = fields.read("parent_id", |text| text.parse().map_err(|()| "invalid_id"));
    let reason = fields.text("reason", 2_000);
    let faults = fields.finish();
    if faults.is_empty() { Ok(RosterEdit { exempt, due_on, parent, reason }) } else { Err(faults) }
}

/// 调整应报名单
///
/// 免报（`exempt`）、改期（`due_on`）、改隶（`parent_id`，连同以下各行），必须写明理由；没有改动的原样送回，什么都不变。
/// 由主管部门或系统管理员进行；年度关闭后名单只能这样改动。
#[utoipa::path(
    tag = "years",
    params(
        ("year" = i32, Path, description = "年度", minimum = 2008, maximum = 2099),
        ("agency" = String, Path, description = "机关编号或统一社会信用代码"),
        LineQuery,
    ),
    request_body(content = ref("#/components/schemas/RosterPatch"), content_type = "application/merge-patch+json"),
    responses((status = 200, description = "调整后的一行", body = RosterBody)),
    extensions(
        ("x-problems" = json!(["not_found", "forbidden", "invalid_input", "read_only", "agency_cycle",
            "year_state", "invalid_query"])),
        ("x-tagged" = json!(true)),
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
    let body = call.json(MERGE_PATCH).await?;
    if let Some(parent) = named_agency(&body.object, "parent_id") {
        call.look(move |connection, asking| years::require_place_right(connection, asking, year.0, &parent))
            .await?;
    }
    let query: LineQuery = call.query()?;
    let version = call.if_match(years::version_of(&line))?;
    let now = json!(RosterBody::from(&line));
    let edit = read_edit(&body.object, &now).map_err(Problem::of_body)?;
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
