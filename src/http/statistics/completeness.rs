//! How far a year is, and who is missing.

use super::body::{AgencyBody, AsOfBody, within};
use crate::domain::roster::RosterEntry;
use crate::domain::statistics::Progress;
use crate::http::kernel::format::day;
use crate::http::kernel::names::ReportScope;
use crate::http::kernel::table::{self, TableFormat};
use crate::http::kernel::{
    Call, Code, Page, PageOrder, Paging, Problem, Reply, YearNumber, answer, list_reply, one_of, parameter,
    query,
};
use crate::operations::AgencyRef;
use crate::operations::statistics::{self, CompletenessGroup, as_of, place};
use actix_web::get;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// `child`.
#[derive(Debug, Clone, Copy)]
pub struct ByChild;

parameter!(ByChild, one_of(&["child"]), |text| if text == "child" {
    Ok(ByChild)
} else {
    Err("invalid_value")
});

query!(CompletenessQuery {
    /// 报告年度。
    year: YearNumber,
    /// 某机关及其以下：编号或统一社会信用代码；不给则为全部。
    within: Option<AgencyRef>,
    /// `child`：按直接下级分组。
    group_by: Option<ByChild>,
    /// `json`（默认）或 `csv`；不给则按 `Accept`。
    format: Option<TableFormat>,
});

answer! {
    /// 各阶段的份数。没有授权的看不到草稿、在审、待发布；对他们，`missing` 是全部未发布的。
    #[schema(as = CompletenessCounts)]
    pub struct CountsBody of(progress: &Progress, all: bool) {
        /// 应报。
        expected: i64 = progress.expected,
        draft: Option<i64> = all.then_some(progress.draft),
        in_review: Option<i64> = all.then_some(progress.in_review),
        approved: Option<i64> = all.then_some(progress.approved),
        published: i64 = progress.published,
        on_time: i64 = progress.on_time,
        late: i64 = progress.published - progress.on_time - progress.archived,
        /// 未报。
        missing: i64 = {
            let open = progress.draft + progress.in_review + progress.approved;
            progress.expected - progress.published - if all { open } else { 0 }
        },
        /// 装载的旧文件：已发布，不论按期与否。
        archived: i64 = progress.archived,
    }
}

/// 一个下级。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CompletenessGroup)]
pub struct GroupBody {
    agency: AgencyBody,
    #[serde(flatten)]
    counts: CountsBody,
}

/// 完成情况。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Completeness)]
pub struct CompletenessBody {
    year: i32,
    /// 机关编号；空 = 全部。
    #[schema(format = "uuid")]
    within: Option<String>,
    group_by: Option<&'static str>,
    groups: Vec<GroupBody>,
    total: CountsBody,
    as_of: AsOfBody,
}

/// 完成情况
///
/// 按应报名单：应报、草稿、在审、待发布、已发布（其中按期、逾期、装载的旧文件）、未报。
/// `groups` 是直接下级，各含其以下全部；该机关自己应报的只在 `total` 里。
#[utoipa::path(
    tag = "statistics",
    params(CompletenessQuery),
    responses((status = 200, description = "完成情况",
        content((CompletenessBody = "application/json"), (String = "text/csv")))),
    extensions(("x-problems" = json!([Code::NotFound]))),
)]
#[get("/stats/completeness")]
pub async fn read_completeness(call: Call) -> Result<Reply, Problem> {
    let query: CompletenessQuery = call.query()?;
    let year = query.year.0;
    let by_child = query.group_by.is_some();
    let (at, (whole, groups), as_of) = call
        .look(move |connection, asking| {
            let at = place(connection, year, query.within.as_ref())?;
            let found = statistics::completeness(connection, asking, year, &at, by_child)?;
            Ok((at, found, as_of(connection)?))
        })
        .await?;
    let counts = |group: &CompletenessGroup| CountsBody::of(&group.progress, group.sees_drafts);
    let total = counts(&whole);
    let groups = groups.into_iter().filter_map(|group| {
        let counts = counts(&group);
        let line = group.agency?;
        let agency = AgencyBody { id: line.agency_id.to_string(), name: line.name };
        Some(GroupBody { agency, counts })
    });
    let body = CompletenessBody {
        year,
        within: within(&at),
        group_by: by_child.then_some("child"),
        groups: groups.collect(),
        total,
        as_of: AsOfBody::of(as_of),
    };
    let items = || -> Vec<Value> {
        match by_child {
            true => body.groups.iter().map(|group| json!(group)).collect(),
            false => vec![json!(body.total)],
        }
    };
    let nothing = || {
        let counts = CountsBody::of(&Progress::default(), whole.sees_drafts);
        json!(GroupBody { agency: AgencyBody::default(), counts })
    };
    table::reply((&call, query.format), &body, items, nothing)
}

query!(MissingQuery {
    /// 报告年度。
    year: YearNumber,
    /// 某机关及其以下：编号或统一社会信用代码；不给则为全部。
    within: Option<AgencyRef>,
    page: Paging,
    /// `json`（默认）或 `csv`；不给则按 `Accept`。
    format: Option<TableFormat>,
});

/// 未报的一份。
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = MissingReport)]
pub struct MissingBody {
    agency: AgencyBody,
    #[schema(value_type = ReportScope)]
    scope: &'static str,
    #[schema(format = Date)]
    due_on: String,
    overdue: bool,
}

pub type MissingList = Page<MissingBody>;

/// 未报的机关
///
/// 有授权的看到还没有开始填报的；公众看到全部未发布的。
#[utoipa::path(
    tag = "statistics",
    params(MissingQuery),
    responses((status = 200, description = "一页未报的机关",
        content((MissingList = "application/json"), (String = "text/csv")))),
    extensions(("x-problems" = json!([Code::NotFound]))),
)]
#[get("/stats/completeness/missing")]
pub async fn list_missing(call: Call) -> Result<Reply, Problem> {
    let query: MissingQuery = call.query()?;
    let year = query.year.0;
    let order: PageOrder<RosterEntry> = query.page.order(&call, "missing", &[])?;
    let after = order.page.after_id.as_deref().and_then(|id| id.split_once(' '));
    let after = after.map(|(agency, scope)| (agency.to_owned(), scope.to_owned()));
    let (limit, count) = (order.page.limit, query.page.count);
    let (rows, total) = call
        .look(move |connection, asking| {
            let at = place(connection, year, query.within.as_ref())?;
            let rows = statistics::missing(connection, asking, year, &at, after.as_ref(), limit)?;
            let whole = match count {
                true => Some(statistics::completeness(connection, asking, year, &at, false)?.0),
                false => None,
            };
            Ok((rows, whole.map(|whole| CountsBody::of(&whole.progress, whole.sees_drafts).missing)))
        })
        .await?;
    let today = call.asking().today;
    let (rows, next) = order.cut(rows, |line| format!("{} {}", line.agency_id, line.scope));
    let items = rows.into_iter().map(|line| MissingBody {
        agency: AgencyBody { id: line.agency_id.to_string(), name: line.name },
        scope: line.scope.as_str(),
        due_on: day(line.due_on),
        overdue: line.due_on < today,
    });
    let items: Vec<MissingBody> = items.collect();
    if table::wanted(&call, query.format)? {
        let rows: Vec<Value> = items.iter().map(|item| json!(item)).collect();
        return table::csv(&call, &rows, || json!(MissingBody::default()));
    }
    let reply = list_reply(&call, items, next, total);
    Ok(if query.format.is_some() { reply.named() } else { reply })
}
