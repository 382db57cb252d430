//! Reading years and rosters.

use super::body::{RosterBody, RosterList, YearBody, YearList};
use super::shown;
use crate::http::kernel::table::{self, TableFormat};
use crate::http::kernel::{Call, ListQuery, NoParameters, Paging, Problem, Reply, YearNumber, query};
use crate::operations::store::RestsOn;
use crate::operations::{AgencyRef, years};
use actix_web::get;

/// 报告年度列表
///
/// 按年度先后排列。
#[utoipa::path(
    tag = "years",
    params(ListQuery),
    responses((status = 200, description = "一页报告年度", body = YearList)),
)]
#[get("/years")]
pub async fn list_years(call: Call) -> Result<Reply, Problem> {
    let query: ListQuery = call.query()?;
    let paging = query.page;
    Ok(paging
        .list(
            &call,
            "years",
            |connection, _, page, count| {
                let after = page.after_id.as_deref().and_then(|year| year.parse().ok()).unwrap_or(0);
                years::list(connection, after, page.limit, count)
            },
            |year| year.plan.year.to_string(),
            YearBody::of,
        )
        .await?
        .keep(RestsOn::Anything))
}

/// 读取报告年度
///
/// 年度的状态、统计期、应报日期。
#[utoipa::path(
    tag = "years",
    responses((status = 200, description = "报告年度", body = YearBody)),
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
    page: Paging,
    /// `json`（默认）或 `csv`；不给则按 `Accept`。
    format: Option<TableFormat>,
});

/// 应报名单
///
/// 该年度每份应报的报告一行。年度未关闭时随机关登记变动，关闭后固定不变。
#[utoipa::path(
    tag = "years",
    params(RosterQuery),
    responses((status = 200, description = "一页应报名单",
        content((RosterList = "application/json"), (String = "text/csv")))),
)]
#[get("/years/{year}/roster")]
pub async fn list_roster(call: Call) -> Result<Reply, Problem> {
    let year: YearNumber = call.part("year")?;
    let query: RosterQuery = call.query_after(move |connection, _| years::find(connection, year.0)).await?;
    let (within, format) = (query.within, query.format);
    let paging = query.page;
    let reply = paging
        .list(
            &call,
            "roster",
            move |connection, _, page, count| {
                // A row is named by its agency and its scope.
                let after = page.after_id.as_deref().and_then(|id| id.split_once(' '));
                let after = after.map(|(agency, scope)| (agency.to_owned(), scope.to_owned()));
                years::roster_page(connection, year.0, within.as_ref(), after, page.limit, count)
            },
            |entry| format!("{} {}", entry.agency_id, entry.scope),
            RosterBody::of,
        )
        .await?
        .keep(RestsOn::Anything);
    table::page((&call, format), reply, COLUMNS)
}

/// What a table of a roster tells.
const COLUMNS: &[&str] =
    &["agency.id", "name", "scope", "level", "kind", "path", "due_on", "exempt", "reason"];
