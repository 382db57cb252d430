//! Sending: one sender at a time, each receiver by itself, each attempt settled in the lane, at least once over any
//! crash. When something is due and who may send is by the database's clock.

use super::owners::{is_kept, lay_aside};
use crate::domain::onward::{Delivery, DeliveryState, Webhook, WebhookState};
use crate::operations::Answer;
use crate::operations::people::EntryRules;
use crate::storage::webhooks;
use crate::storage::{AnyConnection, Notes, clock, outbox, positions};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{Duration, NaiveDateTime};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::collections::HashMap;

const LEASE: &str = "webhooks";
/// What a failure is told as, and no more: exact answers would tell who listens where inside.
const REFUSED: &str = "refused";
const UNREACHABLE: &str = "unreachable";

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

/// Whether no other instance has the right to send.
pub fn may_hold_lease(connection: &mut AnyConnection, holder: &str) -> Answer<bool> {
    Ok(positions::may_hold(connection, LEASE, holder)?)
}

/// Takes or keeps the right to send; false while another instance has it.
pub fn hold_lease(connection: &mut AnyConnection, holder: &str, length: Duration) -> Answer<bool> {
    Ok(positions::hold(connection, LEASE, holder, length)?)
}

pub fn release_lease(connection: &mut AnyConnection, holder: &str) -> Answer<()> {
    Ok(positions::release(connection, LEASE, holder)?)
}

/// Sent to one receiver at the same time; whoever fails gets one at a time.
const SIDE_BY_SIDE: usize = 4;
/// Sent at the same time in all.
const TOGETHER: usize = 256;

/// By webhook the deliveries that are being sent.
pub type UnderWay = HashMap<String, Vec<String>>;

/// What is to be sent now.
#[derive(Debug, Clone, Default)]
pub struct Due {
    pub attempts: Vec<Attempt>,
    /// Webhooks to which nothing is sent any more: their owners could have none now.
    pub ownerless: Vec<String>,
}

impl Due {
    pub fn is_empty(&self) -> bool {
        self.attempts.is_empty() && self.ownerless.is_empty()
    }
}

/// What is to be sent now, each receiver with a bound of its own.
pub fn due(connection: &mut AnyConnection, under_way: &UnderWay, rules: &EntryRules) -> Answer<Due> {
    let now = clock::now(connection)?;
    let mut room = TOGETHER.saturating_sub(under_way.values().map(Vec::len).sum());
    let (mut attempts, mut ownerless) = (Vec::new(), Vec::new());
    let mut owners: HashMap<String, bool> = HashMap::new();
    for id in outbox::awaited(connection, now)? {
        let Some(webhook) = webhooks::find(connection, &id)? else { continue };
        let kept = match owners.get(&webhook.person_id) {
            Some(kept) => *kept,
            None => is_kept(connection, &webhook, rules, now)?,
        };
        owners.insert(webhook.person_id.clone(), kept);
        if !kept {
            ownerless.push(id);
            continue;
        }
        let busy = under_way.get(&id).map(Vec::as_slice).unwrap_or_default();
        let bound = if webhook.failing_since.is_some() { 1 } else { SIDE_BY_SIDE };
        let count = bound.saturating_sub(busy.len()).min(room);
        if count == 0 {
            continue;
        }
        let limit = i64::try_from(count).unwrap_or(1);
        for delivery in outbox::due(connection, &id, busy, now, limit)? {
            room = room.saturating_sub(1);
            attempts.push(Attempt { delivery, webhook: webhook.clone() });
        }
    }
    Ok(Due { attempts, ownerless })
}

/// What is still to be sent, and what was given up.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outstanding {
    pub pending: i64,
    pub dead: i64,
    /// Since the event of the oldest that waits.
    pub oldest_seconds: f64,
}

