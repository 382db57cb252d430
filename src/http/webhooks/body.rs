//! Webhooks and deliveries as JSON.

use crate::domain::onward::{ChangeType, Delivery, Webhook};
use crate::http::kernel::format::time;
use crate::http::kernel::names::{
    AgencyIdOrCode, DeliveredEvent, DeliveryState, EventName, EventPayload, WebhookState,
};
use crate::http::kernel::sent::Patch;
use crate::http::kernel::{Page, answer};
use crate::operations::AgencyRef;
use crate::operations::webhooks::{EVENTS, WebhookEdit};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

answer! {
    /// 一个 webhook。
    #[schema(as = Webhook)]
    pub struct WebhookBody of(webhook: &Webhook) {
        #[schema(format = "uuid")]
        pub id: String = webhook.id.clone(),
        /// 送到哪里；主机须在运维允许的名单上。
        #[schema(format = "uri")]
        pub url: String = webhook.url.clone(),
        pub description: Option<String> = webhook.description.clone(),
        /// 要哪些事件。
        #[schema(value_type = Vec<EventName>)]
        pub events: Vec<String> = webhook.types.iter().map(|event| event.as_str().to_owned()).collect(),
        /// 只要这个机关及其以下的；空 = 全部。
        #[schema(format = "uuid")]
        pub within: Option<String> = webhook.agency_id.as_ref().map(ToString::to_string),
        /// 对方答 410，或所有人离任、再没有可以设 webhook 的授权之后，自动停用。
        #[schema(value_type = WebhookState)]
        pub state: String = webhook.state.as_str().to_owned(),
        /// 从何时起连续失败；空 = 上次成功。
        #[schema(format = DateTime)]
        pub failing_since: Option<String> = webhook.failing_since.map(time),
        /// 签名用的密钥（Standard Webhooks）；只在建立时给出一次。
        #[schema(nullable = false)]
        #[serde(skip_serializing_if = "Option::is_none")]
        pub secret: Option<String> = None,
        #[schema(format = DateTime)]
        pub created_at: String = time(webhook.created_at),
        #[schema(format = DateTime)]
        pub updated_at: String = time(webhook.updated_at),
    }
}

/// 要建立或替换成的 webhook。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookInput {
    /// 送到哪里：http 或 https，主机在运维允许的名单上。
    #[schema(format = "uri", min_length = 1, max_length = 2000)]
    pub url: String,
    #[schema(min_length = 1, max_length = 200)]
    description: Option<String>,
    /// 不给则为全部。
    #[schema(value_type = Option<Vec<EventName>>, min_items = 1)]
    events: Option<Vec<String>>,
    /// 只要这个机关及其以下的。
    #[schema(value_type = Option<AgencyIdOrCode>)]
    within: Option<AgencyRef>,
    /// 不给则为 `active`。
    #[schema(value_type = Option<WebhookState>)]
    state: Option<String>,
}

pub type WebhookPatch = Patch<WebhookInput>;

impl From<WebhookInput> for WebhookEdit {
    fn from(sent: WebhookInput) -> WebhookEdit {
        let named = |events: Vec<String>| events.iter().filter_map(|event| event.parse().ok()).collect();
        let mut events: Vec<ChangeType> = sent.events.map_or_else(|| EVENTS.to_vec(), named);
        let mut told = std::collections::BTreeSet::new();
        events.retain(|event| told.insert(*event));
        WebhookEdit {
            url: sent.url,
            description: sent.description,
            events,
            within: sent.within,
            active: sent.state.as_deref() != Some("disabled"),
        }
    }
}

pub type WebhookList = Page<WebhookBody>;

answer! {
    /// 一次送达。
    #[schema(as = Delivery)]
    pub struct DeliveryBody of(delivery: &Delivery) {
        /// 也是 `webhook-id`：重送时不变，凭它去重。
        #[schema(format = "uuid")]
        pub id: String = delivery.id.clone(),
        #[schema(format = "uuid")]
        pub webhook_id: String = delivery.webhook_id.clone(),
        /// 变更的序号；试送为 0。
        pub seq: i64 = delivery.seq,
        #[serde(rename = "type")]
        #[schema(value_type = DeliveredEvent)]
        pub event_type: String = delivery.event_type.clone(),
        /// 送出的内容。
        #[schema(value_type = EventPayload)]
        pub payload: Value = serde_json::from_str(&delivery.body).unwrap_or_default(),
        #[schema(value_type = DeliveryState)]
        pub state: String = delivery.state.as_str().to_owned(),
        pub attempts: i32 = delivery.attempts,
        /// 待送：下次何时送；已送达：送达的时间。
        #[schema(format = DateTime)]
        pub next_at: String = time(delivery.next_at),
        pub last_status: Option<i32> = delivery.last_status,
        pub last_error: Option<String> = delivery.last_error.clone(),
        #[schema(format = DateTime)]
        pub created_at: String = time(delivery.created_at),
        #[schema(format = DateTime)]
        pub updated_at: String = time(delivery.updated_at),
    }
}

pub type DeliveryList = Page<DeliveryBody>;
