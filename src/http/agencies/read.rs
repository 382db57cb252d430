//! Reading the registry.

use super::body::{AgencyBody, AgencyList, AncestorList, TreeBody};
use super::shown;
use crate::domain::agency::{Agency, AgencyFilter, AgencyOrder, AgencyStatus, Kind, Level};
use crate::domain::page::PageValue;
use crate::http::kernel::table::{self, TableFormat};
use crate::http::kernel::{
    Call, Depth, DivisionPrefix, Paging, Problem, Reply, Sort, SortField, Sortable, list_reply, query,
};
use crate::operations::AgencyRef;
use crate::operations::agencies::{self, AgencyQuery};
use crate::operations::store::RestsOn;
use actix_web::get;
use chrono::NaiveDate;

fn text(value: impl ToString) -> PageValue {
    PageValue::Text(value.to_string())
}

/// Fields the registry can be listed by.
impl Sortable for Agency {
    type Order = AgencyOrder;
    const FIELDS: &'static [SortField<Agency, AgencyOrder>] = &[
        SortField { name: "name", order: AgencyOrder::Name, value: |agency| text(&agency.name) },
        SortField { name: "level", order: AgencyOrder::Level, value: |agency| text(agency.level.as_str()) },
        SortField { name: "kind", order: AgencyOrder::Kind, value: |agency| text(agency.kind.as_str()) },
        SortField {
            name: "division_code",
            order: AgencyOrder::DivisionCode,
            value: |agency| text(agency.division_code.as_ref().map(ToString::to_string).unwrap_or_default()),
        },
        SortField {
            name: "created_at",
            order: AgencyOrder::CreatedAt,
            value: |agency| PageValue::Time(agency.created_at),
        },
        SortField {
            name: "updated_at",
            order: AgencyOrder::UpdatedAt,
            value: |agency| PageValue::Time(agency.updated_at),
        },
    ];
}

query!(AgencyListQuery {
    /// 名称（全称或简称）中含有的文字。
    q: Option<String>,
    /// 层级。
    level: Option<Level>,
    /// 类别。
    kind: Option<Kind>,
    /// 状态。
    status: Option<AgencyStatus>,
    /// 行政区划代码的开头，1–12 位数字。
    division_code: Option<DivisionPrefix>,
    /// 上级机关：编号或统一社会信用代码。
    parent_id: Option<AgencyRef>,
    /// 某机关及其以下：编号或统一社会信用代码。
    within: Option<AgencyRef>,
    /// 某一天的机关登记：当日存在的机关；已经合并、撤销的只在 `status` 指明时列出。不给则为现在的。
    at: Option<NaiveDate>,
    /// 排序字段，逗号分隔，前加 `-` 为降序：name、level、kind、division_code、created_at、updated_at。
    sort: Option<Sort<Agency>>,
    page: Paging,
    /// `json`（默认）或 `csv`；不给则按 `Accept`。
    format: Option<TableFormat>,
});

/// 机关列表
///
/// 按条件列出机关；不给 `sort` 时按建立先后排列。
#[utoipa::path(
    tag = "agencies",
    params(AgencyListQuery),
    responses((status = 200, description = "一页机关",
        content((AgencyList = "application/json"), (String = "text/csv")))),
)]
#[get("/agencies")]
pub async fn list_agencies(call: Call) -> Result<Reply, Problem> {
    let query: AgencyListQuery = call.query()?;
    let order = query.page.order(&call, "agencies", &query.sort.map_or_else(Vec::new, |sort| sort.0))?;
    let wanted = AgencyQuery {
        filter: AgencyFilter {
            q: query.q,
            level: query.level,
            kind: query.kind,
            status: query.status,
            division_code: query.division_code.map(|prefix| prefix.0),
            ..AgencyFilter::default()
        },
        parent: query.parent_id,
        within: query.within,
    };
    let (page, count, at) = (order.page.clone(), query.page.count, query.at);
    let format = query.format;
    let (rows, total) = call
        .look(move |connection, _| {
            if let Some(day) = at {
                return agencies::list_at(connection, day, &wanted, &page, count);
            }
            let total = count.then(|| agencies::count(connection, &wanted)).transpose()?;
            Ok((agencies::list(connection, &wanted, &page)?, total))
        })
        .await?;
    let (rows, next) = order.cut(rows, |agency| agency.id.to_string());
    let items: Vec<AgencyBody> = rows.iter().map(AgencyBody::of).collect();
    let reply = list_reply(&call, items, next, total).keep(RestsOn::Anything);
    table::page((&call, format), reply, COLUMNS)
}

/// What a table of agencies tells.
const COLUMNS: &[&str] = &[
    "id",
    "name",
    "short_name",
    "uscc",
    "level",
    "kind",
    "division_code",
    "parent_id",
    "status",
    "valid_from",
    "valid_to",
    "successor_id",
    "contact.address",
    "contact.postcode",
    "contact.phone",
    "contact.email",
    "contact.website",
    "created_at",
    "updated_at",
];

