//! `/search`: full text over published narratives.

use super::kernel::call::Call;
use super::kernel::cursor::Seal;
use super::kernel::names::SectionKind;
use super::kernel::paging::{bad_cursor, list_reply_with};
use super::kernel::problem::{Code, Problem};
use super::kernel::query::{CursorText, Limit, Phrase, SectionKey, YearNumber, query};
use super::kernel::reply::Reply;
use super::kernel::table::{self, TableFormat};
use super::statistics::AsOfBody;
use crate::domain::page::COUNTED;
use crate::domain::report::SearchFilter;
use crate::operations::AgencyRef;
use crate::operations::search::{self, Hit, Question};
use actix_web::get;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config.service(search_reports);
}

/// 机关。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SearchAgency)]
pub struct AgencyBody {
    #[schema(format = "uuid")]
    id: String,
    /// 填报时的名称。
    name: String,
}

/// 一处命中。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SearchHit)]
pub struct HitBody {
    #[schema(format = "uuid")]
    report_id: String,
    agency: AgencyBody,
    year: i32,
    #[schema(value_type = SectionKind)]
    section: String,
    /// 命中之处，`<em>` 标出；其余已转义，可以直接放进网页。
    snippet: String,
}

/// 一页命中。
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchList {
    items: Vec<HitBody>,
    /// 下一页的游标；空 = 没有下一页。
    next_cursor: Option<String>,
    /// 总数，仅在 `count=true` 时。
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    as_of: AsOfBody,
}

impl From<Hit> for HitBody {
    fn from(hit: Hit) -> HitBody {
        HitBody {
            report_id: hit.found.report_id,
            agency: AgencyBody { id: hit.found.agency_id, name: hit.found.agency_name },
            year: hit.found.year,
            section: hit.found.section,
            snippet: hit.snippet,
        }
    }
}

query!(SearchQuery {
    /// 要找的词句；整句匹配，不分全角半角、大小写。
    q: Phrase,
    /// 某机关及其以下：编号或统一社会信用代码。
    within: Option<AgencyRef>,
    /// 报告年度。
    year: Option<YearNumber>,
    /// 部分的键名，如 `overview`。
    section: Option<SectionKey>,
    /// 每页条数，1–200，默认 50。
    limit: Option<Limit>,
    /// 上一页给出的游标。
    cursor: Option<CursorText>,
    /// 是否给出总数；超过一千只说至少有多少。
    count: Option<bool>,
    /// `json`（默认）或 `csv`；不给则按 `Accept`。
    format: Option<TableFormat>,
});

/// Longest wait for the index to have what was published when it was asked.
const PATIENCE: Duration = Duration::from_millis(500);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// 全文检索
///
/// 在已发布报告的叙述部分中找一句话。索引随公开变更更新，至多等 0.5 秒让它跟上；`as_of` 写明结果截至哪一条变更。
#[utoipa::path(
    tag = "search",
    params(SearchQuery),
    responses((status = 200, description = "一页命中",
        content((SearchList = "application/json"), (String = "text/csv")))),
    extensions(("x-problems" = json!([Code::InvalidQuery, Code::InvalidCursor])), ("x-list" = json!(true))),
)]
#[get("/search")]
pub async fn search_reports(call: Call) -> Result<Reply, Problem> {
    let query: SearchQuery = call.query()?;
    let seal = Seal::of(&call, "search")?;
    let after = match &query.cursor {
        None => 0,
        Some(cursor) => {
            let said = seal.open(&cursor.0)?;
            std::str::from_utf8(&said).ok().and_then(|row| row.parse().ok()).ok_or_else(bad_cursor)?
        }
    };
    let question = Question {
        q: query.q.0,
        filter: SearchFilter {
            year: query.year.map(|year| year.0),
            section: query.section.map(|section| section.0),
            within: None,
        },
        within: query.within,
        after,
        limit: usize::try_from(query.limit.map_or(50, |limit| limit.0)).unwrap_or(50),
    };
    let question = Arc::new(question);
    let format = query.format;
    let count = query.count == Some(true);
    let until = Instant::now() + PATIENCE;
    // In one snapshot with the question whether the index has come so far: a standby has an index of its own.
    let (hits, next, total, as_of) = loop {
        let (question, waits) = (Arc::clone(&question), Instant::now() < until);
        let look = call.look(move |connection, _| {
            let (indexed, published) = search::progress(connection)?;
            if waits && indexed < published {
                return Ok(None);
            }
            let (hits, next) = search::search(connection, &question)?;
            let total = count.then(|| search::count(connection, &question)).transpose()?;
            Ok(Some((hits, next, total, search::as_of(connection)?)))
        });
        match look.await? {
            Some(found) => break found,
            None => actix_web::rt::time::sleep(LOOK_AGAIN).await,
        }
    };
    let items: Vec<HitBody> = hits.into_iter().map(HitBody::from).collect();
    let mut more = Map::from_iter([("as_of".to_owned(), json!(AsOfBody::from(as_of)))]);
    let total = match total {
        // The steps ended before the count did.
        Some((least, false)) if least <= COUNTED => {
            more.extend([("total".to_owned(), Value::Null), ("total_at_least".to_owned(), json!(least))]);
            None
        }
        counted => counted.map(|(total, _)| total),
    };
    let reply = list_reply_with(
        &call,
        json!(items),
        next.map(|row| seal.close(row.to_string().as_bytes())),
        total,
        more,
    );
    table::page(
        (&call, format),
        reply,
        &["report_id", "agency.id", "agency.name", "year", "section", "snippet"],
    )
}
