//! What the public is told happened, and whoever wants to be told at once: webhooks and their deliveries.

use super::agency::wire_names;
use super::id::AgencyId;
use chrono::NaiveDateTime;

wire_names!(
    /// What the public is told happened.
    ChangeType {
        Published = "report.published",
        Corrected = "report.corrected",
        Withdrawn = "report.withdrawn",
        /// A document of a past year was loaded.
        Archived = "report.archived",
    }
);

wire_names!(
    /// Whether a webhook is told anything.
    WebhookState {
        Active = "active",
        /// By its owner, because whoever is there wants no more of it, or because its owner could have none now.
        Disabled = "disabled",
    }
);

wire_names!(
    /// How far a delivery is.
    DeliveryState {
        Pending = "pending",
        Delivered = "delivered",
        /// Given up: a dead letter, until somebody has it sent again.
        Dead = "dead",
    }
);

/// Where somebody wants to be told of public changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Webhook {
    pub id: String,
    pub person_id: String,
    pub url: String,
    pub description: Option<String>,
    /// `whsec_` and 32 random bytes in base64; sealed where there is a key.
    pub secret: String,
    /// Which events it is told of.
    pub types: Vec<ChangeType>,
    /// Only events at this agency and below.
    pub agency_id: Option<AgencyId>,
    pub state: WebhookState,
    pub failing_since: Option<NaiveDateTime>,
    pub version: i64,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

/// One event on its way to one webhook.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    pub id: String,
    pub webhook_id: String,
    /// Of the change; 0 for a test.
    pub seq: i64,
    pub event_type: String,
    /// Byte for byte what is signed and sent.
    pub body: String,
    pub state: DeliveryState,
    pub attempts: i32,
    pub next_at: NaiveDateTime,
    pub last_status: Option<i32>,
    pub last_error: Option<String>,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

impl Delivery {
    /// A delivery that waits to be sent at once.
    pub fn new(
        id: String,
        webhook: &str,
        seq: i64,
        event_type: &str,
        data: &serde_json::Value,
        at: NaiveDateTime,
    ) -> Delivery {
        let time = at.and_utc().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        let body = serde_json::json!({ "type": event_type, "timestamp": time, "data": data });
        Delivery {
            id,
            webhook_id: webhook.to_owned(),
            seq,
            event_type: event_type.to_owned(),
            body: body.to_string(),
            state: DeliveryState::Pending,
            attempts: 0,
            next_at: at,
            last_status: None,
            last_error: None,
            created_at: at,
            updated_at: at,
        }
    }
}

/// One public event.
#[derive(Debug, Clone, PartialEq)]
pub struct PublicChange {
    pub seq: i64,
    pub change_type: ChangeType,
    pub report_id: String,
    pub agency_id: String,
    pub year: i32,
    pub revision: i32,
    pub at: NaiveDateTime,
}
