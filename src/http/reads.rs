//! `/audit/access`: who read what that is not public; both logs as lines, for those who keep them elsewhere.

use super::audit::{AuditListQuery, AuditPerson, AuditSession, entry_time};
use super::kernel::accept::accepts;
use super::kernel::flow::{LINES, unsent};
use super::kernel::service::Service;
use super::kernel::shares::Client;
use super::kernel::{Call, Code, Page, Problem, Reply, Sequence, answer, query};
use crate::domain::audit::{Access, AccessFilter, ExportedLine, Origin};
use crate::operations::audit::{lines_after, list_reads};
use crate::operations::store::AnyConnection;
use crate::operations::{Asking, Refusal};
use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpResponse, get};
use futures_util::stream::{Stream, unfold};
use serde::Serialize;
use std::time::Duration;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config.service(list_access).service(export_access).service(export_audit);
}

/// By what it came.
fn origin_of(read: &Access) -> Origin {
    let (way, token_id) = (Some(read.way.clone()), read.token_id.clone());
    Origin { way, token_id, client: read.client.clone(), ..Origin::default() }
}

answer! {
    /// 一次读取；短时间内的相同读取合为一条。
    #[schema(as = AccessEntry)]
    pub struct AccessBody of(read: &Access) {
        #[schema(format = "uuid")]
        id: String = read.id.clone(),
        /// 第一次读取的时间，RFC 3339，UTC，微秒。
        #[schema(format = DateTime)]
        at: String = entry_time(read.at),
        /// 读取的人。
        person: AuditPerson = AuditPerson::of(&read.person_id, Some(&read.person_name)),
        /// 从哪里、由什么方式读的。
        session: Option<AuditSession> = AuditSession::of(&origin_of(read), true),
        /// 所读的操作：方法和路径的样式。
        operation: String = read.operation.clone(),
        /// 路径和查询参数。
        target: String = read.target.clone(),
        /// HTTP 状态码。
        status: i32 = read.status,
        /// 相同的读取有几次。
        times: i32 = read.times,
        #[schema(format = "uuid")]
        agency_id: Option<String> = read.agency_id.clone(),
        #[schema(format = "uuid")]
        report_id: Option<String> = read.report_id.clone(),
        /// 第一次读取的请求编号。
        request_id: String = read.request_id.clone(),
    }
}

pub type AccessList = Page<AccessBody>;

/// 读取记录
///
/// 谁读了不公开的内容：草稿和办理中的版本、原文件、别人的问题、人员和令牌、审计。与审计链分开，保留至少六个月，按时间清理；
/// 只给看全部审计的人。
#[utoipa::path(
    tag = "audit",
    params(AuditListQuery),
    responses((status = 200, description = "一页读取记录，自早至晚", body = AccessList)),
    extensions(("x-problems" = json!([Code::Forbidden])), ("x-token" = json!(true))),
)]
#[get("/audit/access")]
pub async fn list_access(call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let query: AuditListQuery = call
        .query_after(|connection, asking| {
            list_reads(connection, asking, (&AccessFilter::default(), None), None, 0, false)
        })
        .await?;
    query.require_order()?;
    let filter = AccessFilter {
        person_id: query.person_id.map(|id| id.to_string()),
        agency_id: None,
        report_id: query.report_id.map(|id| id.to_string()),
        from: query.from,
        before: query.to,
    };
    let agency = query.agency_id;
    let paging = query.page;
    paging
        .list(
            &call,
            "access",
            move |connection, asking, page, count| {
                list_reads(
                    connection,
                    asking,
                    (&filter, agency.as_ref()),
                    page.after_id.as_deref(),
                    page.limit,
                    count,
                )
            },
            |read| read.id.clone(),
            AccessBody::of,
        )
        .await
}

/// Lines read at once.
const PAGE: i64 = 1_000;
/// How long a page waits for its turn behind the client's other scans.
const LONGEST_TURN: Duration = Duration::from_secs(600);

/// Reads the lines after a place: their text, and the place of the last.
type Read = fn(&mut AnyConnection, &Asking, Option<&str>) -> Result<(String, Option<String>), Refusal>;

/// Where an export is: each page is a short read of its own; what is only added to is never read twice.
struct Lines {
    service: Data<Service>,
    asking: Asking,
    client: Option<Client>,
    read: Read,
    after: Option<String>,
}

