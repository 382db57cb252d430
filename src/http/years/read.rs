//! Reading years and rosters.

use super::body::{RosterBody, RosterList, YearBody, YearList};
use super::shown;
use crate::domain::roster::RosterEntry;
use crate::domain::year::ReportingYear;
use crate::http::kernel::call::Call;
use crate::http::kernel::paging::{PageOrder, SortField, list_reply};
use crate::http::kernel::problem::{Code, Problem};
use crate::http::kernel::query::{CursorText, Limit, NoParameters, YearNumber, query};
use crate::http::kernel::reply::Reply;
use crate::http::kernel::table::{self, TableFormat};
use crate::operations::store::RestsOn;
use crate::operations::{AgencyRef, years};
use actix_web::get;
use serde_json::json;

static NO_SORTS: &[SortField<ReportingYear>] = &[];
static NO_ROSTER_SORTS: &[SortField<RosterEntry>] = &[];

query!(YearListQuery {
    /// 每页条数，1–200，默认 50。
    limit: Option<Limit>,
    /// 上一页给出的游标。
    cursor: Option<CursorText>,
    /// 是否给出总数；超过一千只说至少有多少。
    count: Option<bool>,
});

/// 报告年度列表
///
/// 按年度先后排列。
#[utoipa::path(
    tag = "years",
    params(YearListQuery),
    responses((status = 200, description = "一页报告年度", body = YearList)),
    extensions(("x-problems" = json!([Code::InvalidQuery, Code::InvalidCursor])), ("x-list" = json!(true))),
)]
#[get("/years")]
pub async fn list_years(call: Call) -> Result<Reply, Problem> {
    let query: YearListQuery = call.query()?;
    let order = PageOrder::read(&call, "years", NO_SORTS, None, query.limit, query.cursor.as_ref())?;
    let after = order.page.after_id.as_deref().and_then(|year| year.parse().ok()).unwrap_or(0);
    let (limit, count) = (order.page.limit, query.count == Some(true));
    let (rows, total) = call.look(move |connection, _| years::list(connection, after, limit, count)).await?;
    let (rows, next) = order.cut(rows, |year| year.plan.year.to_string());
    let items: Vec<YearBody> = rows.iter().map(YearBody::from).collect();
    Ok(list_reply(&call, json!(items), next, total).keep(RestsOn::Anything))
}

/// 读取报告年度
///
/// 年度的状态、统计期、应报日期。
#[utoipa::path(
    tag = "years",
    params(crate::http::paths::Year),
    responses((status = 200, description = "报告年度", body = YearBody)),
    extensions(("x-problems" = json!([Code::NotFound, Code::InvalidQuery])), ("x-tagged" = json!(true))),
)]
#[get("/years/{year}")]
pub async fn read_year(call: Call) -> Result<Reply, Problem> {
    let wanted: YearNumber = call.part("year")?;
    let year = call.look(move |connection, _| years::find(connection, wanted.0)).await?;
    let _: NoParameters = call.query()?;
    Ok(shown(&year, call.language()).keep(RestsOn::Anything))
}

query!(RosterQuery {
    /// 某机关及其以下：编号或统一社会信用代码。
    within: Option<AgencyRef>,
    /// 每页条数，1–200，默认 50。
    limit: Option<Limit>,
    /// 上一页给出的游标。
    cursor: Option<CursorText>,
    /// 是否给出总数；超过一千只说至少有多少。
    count: Option<bool>,
    /// `json`（默认）或 `csv`；不给则按 `Accept`。
    format: Option<TableFormat>,
});

/// 应报名单
///
/// 该年度每份应报的报告一行。年度未关闭时随机关登记变动，关闭后固定不变。
#[utoipa::path(
    tag = "years",
    params(crate::http::paths::Year, RosterQuery),
    responses((status = 200, description = "一页应报名单",
        content((RosterList = "application/json"), (String = "text/csv")))),
    extensions(
        ("x-problems" = json!([Code::NotFound, Code::InvalidQuery, Code::InvalidCursor])),
        ("x-list" = json!(true)),
    ),
)]
#[get("/years/{year}/roster")]
pub async fn list_roster(call: Call) -> Result<Reply, Problem> {
    let year: YearNumber = call.part("year")?;
    let query: RosterQuery = call.query_after(move |connection, _| years::find(connection, year.0)).await?;
    let order = PageOrder::read(&call, "roster", NO_ROSTER_SORTS, None, query.limit, query.cursor.as_ref())?;
    // A row is named by its agency and its scope.
    let after = order.page.after_id.as_deref().and_then(|id| id.split_once(' '));
    let after = after.map(|(agency, scope)| (agency.to_owned(), scope.to_owned()));
    let (limit, count, within) = (order.page.limit, query.count == Some(true), query.within);
    let format = query.format;
    let (rows, total) = call
        .look(move |connection, _| {
            years::roster_page(connection, year.0, within.as_ref(), after.clone(), limit, count)
        })
        .await?;
    let (rows, next) = order.cut(rows, |entry| format!("{} {}", entry.agency_id, entry.scope));
    let items: Vec<RosterBody> = rows.iter().map(RosterBody::from).collect();
    let reply = list_reply(&call, json!(items), next, total).keep(RestsOn::Anything);
    table::page((&call, format), reply, COLUMNS)
}

/// What a table of a roster tells.
const COLUMNS: &[&str] =
    &["agency.id", "name", "scope", "level", "kind", "path", "due_on", "exempt", "reason"];
