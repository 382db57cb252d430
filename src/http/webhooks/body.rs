//! Webhooks and deliveries as JSON.

use crate::domain::onward::{ChangeType, Delivery, Webhook};
use crate::http::kernel::format::time;
use crate::http::kernel::names::{
    AgencyIdOrCode, DeliveredEvent, DeliveryState, EventName, EventPayload, WebhookState,
};
use crate::http::kernel::paging::Page;
use crate::http::kernel::sent::Patch;
use crate::operations::AgencyRef;
use crate::operations::webhooks::{EVENTS, WebhookEdit};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// 一个 webhook。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub struct WebhookBody {
    #[schema(format = "uuid")]
    pub id: String,
    /// 送到哪里；主机须在运维允许的名单上。
    #[schema(format = "uri")]
    pub url: String,
    pub description: Option<String>,
    /// 要哪些事件。
    #[schema(value_type = Vec<EventName>)]
    pub events: Vec<String>,
    /// 只要这个机关及其以下的；空 = 全部。
    #[schema(format = "uuid")]
    pub within: Option<String>,
    /// 对方答 410，或所有人离任、再没有可以设 webhook 的授权之后，自动停用。
    #[schema(value_type = WebhookState)]
    pub state: String,
    /// 从何时起连续失败；空 = 上次成功。
    #[schema(format = DateTime)]
    pub failing_since: Option<String>,
    /// 签名用的密钥（Standard Webhooks）；只在建立时给出一次。
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    #[schema(format = DateTime)]
    pub created_at: String,
    #[schema(format = DateTime)]
    pub updated_at: String,
}

impl WebhookBody {
    pub fn of(webhook: &Webhook) -> WebhookBody {
        WebhookBody {
            id: webhook.id.clone(),
            url: webhook.url.clone(),
            description: webhook.description.clone(),
            events: webhook.types.iter().map(|event| event.as_str().to_owned()).collect(),
            within: webhook.agency_id.as_ref().map(ToString::to_string),
            state: webhook.state.as_str().to_owned(),
            failing_since: webhook.failing_since.map(time),
            secret: None,
            created_at: time(webhook.created_at),
            updated_at: time(webhook.updated_at),
        }
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

/// 一次送达。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryBody {
    /// 也是 `webhook-id`：重送时不变，凭它去重。
    #[schema(format = "uuid")]
    pub id: String,
    #[schema(format = "uuid")]
    pub webhook_id: String,
    /// 变更的序号；试送为 0。
    pub seq: i64,
    #[serde(rename = "type")]
    #[schema(value_type = DeliveredEvent)]
    pub event_type: String,
    /// 送出的内容。
    #[schema(value_type = EventPayload)]
    pub payload: Value,
    #[schema(value_type = DeliveryState)]
    pub state: String,
    pub attempts: i32,
    /// 待送：下次何时送；已送达：送达的时间。
    #[schema(format = DateTime)]
    pub next_at: String,
    pub last_status: Option<i32>,
    pub last_error: Option<String>,
    #[schema(format = DateTime)]
    pub created_at: String,
    #[schema(format = DateTime)]
    pub updated_at: String,
}

impl DeliveryBody {
    pub fn of(delivery: &Delivery) -> DeliveryBody {
        DeliveryBody {
            id: delivery.id.clone(),
            webhook_id: delivery.webhook_id.clone(),
            seq: delivery.seq,
            event_type: delivery.event_type.clone(),
            payload: serde_json::from_str(&delivery.body).unwrap_or_default(),
            state: delivery.state.as_str().to_owned(),
            attempts: delivery.attempts,
            next_at: time(delivery.next_at),
            last_status: delivery.last_status,
            last_error: delivery.last_error.clone(),
            created_at: time(delivery.created_at),
            updated_at: time(delivery.updated_at),
        }
    }
}

pub type DeliveryList = Page<DeliveryBody>;
