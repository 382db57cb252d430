//! Sending: one sender at a time, each attempt settled in the lane, at least once over any crash.

use crate::domain::onward::{Delivery, DeliveryState, Webhook, WebhookState};
use crate::operations::Refusal;
use crate::storage::outbox;
use crate::storage::webhooks;
use crate::storage::{AnyConnection, positions};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{Duration, NaiveDateTime};
use hmac::{Hmac, Mac};
use sha2::Sha256;

const LEASE: &str = "webhooks";
/// Longest account of a failure that is kept, in characters.
const LONGEST_ERROR: usize = 300;
/// Delivered events are remembered for so long.
const REMEMBERED: Duration = Duration::days(30);

/// One delivery with where it goes.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub delivery: Delivery,
    pub webhook: Webhook,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// With a status of 2xx.
    Taken(u16),
    /// 410: whoever is there wants no more of it.
    Unwanted,
    Failed {
        status: Option<u16>,
        error: String,
    },
}

/// Signs a message as Standard Webhooks has it: `v1,` and HMAC-SHA256 over id, time and body.
pub fn sign(secret: &str, id: &str, timestamp: i64, body: &str) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

/// Takes or keeps the right to send; false while another instance has it.
pub fn hold_lease(
    connection: &mut AnyConnection,
    holder: &str,
    now: NaiveDateTime,
    length: Duration,
) -> Result<bool, Refusal> {
    Ok(positions::hold(connection, LEASE, holder, now, now + length)?)
}

pub fn release_lease(connection: &mut AnyConnection, holder: &str) -> Result<(), Refusal> {
    Ok(positions::release(connection, LEASE, holder)?)
}

/// What is to be sent now.
pub fn due(connection: &mut AnyConnection, now: NaiveDateTime, limit: i64) -> Result<Vec<Attempt>, Refusal> {
    let mut attempts = Vec::new();
    for delivery in outbox::due(connection, now, limit)? {
        if let Some(webhook) = webhooks::find(connection, &delivery.webhook_id)? {
            attempts.push(Attempt { delivery, webhook });
        }
    }
    Ok(attempts)
}

/// What becomes of a delivery after an attempt; `jitter` from -20 to 20 percent.
pub fn next_state(
    delivery: &Delivery,
    outcome: &Outcome,
    retries: &[std::time::Duration],
    jitter: i32,
    now: NaiveDateTime,
) -> Delivery {
    let mut next = delivery.clone();
    next.attempts += 1;
    next.updated_at = now;
    let state = match outcome {
        Outcome::Taken(status) => {
            (next.last_status, next.last_error, next.next_at) = (Some(i32::from(*status)), None, now);
            DeliveryState::Delivered
        }
        Outcome::Unwanted => {
            (next.last_status, next.last_error) = (Some(410), Some("410 Gone".to_owned()));
            DeliveryState::Dead
        }
        Outcome::Failed { status, error } => {
            next.last_status = status.map(i32::from);
            next.last_error = Some(error.chars().take(LONGEST_ERROR).collect());
            let made = usize::try_from(delivery.attempts).unwrap_or(usize::MAX);
            match retries.get(made).and_then(|wait| Duration::from_std(*wait).ok()) {
                Some(wait) => {
                    next.next_at = now + wait + wait * jitter / 100;
                    DeliveryState::Pending
                }
                None => DeliveryState::Dead,
            }
        }
    };
    next.state = state;
    next
}

/// Writes down what became of some attempts.
pub fn settle(
    connection: &mut AnyConnection,
    settled: &[(Delivery, Outcome)],
    now: NaiveDateTime,
) -> Result<(), Refusal> {
    for (delivery, outcome) in settled {
        // It may have been deleted with its webhook, or sent again by hand meanwhile.
        let Some(present) = outbox::find(connection, &delivery.id)? else { continue };
        if present.state == DeliveryState::Pending && present.attempts < delivery.attempts {
            outbox::update(connection, delivery)?;
        }
        let Some(mut webhook) = webhooks::find(connection, &delivery.webhook_id)? else { continue };
        let before = webhook.clone();
        match outcome {
            Outcome::Taken(_) => webhook.failing_since = None,
            Outcome::Unwanted => webhook.state = WebhookState::Disabled,
            Outcome::Failed { .. } => webhook.failing_since = webhook.failing_since.or(Some(now)),
        }
        if webhook != before {
            webhooks::update(connection, &webhook)?;
        }
    }
    Ok(())
}

/// Forgets events that were delivered long ago; how many.
pub fn forget_old(connection: &mut AnyConnection, now: NaiveDateTime) -> Result<usize, Refusal> {
    Ok(outbox::forget(connection, now - REMEMBERED, 200)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration as Wait;

    #[test]
    fn a_message_is_signed_as_the_standard_has_it() {
        // The example of the Standard Webhooks specification's own libraries.
        let signed = sign(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signed.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }

    #[test]
    fn failures_are_tried_again_later_and_later_and_then_given_up() {
        let at = NaiveDateTime::default();
        let retries = [Wait::from_secs(10), Wait::from_secs(100)];
        let failed = Outcome::Failed { status: Some(500), error: "500".to_owned() };
        let first = next_state(
            &Delivery::new("d".to_owned(), "w", 1, "t", &serde_json::json!({}), at),
            &failed,
            &retries,
            0,
            at,
        );
        assert_eq!(
            (first.attempts, first.next_at, first.state),
            (1, at + Duration::seconds(10), DeliveryState::Pending)
        );
        let second = next_state(&first, &failed, &retries, 20, at);
        assert_eq!((second.attempts, second.next_at), (2, at + Duration::seconds(120)));
        let third = next_state(&second, &failed, &retries, 0, at);
        assert_eq!((third.attempts, third.state), (3, DeliveryState::Dead));
        assert_eq!(
            next_state(&second, &Outcome::Taken(204), &retries, 0, at).state,
            DeliveryState::Delivered
        );
    }
}
