//! `/search`: full text over published narratives.

use super::kernel::cursor::Seal;
use super::kernel::names::SectionKind;
use super::kernel::table::{self, TableFormat};
use super::kernel::{
    Call, Paging, Phrase, Problem, Reply, SectionKey, YearNumber, answer, bad_cursor, list_reply_with, query,
};
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

answer! {
    /// 一处命中。
    #[schema(as = SearchHit)]
    pub struct HitBody of(hit: Hit) {
        #[schema(format = "uuid")]
        report_id: String = hit.found.report_id,
        agency: AgencyBody = AgencyBody { id: hit.found.agency_id, name: hit.found.agency_name },
        year: i32 = hit.found.year,
        #[schema(value_type = SectionKind)]
        section: String = hit.found.section,
        /// 命中之处，`<em>` 标出；其余已转义，可以直接放进网页。
        snippet: String = hit.snippet,
    }
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

query!(SearchQuery {
    /// 要找的词句；整句匹配，不分全角半角、大小写。
    q: Phrase,
    /// 某机关及其以下：编号或统一社会信用代码。
    within: Option<AgencyRef>,
    /// 报告年度。
    year: Option<YearNumber>,
    /// 部分的键名，如 `overview`。
    section: Option<SectionKey>,
    page: Paging,
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
)]
#[get("/search")]
pub async fn search_reports(call: Call) -> Result<Reply, Problem> {
    let query: SearchQuery = call.query()?;
    let seal = Seal::of(&call, "search")?;
    let after = match &query.page.cursor {
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
        limit: usize::try_from(query.page.rows()).unwrap_or(50),
    };
    let question = Arc::new(question);
    let format = query.format;
    let count = query.page.count;
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
    let items: Vec<HitBody> = hits.into_iter().map(HitBody::of).collect();
    let mut more = Map::from_iter([("as_of".to_owned(), json!(AsOfBody::of(as_of)))]);
    let total = match total {
        // The steps ended before the count did.
        Some((least, false)) if least <= COUNTED => {
            more.extend([("total".to_owned(), Value::Null), ("total_at_least".to_owned(), json!(least))]);
            None
        }
        counted => counted.map(|(total, _)| total),
    };
    let reply =
        list_reply_with(&call, items, next.map(|row| seal.close(row.to_string().as_bytes())), total, more);
    table::page(
        (&call, format),
        reply,
        &["report_id", "agency.id", "agency.name", "year", "section", "snippet"],
    )
}