/// Counts what is outstanding.
pub fn outstanding(connection: &mut AnyConnection) -> Answer<Outstanding> {
    let now = clock::now(connection)?;
    let (pending, oldest) = outbox::waiting(connection)?;
    let age = oldest.map_or(Duration::zero(), |oldest| now - oldest).max(Duration::zero());
    Ok(Outstanding {
        pending,
        dead: outbox::given_up(connection)?,
        oldest_seconds: age.to_std().unwrap_or_default().as_secs_f64(),
    })
}

/// How long after each failure it is tried again, and by how many percent earlier or later (-20 to 20).
#[derive(Debug, Clone)]
pub struct Retries {
    pub waits: Vec<std::time::Duration>,
    pub jitter: i32,
}

/// What becomes of a delivery after an attempt.
fn next_state(delivery: &Delivery, outcome: &Outcome, retries: &Retries, now: NaiveDateTime) -> Delivery {
    let mut next = delivery.clone();
    next.attempts += 1;
    next.updated_at = now;
    let state = match outcome {
        Outcome::Taken(status) => {
            (next.last_status, next.last_error, next.next_at) = (Some(i32::from(*status)), None, now);
            DeliveryState::Delivered
        }
        Outcome::Unwanted => {
            (next.last_status, next.last_error) = (None, Some(REFUSED.to_owned()));
            DeliveryState::Dead
        }
        Outcome::Failed { status, .. } => {
            next.last_status = None;
            next.last_error = Some(if status.is_some() { REFUSED } else { UNREACHABLE }.to_owned());
            let made = usize::try_from(delivery.attempts).unwrap_or(usize::MAX);
            match retries.waits.get(made).and_then(|wait| Duration::from_std(*wait).ok()) {
                Some(wait) => {
                    next.next_at = now + wait + wait * retries.jitter / 100;
                    DeliveryState::Pending
                }
                None => DeliveryState::Dead,
            }
        }
    };
    next.state = state;
    next
}

/// Writes down what became of an attempt.
pub fn settle(
    connection: &mut AnyConnection,
    notes: &mut Notes,
    sent: &Delivery,
    outcome: &Outcome,
    retries: &Retries,
) -> Answer<()> {
    let now = clock::now(connection)?;
    let delivery = next_state(sent, outcome, retries, now);
    // It may have been deleted with its webhook, or sent again by hand meanwhile.
    let Some(present) = outbox::find(connection, &delivery.id)? else { return Ok(()) };
    if present.state == DeliveryState::Pending && present.attempts < delivery.attempts {
        outbox::update(connection, &delivery)?;
    }
    let Some(webhook) = webhooks::find(connection, &delivery.webhook_id)? else { return Ok(()) };
    let failing_since = match outcome {
        Outcome::Taken(_) => None,
        Outcome::Unwanted if webhook.state == WebhookState::Active => {
            return lay_aside(connection, notes, webhook, (now, "receiver_gone"));
        }
        Outcome::Unwanted => webhook.failing_since,
        Outcome::Failed { .. } => webhook.failing_since.or(Some(now)),
    };
    if failing_since != webhook.failing_since {
        webhooks::note_failing(connection, &webhook.id, failing_since)?;
    }
    Ok(())
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
        let retries = |jitter| Retries { waits: vec![Wait::from_secs(10), Wait::from_secs(100)], jitter };
        let failed = Outcome::Failed { status: Some(500), error: "500".to_owned() };
        let first = next_state(
            &Delivery::new("d".to_owned(), "w", 1, "t", &serde_json::json!({}), at),
            &failed,
            &retries(0),
            at,
        );
        assert_eq!(
            (first.attempts, first.next_at, first.state),
            (1, at + Duration::seconds(10), DeliveryState::Pending)
        );
        let second = next_state(&first, &failed, &retries(20), at);
        assert_eq!((second.attempts, second.next_at), (2, at + Duration::seconds(120)));
        let third = next_state(&second, &failed, &retries(0), at);
        assert_eq!((third.attempts, third.state), (3, DeliveryState::Dead));
        assert_eq!(
            next_state(&second, &Outcome::Taken(204), &retries(0), at).state,
            DeliveryState::Delivered
        );
    }
}
