//! `/changes`: what the public is told happened, by polling, by waiting, or as a stream of events.

use super::audit::AuditHeadBody;
use super::kernel::accept::accepts;
use super::kernel::flow::unsent;
use super::kernel::format::time;
use super::kernel::limit::own_share_full;
use super::kernel::names::EventName;
use super::kernel::service::Service;
use super::kernel::shares::Place;
use super::kernel::{Call, Code, Limit, Parameter, Problem, Reply, Seconds, Sequence, answer, query};
use crate::domain::onward::PublicChange;
use crate::operations::Refusal;
use crate::operations::audit::{ChangePage, changes_since};
use crate::operations::store::News;
use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpResponse, get};
use futures_util::stream::{Stream, unfold};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, watch};
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config.service(list_changes).service(stream_changes);
}

answer! {
    /// 一条变更。
    #[schema(as = Change)]
    pub struct ChangeBody of(change: PublicChange) {
        seq: i64 = change.seq,
        #[serde(rename = "type")]
        #[schema(value_type = EventName)]
        change_type: String = change.change_type.as_str().to_owned(),
        #[schema(format = "uuid")]
        report_id: String = change.report_id,
        #[schema(format = "uuid")]
        agency_id: String = change.agency_id,
        year: i32 = change.year,
        revision: i32 = change.revision,
        #[schema(format = DateTime)]
        at: String = time(change.at),
    }
}

answer! {
    /// 一页变更。
    pub struct ChangeList of(page: ChangePage) {
        items: Vec<ChangeBody> = page.items.into_iter().map(ChangeBody::of).collect(),
        /// 看到哪一条为止；下次从这里接续。
        next: i64 = page.next,
        /// 变更记录的代号；从备份恢复后不同。
        epoch: String = page.ledger.epoch,
        audit_head: AuditHeadBody = AuditHeadBody { seq: page.ledger.audit_seq, hash: page.ledger.audit_head },
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

/// Waits for a change after a number, or for another log, for a bounded while.
async fn wait_for_news(news: &mut watch::Receiver<News>, from: News, longest: Duration) {
    let _whether_in_time =
        tokio::time::timeout(longest.min(AT_ONCE), news.wait_for(|now| is_news(*now, from))).await;
}

/// Whether there is something after `from`, or the log is another one.
fn is_news(now: News, from: News) -> bool {
    now.reign != from.reign || now.seq > from.seq
}

/// 公开变更
///
/// 发布、更正、撤回，按提交的先后，没有空号。把 `next` 作为下次的 `since`。从备份恢复以后，`epoch` 不同，
/// 此前得到的 `since` 若已不在记录中则为 410。
#[utoipa::path(
    tag = "changes",
    params(ChangesQuery),
    responses((status = 200, description = "一页变更", body = ChangeList)),
    extensions(("x-problems" = json!([Code::ChangeLogReset, Code::Overloaded]))),
)]
#[get("/changes")]
pub async fn list_changes(call: Call) -> Result<Reply, Problem> {
    let query: ChangesQuery = call.query()?;
    let since = query.since.map_or(0, |since| since.0);
    let limit = query.limit.map_or(50, |limit| limit.0);
    let until = Instant::now() + Duration::from_secs(query.wait.map_or(0, |wait| wait.0));
    let watch = call.service.store.watch();
    let mut news = watch.changes();
    let _places = if query.wait.is_some_and(|wait| wait.0 > 0) { Some(places(&call)?) } else { None };
    loop {
        let from = News { reign: watch.reign(), seq: since };
        let page = call.look(move |connection, _| changes_since(connection, since, limit)).await?;
        watch.remember(page.ledger.mark());
        let left = until.saturating_duration_since(Instant::now());
        if !page.items.is_empty() || left.is_zero() || call.service.ending.has_begun() {
            return Ok(Reply::ok(&ChangeList::of(page)).never_kept());
        }
        while !is_news(*news.borrow(), from) && Instant::now() < until && !call.service.ending.has_begun() {
            wait_for_news(&mut news, from, until.saturating_duration_since(Instant::now())).await;
        }
    }
}

/// A place of the client's own and one of all: whoever waits takes up a connection and a follower of the changes.
fn places(call: &Call) -> Result<(Place, OwnedSemaphorePermit), Problem> {
    let own = call.service.stream_shares.take(call.caller.client.as_ref()).ok_or_else(own_share_full)?;
    let of_all = call.service.streams.clone().try_acquire_owned();
    Ok((own, of_all.map_err(|_| Problem::new(Code::Overloaded))?))
}

