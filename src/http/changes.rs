//! `/changes`: what the public is told happened, by polling, by waiting, or as a stream of events.

use super::audit::AuditHeadBody;
use super::kernel::call::Call;
use super::kernel::format::time;
use super::kernel::names::EventName;
use super::kernel::problem::{Code, Problem};
use super::kernel::query::{Limit, Parameter, Seconds, Sequence, query};
use super::kernel::reply::Reply;
use super::kernel::service::Service;
use crate::operations::Refusal;
use crate::operations::audit::{ChangePage, changes_since};
use crate::storage::audit::ChangeLine;
use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpResponse, get};
use futures_util::stream::{Stream, unfold};
use serde::Serialize;
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, watch};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config.service(list_changes).service(stream_changes);
}

/// 一条变更。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Change)]
pub struct ChangeBody {
    seq: i64,
    #[serde(rename = "type")]
    #[schema(value_type = EventName)]
    change_type: String,
    #[schema(format = "uuid")]
    report_id: String,
    #[schema(format = "uuid")]
    agency_id: String,
    year: i32,
    revision: i32,
    #[schema(format = DateTime)]
    at: String,
}

/// 一页变更。
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeList {
    items: Vec<ChangeBody>,
    /// 看到哪一条为止；下次从这里接续。
    next: i64,
    /// 变更记录的代号；从备份恢复后不同。
    epoch: String,
    audit_head: AuditHeadBody,
}

impl From<ChangeLine> for ChangeBody {
    fn from(change: ChangeLine) -> ChangeBody {
        ChangeBody {
            seq: change.seq,
            change_type: change.change_type,
            report_id: change.report_id,
            agency_id: change.agency_id,
            year: change.year,
            revision: change.revision,
            at: time(change.at),
        }
    }
}

impl From<ChangePage> for ChangeList {
    fn from(page: ChangePage) -> ChangeList {
        ChangeList {
            items: page.items.into_iter().map(ChangeBody::from).collect(),
            next: page.next,
            epoch: page.ledger.epoch,
            audit_head: AuditHeadBody { seq: page.ledger.audit_seq, hash: page.ledger.audit_head },
        }
    }
}

query!(ChangesQuery {
    /// 从哪一条之后，默认 0。
    since: Option<Sequence>,
    /// 至多几条，1–200，默认 50。
    limit: Option<Limit>,
    /// 没有新变更时至多等几秒，0–60，默认 0。
    wait: Option<Seconds>,
});

/// How long one waits for news at once: whether the service ends is looked at between.
const AT_ONCE: Duration = Duration::from_secs(1);

/// Waits for a change after a number, for a bounded while.
async fn wait_for_news(news: &mut watch::Receiver<i64>, since: i64, longest: Duration) {
    let _whether_in_time =
        tokio::time::timeout(longest.min(AT_ONCE), news.wait_for(|seq| *seq > since)).await;
}

/// 公开变更
///
/// 发布、更正、撤回，按提交的先后，没有空号。把 `next` 作为下次的 `since`。从备份恢复以后，`epoch` 不同，
/// 此前得到的 `since` 若已不在记录中则为 410。
#[utoipa::path(
    tag = "changes",
    params(ChangesQuery),
    responses((status = 200, description = "一页变更", body = ChangeList)),
    extensions(("x-problems" = json!(["invalid_query", "change_log_reset"]))),
)]
#[get("/changes")]
pub async fn list_changes(call: Call) -> Result<Reply, Problem> {
    let query: ChangesQuery = call.query()?;
    let since = query.since.map_or(0, |since| since.0);
    let limit = query.limit.map_or(50, |limit| limit.0);
    let until = Instant::now() + Duration::from_secs(query.wait.map_or(0, |wait| wait.0));
    let mut news = call.service.store.changes();
    loop {
        let page = call.look(move |connection, _| changes_since(connection, since, limit)).await?;
        let left = until.saturating_duration_since(Instant::now());
        if !page.items.is_empty() || left.is_zero() || call.service.ending.has_begun() {
            return Ok(Reply::ok(&ChangeList::from(page)).never_kept());
        }
        while *news.borrow() <= since && Instant::now() < until && !call.service.ending.has_begun() {
            wait_for_news(&mut news, since, until.saturating_duration_since(Instant::now())).await;
        }
    }
}