fn lines(lines: Lines) -> impl Stream<Item = Result<Bytes, actix_web::Error>> {
    unfold(Some(lines), |lines| async move {
        let mut lines = lines?;
        if lines.service.ending.has_begun() {
            return None;
        }
        let place = lines.service.scan_shares.wait(lines.client.as_ref(), LONGEST_TURN).await;
        let (asking, read, after) = (lines.asking.clone(), lines.read, lines.after.clone());
        let page = move |connection: &mut AnyConnection| {
            let _place = &place;
            read(connection, &asking, after.as_deref())
        };
        match lines.service.store.scan_on(page).await {
            Ok((_, None)) => None,
            Ok((text, last)) => {
                lines.after = last;
                Some((Ok(Bytes::from(text)), Some(lines)))
            }
            // The connection breaks off: the client sees that it has not got all.
            Err(refusal) => {
                tracing::error!(?refusal, "an export broke off");
                Some((Err(actix_web::error::ErrorInternalServerError("broken off")), None))
            }
        }
    })
}

fn line_of(value: &impl Serialize) -> String {
    serde_json::to_string(value).map(|line| format!("{line}\n")).unwrap_or_default()
}

fn audit_lines(
    connection: &mut AnyConnection,
    asking: &Asking,
    after: Option<&str>,
) -> Result<(String, Option<String>), Refusal> {
    let after = after.map_or(0, |seq| seq.parse().unwrap_or(i64::MAX));
    let page = lines_after(connection, asking, after, PAGE)?;
    let last = page.last().map(|line| line.entry.seq.to_string());
    Ok((page.iter().map(|line| line_of(&ExportedLine::from(line))).collect(), last))
}

fn access_lines(
    connection: &mut AnyConnection,
    asking: &Asking,
    after: Option<&str>,
) -> Result<(String, Option<String>), Refusal> {
    let (page, _) = list_reads(connection, asking, (&AccessFilter::default(), None), after, PAGE, false)?;
    let last = page.last().map(|read| read.id.clone());
    Ok((page.iter().map(|read| line_of(&AccessBody::of(read))).collect(), last))
}

async fn export(call: Call, read: Read, after: Option<String>) -> Result<HttpResponse, Problem> {
    if !accepts(&call.request, LINES) {
        return Err(Problem::new(Code::NotAcceptable));
    }
    // The right is asked before anything flows.
    call.look(move |connection, asking| read(connection, asking, Some("~")).map(drop)).await?;
    let from = Lines {
        service: call.service.clone(),
        asking: call.asking(),
        client: call.caller.client.clone(),
        read,
        after,
    };
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        // No two are the same: what is asked for anew is taken anew.
        .insert_header((header::ETAG, format!("W/\"{}\"", uuid::Uuid::now_v7().simple())))
        .insert_header((header::CONTENT_TYPE, LINES));
    Ok(if call.caller.head_only { unsent(answer) } else { answer.streaming(lines(from)) })
}

query!(AuditExportQuery {
    /// 从哪一条之后，默认 0。
    after: Option<Sequence>,
});

/// 导出审计
///
/// NDJSON，每行一条，含哈希链的每一列，与 `nianbao audit export` 相同，可用 `nianbao audit verify --file` 核对。
/// 只给看全部审计的人；`after` 可以接着上次的往下取。
#[utoipa::path(
    tag = "audit",
    params(AuditExportQuery),
    responses((status = 200, description = "全部审计", content((String = "application/x-ndjson")))),
    extensions(
        ("x-problems" = json!([Code::Forbidden])),
        ("x-token" = json!(true)),
        ("x-cost" = json!("file")),
    ),
)]
#[get("/audit/export")]
pub async fn export_audit(call: Call) -> Result<HttpResponse, Problem> {
    call.require_token()?;
    let query: AuditExportQuery =
        call.query_after(|connection, asking| audit_lines(connection, asking, Some("~"))).await?;
    let after = query.after.map(|seq| seq.0.to_string());
    export(call, audit_lines, after).await
}

query!(AccessExportQuery {
    /// 从哪一条（编号）之后；不给则从头。
    after: Option<String>,
});

/// 导出读取记录
///
/// NDJSON，每行一条，与列表相同。只给看全部审计的人；`after` 可以接着上次的往下取。
#[utoipa::path(
    tag = "audit",
    params(AccessExportQuery),
    responses((status = 200, description = "全部读取记录", content((String = "application/x-ndjson")))),
    extensions(
        ("x-problems" = json!([Code::Forbidden])),
        ("x-token" = json!(true)),
        ("x-cost" = json!("file")),
    ),
)]
#[get("/audit/access/export")]
pub async fn export_access(call: Call) -> Result<HttpResponse, Problem> {
    call.require_token()?;
    let query: AccessExportQuery =
        call.query_after(|connection, asking| access_lines(connection, asking, Some("~"))).await?;
    export(call, access_lines, query.after).await
}
