//! Listing reports: the published ones, and drafts within the caller's grants.

use super::body::{ReportBody, ReportList, Shown};
use crate::domain::calendar::start_of;
use crate::domain::page::PageValue;
use crate::domain::report::{ReportFilter, ReportHead, ReportOrder, Scope, Timeliness};
use crate::domain::rights::Right;
use crate::domain::workflow::State;
use crate::http::kernel::table::{self, TableFormat};
use crate::http::kernel::{
    Call, Paging, Problem, Reply, Sort, SortField, Sortable, View, YearNumber, list_reply, listed, parameter,
    query,
};
use crate::operations::AgencyRef;
use crate::operations::reports::{self, ReportQuery};
use crate::operations::store::RestsOn;
use actix_web::get;
use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Sorts before every time there is; both engines write it alike.
fn never() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or(NaiveDate::MIN).and_time(NaiveTime::MIN)
}

fn text(value: impl ToString) -> PageValue {
    PageValue::Text(value.to_string())
}

/// Fields reports can be listed by.
impl Sortable for ReportHead {
    type Order = ReportOrder;
    const FIELDS: &'static [SortField<ReportHead, ReportOrder>] = &[
        SortField {
            name: "year",
            order: ReportOrder::Year,
            value: |head| PageValue::Integer(head.report.year),
        },
        SortField { name: "status", order: ReportOrder::Status, value: |head| text(head.state.as_str()) },
        SortField {
            name: "agency_name",
            order: ReportOrder::AgencyName,
            value: |head| text(&head.agency_name),
        },
        SortField {
            name: "published_at",
            order: ReportOrder::PublishedAt,
            value: |head| PageValue::Time(head.published_at.unwrap_or_else(never)),
        },
        SortField {
            name: "created_at",
            order: ReportOrder::CreatedAt,
            value: |head| PageValue::Time(head.report.created_at),
        },
        SortField {
            name: "updated_at",
            order: ReportOrder::UpdatedAt,
            value: |head| PageValue::Time(head.updated_at),
        },
    ];
}

query!(ReportListQuery {
    /// 年度。
    year: Option<YearNumber>,
    /// 机关：编号或统一社会信用代码。
    agency_id: Option<AgencyRef>,
    /// 某机关及其以下：编号或统一社会信用代码。
    within: Option<AgencyRef>,
    /// 范围。
    scope: Option<Scope>,
    /// 状态。
    status: Option<State>,
    /// 发布日期不早于（UTC+8 的日期）。
    published_from: Option<NaiveDate>,
    /// 发布日期不晚于（UTC+8 的日期）。
    published_to: Option<NaiveDate>,
    /// 此时间或之后有变动。
    updated_since: Option<NaiveDateTime>,
    /// 是否按期。
    timeliness: Option<Timeliness>,
    /// 标题或机关名称中含有的文字。
    q: Option<String>,
    /// 只要这些成员，逗号分隔；要 `sections` 也在这里写明。`id` 总在其中。
    fields: Option<Fields>,
    /// `published`：有授权时也只列已发布的。
    view: Option<View>,
    /// 排序字段，逗号分隔，前加 `-` 为降序：year、status、agency_name、published_at、created_at、updated_at。
    sort: Option<Sort<ReportHead>>,
    page: Paging,
    /// `json`（默认）或 `csv`；不给则按 `Accept`。
    format: Option<TableFormat>,
});

/// Members an item can be asked for.
const MEMBERS: [&str; 24] = [
    "id",
    "agency",
    "year",
    "scope",
    "format",
    "title",
    "status",
    "revision",
    "signed_by",
    "signed_on",
    "index_number",
    "source_url",
    "source_published_on",
    "due_on",
    "submitted_at",
    "published_at",
    "timeliness",
    "correction",
    "sections",
    "findings",
    "allowed_actions",
    "created_at",
    "updated_at",
    "agency_id",
];

/// What a table of reports tells; sections are tables themselves, see the bundle.
const COLUMNS: &[&str] = &[
    "id",
    "agency.id",
    "agency.name",
    "agency.uscc",
    "year",
    "scope",
    "format",
    "title",
    "status",
    "revision",
    "signed_by",
    "signed_on",
    "index_number",
    "source_url",
    "source_published_on",
    "due_on",
    "submitted_at",
    "published_at",
    "timeliness",
    "correction.reason",
    "correction.at",
    "created_at",
    "updated_at",
];

/// The members an item is asked for.
#[derive(Debug)]
pub struct Fields(Vec<String>);

