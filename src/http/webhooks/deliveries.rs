//! What became of the telling: tests, deliveries, sending again.

use super::body::{DeliveryBody, DeliveryList};
use super::{kept, present};
use crate::domain::onward::{Delivery, DeliveryState};
use crate::http::kernel::{BASE, Call, Code, NoParameters, Paging, Problem, Reply, named, parameter, query};
use crate::operations::webhooks;
use actix_web::{get, post};

parameter!(DeliveryState, named("DeliveryState"), |text| text.parse().map_err(|()| "invalid_value"));

query!(DeliveryQuery {
    /// 状态。
    state: Option<DeliveryState>,
    page: Paging,
});

fn queued(delivery: &Delivery) -> Reply {
    let location = format!("{BASE}/webhooks/{}/deliveries", delivery.webhook_id);
    Reply::accepted(location, &DeliveryBody::of(delivery))
}

/// 试送
///
/// 送一个 `webhook.test` 事件，与真事件走同一条路；结果见送达记录。
#[utoipa::path(
    tag = "changes",
    responses((status = 202, description = "已排队", body = DeliveryBody)),
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
    params(DeliveryQuery),
    responses((status = 200, description = "一页送达记录", body = DeliveryList)),
    extensions(("x-problems" = json!([Code::Forbidden])), ("x-token" = json!(true))),
)]
#[get("/webhooks/{id}/deliveries")]
pub async fn list_deliveries(call: Call) -> Result<Reply, Problem> {
    let webhook = present(&call).await?;
    let query: DeliveryQuery = call.query()?;
    let paging = query.page;
    paging
        .list(
            &call,
            "deliveries",
            move |connection, asking, page, count| {
                webhooks::deliveries(connection, asking, &webhook.id, query.state, (page, count))
            },
            |delivery| delivery.id.clone(),
            DeliveryBody::of,
        )
        .await
}

/// 重送
///
/// 不论结果如何再送一次，`webhook-id` 不变。
#[utoipa::path(
    tag = "changes",
    responses((status = 202, description = "已排队", body = DeliveryBody)),
)]
#[post("/deliveries/{id}/redeliver")]
pub async fn redeliver(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    call.require_token()?;
    webhooks::require_keeping_right(&call.asking())?;
    let id = call.id("id")?;
    let _: NoParameters = call.query()?;
    call.write(move |desk| webhooks::redeliver(desk, &id), queued).await
}