query!(AtQuery {
    /// 某一天的机关登记：尚未设立或期限已过的为 404，已经合并、撤销的写明其状态；不给则为现在的。
    at: Option<NaiveDate>,
});

/// 读取机关
///
/// `{agency}` 是编号或统一社会信用代码。
#[utoipa::path(
    tag = "agencies",
    params(AtQuery),
    responses((status = 200, description = "机关", body = AgencyBody)),
)]
#[get("/agencies/{agency}")]
pub async fn read_agency(call: Call) -> Result<Reply, Problem> {
    let wanted: AgencyRef = call.part("agency")?;
    let named = wanted.clone();
    let query: AtQuery = call.query_after(move |connection, _| agencies::find(connection, &named)).await?;
    let agency = call
        .look(move |connection, _| match query.at {
            Some(day) => agencies::find_at(connection, &wanted, day),
            None => agencies::find(connection, &wanted),
        })
        .await?;
    Ok(shown(&agency, call.language()).keep(RestsOn::Anything))
}

/// 上级机关
///
/// 从顶级到直接上级，依次列出。
#[utoipa::path(
    tag = "agencies",
    params(AtQuery),
    responses((status = 200, description = "各级上级机关", body = AncestorList)),
)]
#[get("/agencies/{agency}/ancestors")]
pub async fn list_ancestors(call: Call) -> Result<Reply, Problem> {
    let wanted: AgencyRef = call.part("agency")?;
    let named = wanted.clone();
    let query: AtQuery = call.query_after(move |connection, _| agencies::find(connection, &named)).await?;
    let above = call
        .look(move |connection, _| match query.at {
            Some(day) => agencies::ancestors_at(connection, &wanted, day),
            None => agencies::ancestors(connection, &wanted),
        })
        .await?;
    Ok(Reply::ok(&AncestorList { items: above.iter().map(AgencyBody::of).collect(), next_cursor: None })
        .keep(RestsOn::Anything))
}

query!(ChildrenQuery {
    /// 某一天的机关登记：当日存在的机关；不给则为现在的。
    at: Option<NaiveDate>,
    /// 排序字段，同机关列表。
    sort: Option<Sort<Agency>>,
    page: Paging,
    /// `json`（默认）或 `csv`；不给则按 `Accept`。
    format: Option<TableFormat>,
});

/// 直接下级
///
/// 一页直接隶属于该机关的机关。
#[utoipa::path(
    tag = "agencies",
    params(ChildrenQuery),
    responses((status = 200, description = "一页机关",
        content((AgencyList = "application/json"), (String = "text/csv")))),
)]
#[get("/agencies/{agency}/children")]
pub async fn list_children(call: Call) -> Result<Reply, Problem> {
    let parent: AgencyRef = call.part("agency")?;
    let named = parent.clone();
    let query: ChildrenQuery =
        call.query_after(move |connection, _| agencies::find(connection, &named)).await?;
    let order = query.page.order(&call, "children", &query.sort.map_or_else(Vec::new, |sort| sort.0))?;
    let (page, count, at) = (order.page.clone(), query.page.count, query.at);
    let (rows, total) = call
        .look(move |connection, _| match at {
            Some(day) => {
                let named = agencies::find_at(connection, &parent, day)?;
                let parent = Some(AgencyRef::Id(named.id));
                let wanted = AgencyQuery { parent, ..AgencyQuery::default() };
                agencies::list_at(connection, day, &wanted, &page, count)
            }
            None => agencies::page_of_children(connection, &parent, &page, count),
        })
        .await?;
    let (rows, next) = order.cut(rows, |agency| agency.id.to_string());
    let items: Vec<AgencyBody> = rows.iter().map(AgencyBody::of).collect();
    let reply = list_reply(&call, items, next, total).keep(RestsOn::Anything);
    table::page((&call, query.format), reply, COLUMNS)
}

query!(TreeQuery {
    /// 往下几层，0–24，默认 3。
    depth: Option<Depth>,
    /// 某一天的机关登记：当日存在的机关；已经终止的只在其下还有存在的机关时列出。不给则为现在的。
    at: Option<NaiveDate>,
});

/// 下级树
///
/// 该机关及其以下的机关，逐层列出，至多 5000 个：再多则给不全的那一层及更深的不列出，并写明 `truncated`。
#[utoipa::path(
    tag = "agencies",
    params(TreeQuery),
    responses((status = 200, description = "机关及其下级", body = TreeBody)),
    extensions(("x-cost" = json!("scan"))),
)]
#[get("/agencies/{agency}/tree")]
pub async fn read_tree(call: Call) -> Result<Reply, Problem> {
    let root: AgencyRef = call.part("agency")?;
    let named = root.clone();
    let query: TreeQuery = call.query_after(move |connection, _| agencies::find(connection, &named)).await?;
    let depth = query.depth.map_or(3, |depth| depth.0);
    let tree = call
        .look(move |connection, _| match query.at {
            Some(day) => agencies::tree_at(connection, &root, depth, day),
            None => agencies::tree(connection, &root, depth),
        })
        .await?;
    Ok(Reply::ok(&TreeBody::of(&tree)))
}