parameter!(Fields, listed(&format!("({})", MEMBERS.join("|")), MEMBERS.len(), &MEMBERS), |text| {
    let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
    let known = names.iter().all(|name| MEMBERS.contains(&name.as_str()));
    if known { Ok(Fields(names)) } else { Err("invalid_value") }
});

/// 报告列表
///
/// 已发布的报告，以及授权范围内的草稿。条目不含 `sections`，除非 `fields` 要求。
#[utoipa::path(
    tag = "reports",
    params(ReportListQuery),
    responses((status = 200, description = "一页报告",
        content((ReportList = "application/json"), (String = "text/csv")))),
)]
#[get("/reports")]
pub async fn list_reports(call: Call) -> Result<Reply, Problem> {
    let query: ReportListQuery = call.query()?;
    let fields = query.fields.map(|fields| fields.0);
    if query.published_from.zip(query.published_to).is_some_and(|(from, to)| from > to) {
        return Err(Problem::of_query(vec![("published_to".to_owned(), "range_order")]));
    }
    let order = query.page.order(&call, "reports", &query.sort.map_or_else(Vec::new, |sort| sort.0))?;
    let wanted = ReportQuery {
        filter: ReportFilter {
            year: query.year.map(|year| year.0),
            scope: query.scope,
            status: query.status,
            published_from: query.published_from.map(start_of),
            published_before: query.published_to.map(|day| start_of(day) + Duration::days(1)),
            updated_since: query.updated_since,
            timeliness: query.timeliness,
            q: query.q,
            published_only: query.view.is_some(),
            ..ReportFilter::default()
        },
        agency: query.agency_id,
        within: query.within,
    };
    let (page, count, format) = (order.page.clone(), query.page.count, query.format);
    let wants = |names: &[&str]| {
        fields.as_ref().is_some_and(|fields| fields.iter().any(|field| names.contains(&field.as_str())))
    };
    let whole = wants(&["sections"]);
    let judged = fields.is_none() || wants(&["findings", "allowed_actions"]);
    let (rows, total) = call
        .look(move |connection, asking| {
            let total = count.then(|| reports::count(connection, &asking.rights, &wanted)).transpose()?;
            let public = !asking.rights.may_somewhere(Right::SeeDrafts) || wanted.filter.published_only;
            // What everybody is shown in a list is one statement, and nothing is judged.
            let rows = if whole || (judged && !public) {
                let views = reports::list(connection, asking, &wanted, &page)?;
                let shown = Shown::of_all(connection, asking, views)?.into_iter();
                shown.map(|shown| Listed { head: shown.view.head(), shown: Some(shown) }).collect()
            } else {
                let heads = reports::heads(connection, asking, &wanted, &page)?.into_iter();
                heads.map(|head| Listed { head, shown: None }).collect::<Vec<Listed>>()
            };
            Ok((rows, total))
        })
        .await?;
    let (rows, next) = order.cut_by(rows, |row| &row.head, |head| head.report.id.to_string());
    let items: Vec<Item> = rows.into_iter().map(|row| item(row, fields.as_deref())).collect();
    let reply = list_reply(&call, items, next, total).keep(RestsOn::Anything);
    let wanted = |column: &&&str| {
        let member = column.split('.').next().unwrap_or(column);
        fields.as_ref().is_none_or(|fields| member == "id" || fields.iter().any(|field| field == member))
    };
    let columns: Vec<&str> = COLUMNS.iter().filter(wanted).copied().collect();
    table::page((&call, format), reply, &columns)
}

/// A row of the list; with all that one of its readers is shown where that was asked for.
struct Listed {
    head: ReportHead,
    shown: Option<Shown>,
}

/// A row as it is told: whole, or those members that were asked for.
#[derive(Serialize)]
#[serde(untagged)]
enum Item {
    Whole(Box<ReportBody>),
    Part(Map<String, Value>),
}

fn item(row: Listed, fields: Option<&[String]>) -> Item {
    let whole = fields.is_some_and(|fields| fields.iter().any(|name| name == "sections"));
    let body = match row.shown {
        Some(shown) if whole => ReportBody::of(&shown),
        Some(shown) => ReportBody::in_list(&shown),
        None => ReportBody::of_head(row.head),
    };
    let Some(fields) = fields else { return Item::Whole(Box::new(body)) };
    let wanted = |name: &String| name == "id" || fields.contains(name);
    match json!(body) {
        Value::Object(members) => Item::Part(members.into_iter().filter(|(name, _)| wanted(name)).collect()),
        _ => Item::Whole(Box::new(body)),
    }
}