/// A quiet stream says so often that it is still there.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// What a stream ends with when the log goes on under another name: the reader fetches everything anew.
const RESET: &[u8] = b"event: reset\ndata: {\"code\":\"change_log_reset\"}\n\n";
/// Events read at once.
const PAGE: i64 = 100;

query!(StreamQuery {
    /// 从哪一条之后；不给则只送以后的。重连时浏览器送来的 `Last-Event-ID` 优先。
    since: Option<Sequence>,
});

/// One stream: where it is, and its place among those that are open.
struct Streamed {
    service: Data<Service>,
    from: News,
    news: watch::Receiver<News>,
    quiet_since: Instant,
    begun: bool,
    /// That it was told to begin anew.
    reset: bool,
    _places: (Place, OwnedSemaphorePermit),
}

impl Streamed {
    /// The next piece of the stream; `None`: the service ends, or the log is another one, which was said.
    async fn next(&mut self) -> Option<Bytes> {
        if !std::mem::replace(&mut self.begun, true) {
            return Some(Bytes::from(format!("retry: 3000\n: since {}\n\n", self.from.seq)));
        }
        loop {
            if self.service.ending.has_begun() || self.reset {
                return None;
            }
            let (now, since) = (*self.news.borrow(), self.from.seq);
            if now.reign != self.from.reign {
                self.reset = true;
                return Some(Bytes::from_static(RESET));
            }
            if now.seq > since {
                let read = move |connection: &mut _| changes_since(connection, since, PAGE);
                let page: Result<ChangePage, Refusal> = self.service.store.read(read).await;
                match page {
                    Ok(page) if !page.items.is_empty() => {
                        self.from.seq = page.next;
                        self.service.store.watch().remember(page.ledger.mark());
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
            wait_for_news(&mut self.news, self.from, AT_ONCE).await;
        }
    }
}

fn event(change: PublicChange) -> String {
    let body = ChangeBody::of(change);
    let data = serde_json::to_string(&body).unwrap_or_default();
    format!("id: {}\nevent: {}\ndata: {data}\n\n", body.seq, body.change_type)
}

fn stream(streamed: Streamed) -> impl Stream<Item = Result<Bytes, actix_web::Error>> {
    unfold(streamed, |mut streamed| async move { streamed.next().await.map(|piece| (Ok(piece), streamed)) })
}

/// 公开变更的事件流
///
/// Server-Sent Events：`id` 是序号，`event` 是变更的类型，`data` 与 `/changes` 的一条相同。断线后带 `Last-Event-ID` 重连，
/// 不漏不重；没有变更时每 15 秒一次心跳（注释行）。变更记录换了代号（从备份恢复、数据库分叉）时，送一个 `reset` 事件，然后结束：
/// 请用 `/changes` 从头取。
#[utoipa::path(
    tag = "changes",
    params(StreamQuery, ("Last-Event-ID" = Option<String>, Header, description = "收到的最后一条的序号；重连时由浏览器送来")),
    responses((status = 200, description = "事件流", body = String, content_type = "text/event-stream")),
    extensions(
        ("x-problems" = json!([Code::InvalidHeader, Code::NotAcceptable, Code::ChangeLogReset,
            Code::Overloaded])),
    ),
)]
#[get("/changes/stream")]
pub async fn stream_changes(call: Call) -> Result<HttpResponse, Problem> {
    let query: StreamQuery = call.query()?;
    if !accepts(&call.request, "text/event-stream") {
        return Err(Problem::new(Code::NotAcceptable));
    }
    let last = match call.request.headers().get("last-event-id") {
        None => None,
        Some(header) => {
            let seq = header.to_str().ok().and_then(|text| Sequence::read(text).ok());
            let bad = || Problem::new(Code::InvalidHeader).detail("last_event_id", Vec::new());
            Some(seq.ok_or_else(bad)?)
        }
    };
    let asked = last.or(query.since).map(|since| since.0);
    let watch = call.service.store.watch();
    let reign = watch.reign();
    let page = call.look(move |connection, _| changes_since(connection, asked.unwrap_or(0), 0)).await?;
    watch.remember(page.ledger.mark());
    let mut head = HttpResponse::Ok();
    head.insert_header((header::CONTENT_TYPE, "text/event-stream; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"));
    if call.caller.head_only {
        return Ok(unsent(head));
    }
    let streamed = Streamed {
        from: News { reign, seq: asked.unwrap_or(page.ledger.change_seq) },
        news: watch.changes(),
        reset: false,
        service: call.service.clone(),
        quiet_since: Instant::now(),
        begun: false,
        _places: places(&call)?,
    };
    Ok(head.streaming(stream(streamed)))
}