/// A quiet stream says so often that it is still there.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Events read at once.
const PAGE: i64 = 100;

query!(StreamQuery {
    /// 从哪一条之后；不给则只送以后的。重连时浏览器送来的 `Last-Event-ID` 优先。
    since: Option<Sequence>,
});

/// One stream: where it is, and its place among those that are open.
struct Streamed {
    service: Data<Service>,
    since: i64,
    news: watch::Receiver<i64>,
    quiet_since: Instant,
    begun: bool,
    _place: OwnedSemaphorePermit,
}

impl Streamed {
    /// The next piece of the stream; `None`: the service ends.
    async fn next(&mut self) -> Option<Bytes> {
        if !std::mem::replace(&mut self.begun, true) {
            return Some(Bytes::from(format!("retry: 3000\n: since {}\n\n", self.since)));
        }
        loop {
            if self.service.ending.has_begun() {
                return None;
            }
            let since = self.since;
            if *self.news.borrow() > since {
                let read = move |connection: &mut _| changes_since(connection, since, PAGE);
                let page: Result<ChangePage, Refusal> = self.service.store.read(read).await;
                match page {
                    Ok(page) if !page.items.is_empty() => {
                        self.since = page.next;
                        self.quiet_since = Instant::now();
                        return Some(page.items.into_iter().map(event).collect::<String>().into());
                    }
                    Ok(_) => {}
                    // The client comes again with the last number it has.
                    Err(_) => return None,
                }
            }
            if self.quiet_since.elapsed() >= HEARTBEAT {
                self.quiet_since = Instant::now();
                return Some(Bytes::from_static(b": heartbeat\n\n"));
            }
            wait_for_news(&mut self.news, since, AT_ONCE).await;
        }
    }
}

fn event(change: ChangeLine) -> String {
    let body = ChangeBody::from(change);
    let data = serde_json::to_string(&body).unwrap_or_default();
    format!("id: {}\nevent: {}\ndata: {data}\n\n", body.seq, body.change_type)
}

fn stream(streamed: Streamed) -> impl Stream<Item = Result<Bytes, actix_web::Error>> {
    unfold(streamed, |mut streamed| async move { streamed.next().await.map(|piece| (Ok(piece), streamed)) })
}

/// 公开变更的事件流
///
/// Server-Sent Events：`id` 是序号，`event` 是变更的类型，`data` 与 `/changes` 的一条相同。断线后带 `Last-Event-ID` 重连，
/// 不漏不重；没有变更时每 15 秒一次心跳（注释行）。
#[utoipa::path(
    tag = "changes",
    params(
        StreamQuery,
        ("Last-Event-ID" = Option<String>, Header, description = "收到的最后一条的序号；重连时由浏览器送来"),
    ),
    responses((status = 200, description = "事件流", body = String, content_type = "text/event-stream")),
    extensions(("x-problems" = json!(["invalid_query", "invalid_header", "change_log_reset", "overloaded"]))),
)]
#[get("/changes/stream")]
pub async fn stream_changes(call: Call) -> Result<HttpResponse, Problem> {
    let query: StreamQuery = call.query()?;
    let last = match call.request.headers().get("last-event-id") {
        None => None,
        Some(header) => {
            let seq = header.to_str().ok().and_then(|text| Sequence::read(text).ok());
            Some(seq.ok_or_else(|| Problem::new(Code::InvalidHeader))?)
        }
    };
    let place =
        call.service.streams.clone().try_acquire_owned().map_err(|_| Problem::new(Code::Overloaded))?;
    let asked = last.or(query.since).map(|since| since.0);
    let page = call.look(move |connection, _| changes_since(connection, asked.unwrap_or(0), 0)).await?;
    let streamed = Streamed {
        since: asked.unwrap_or(page.ledger.change_seq),
        news: call.service.store.changes(),
        service: call.service.clone(),
        quiet_since: Instant::now(),
        begun: false,
        _place: place,
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(stream(streamed)))
}
