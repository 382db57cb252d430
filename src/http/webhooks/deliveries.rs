//! What became of the telling: tests, deliveries, sending again.

use super::body::{DeliveryBody, DeliveryList};
use super::{kept, present};
use crate::domain::id::DeliveryId;
use crate::domain::onward::{Delivery, DeliveryState};
use crate::http::kernel::BASE;
use crate::http::kernel::call::Call;
use crate::http::kernel::paging::{PageOrder, SortField, list_reply};
use crate::http::kernel::problem::{Code, Problem};
use crate::http::kernel::query::{CursorText, Limit, NoParameters, Parameter, named, query};
use crate::http::kernel::reply::Reply;
use crate::operations::webhooks;
use actix_web::{get, post};
use serde_json::json;
use utoipa::openapi::{RefOr, Schema};

impl Parameter for DeliveryState {
    fn read(text: &str) -> Result<DeliveryState, &'static str> {
        text.parse().map_err(|()| "invalid_value")
    }

    fn schema() -> RefOr<Schema> {
        named("DeliveryState")
    }
}

query!(DeliveryQuery {
    /// 状态。
    state: Option<DeliveryState>,
    /// 每页条数，1–200，默认 50。
    limit: Option<Limit>,
    /// 上一页给出的游标。
    cursor: Option<CursorText>,
    /// 是否给出总数；超过一千只说至少有多少。
    count: Option<bool>,
});

static NO_SORTS: &[SortField<Delivery>] = &[];

fn queued(delivery: &Delivery) -> Reply {
    let location = format!("{BASE}/webhooks/{}/deliveries", delivery.webhook_id);
    Reply::accepted(location, &DeliveryBody::of(delivery))
}

/// 试送
///
/// 送一个 `webhook.test` 事件，与真事件走同一条路；结果见送达记录。
#[utoipa::path(
    tag = "changes",
    params(crate::http::paths::Webhook),
    responses((status = 202, description = "已排队", body = DeliveryBody)),
    extensions(("x-problems" = json!([Code::Forbidden, Code::NotFound, Code::InvalidQuery]))),
)]
#[post("/webhooks/{id}/test")]
pub async fn test_webhook(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    let present = kept(&call).await?;
    let _: NoParameters = call.query()?;
    call.write(move |desk| webhooks::test(desk, &present.id), queued).await
}

/// 送达记录
///
/// 每个事件一条，自早至晚：待送、已送达、死信。
#[utoipa::path(
    tag = "changes",
    params(crate::http::paths::Webhook, DeliveryQuery),
    responses((status = 200, description = "一页送达记录", body = DeliveryList)),
    extensions(
        ("x-problems" = json!([Code::Unauthorized, Code::Forbidden, Code::NotFound, Code::InvalidQuery, Code::InvalidCursor])),
        ("x-list" = json!(true)),
        ("x-token" = json!(true)),
    ),
)]
#[get("/webhooks/{id}/deliveries")]
pub async fn list_deliveries(call: Call) -> Result<Reply, Problem> {
    let webhook = present(&call).await?;
    let query: DeliveryQuery = call.query()?;
    let order = PageOrder::read(&call, "deliveries", NO_SORTS, None, query.limit, query.cursor.as_ref())?;
    let (page, count) = (order.page.clone(), query.count == Some(true));
    let (rows, total) = call
        .look(move |connection, asking| {
            webhooks::deliveries(connection, asking, &webhook.id, query.state, (&page, count))
        })
        .await?;
    let (rows, next) = order.cut(rows, |delivery| delivery.id.clone());
    let items: Vec<DeliveryBody> = rows.iter().map(DeliveryBody::of).collect();
    Ok(list_reply(&call, json!(items), next, total))
}

/// 重送
///
/// 不论结果如何再送一次，`webhook-id` 不变。
#[utoipa::path(
    tag = "changes",
    params(crate::http::paths::Delivery),
    responses((status = 202, description = "已排队", body = DeliveryBody)),
    extensions(("x-problems" = json!([Code::Forbidden, Code::NotFound, Code::InvalidQuery]))),
)]
#[post("/deliveries/{id}/redeliver")]
pub async fn redeliver(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    call.require_token()?;
    webhooks::require_keeping_right(&call.asking())?;
    let id: DeliveryId = call.part("id")?;
    let _: NoParameters = call.query()?;
    call.write(move |desk| webhooks::redeliver(desk, id.as_str()), queued).await
}
