//! Webhooks are told of the changes, by the one instance that holds the lease.

mod address;
mod post;

pub use address::check_address;

use super::{QUIET, Works, now};
use crate::domain::onward::Delivery;
use crate::operations::webhooks::{self, Attempt, Outcome, hold_lease, next_state, settle};
use chrono::Utc;
use futures_util::StreamExt;
use futures_util::stream::iter;
use ipnet::IpNet;
use post::Postman;
use std::path::PathBuf;
use std::time::Duration;

/// Where webhooks may lead, and how patiently.
#[derive(Debug, Clone, Default)]
pub struct WebhookOptions {
    /// Lower case.
    pub hosts: Vec<String>,
    pub networks: Vec<IpNet>,
    /// Certificates in the place of the public ones.
    pub ca_file: Option<PathBuf>,
    pub timeout: Duration,
    /// How long after each failure it is tried again.
    pub retries: Vec<Duration>,
}

/// Starts the sender, where anything may be sent at all.
pub fn start(works: Works) {
    match Postman::new(&works.webhooks) {
        Some(Ok(postman)) => {
            tokio::spawn(send(works, postman));
        }
        Some(Err(error)) => tracing::error!(error, "webhooks are not sent"),
        None => tracing::debug!("no webhooks are sent: webhooks.allow is empty"),
    }
}

/// Deliveries taken at once.
const BATCH: i64 = 16;
/// Sent at the same time.
const TOGETHER: usize = 8;

/// Sends what is due, as long as this instance holds the lease.
async fn send(works: Works, postman: Postman) {
    let holder = uuid::Uuid::now_v7().to_string();
    let rounds = u32::try_from(BATCH).unwrap_or(1) / u32::try_from(TOGETHER).unwrap_or(1);
    let length = chrono::Duration::from_std(postman.timeout() * rounds + Duration::from_secs(15))
        .unwrap_or(chrono::Duration::seconds(60));
    let mut news = works.store.watch().changes();
    let mut idle_rounds = 0u32;
    while !works.ending.has_begun() {
        news.mark_unchanged();
        match round(&works, &postman, &holder, length).await {
            Ok(true) => {
                idle_rounds = 0;
                continue;
            }
            Ok(false) => idle_rounds = idle_rounds.wrapping_add(1),
            Err(error) => tracing::warn!(error, "webhooks could not be sent; it is tried again"),
        }
        if idle_rounds % 3_600 == 1 {
            let forgotten = works.write("webhooks", |connection| webhooks::forget_old(connection, now()));
            if let Err(error) = forgotten.await {
                tracing::warn!(?error, "old deliveries could not be forgotten");
            }
        }
        let _whether_news = tokio::time::timeout(QUIET, news.changed()).await;
    }
    let _released =
        works.write("webhooks", move |connection| webhooks::release_lease(connection, &holder)).await;
}

/// One round: whether there was anything to do.
async fn round(
    works: &Works,
    postman: &Postman,
    holder: &str,
    length: chrono::Duration,
) -> Result<bool, String> {
    let due = || works.store.read(|connection| webhooks::due(connection, now(), BATCH));
    if due().await.map_err(|refusal| format!("{refusal:?}"))?.is_empty() {
        return Ok(false);
    }
    let me = holder.to_owned();
    let mine = works.write("webhooks", move |connection| hold_lease(connection, &me, now(), length));
    if !mine.await.map_err(|error| format!("{error:?}"))? {
        return Ok(false);
    }
    // Read again: whoever held the lease before may have sent them.
    let attempts = due().await.map_err(|refusal| format!("{refusal:?}"))?;
    let retries = &works.webhooks.retries;
    let settled: Vec<(Delivery, Outcome)> = iter(attempts)
        .map(|attempt| async move {
            let outcome = deliver(postman, &attempt).await;
            (next_state(&attempt.delivery, &outcome, retries, jitter(), now()), outcome)
        })
        .buffer_unordered(TOGETHER)
        .collect()
        .await;
    let written = works.write("webhooks", move |connection| settle(connection, &settled, now()));
    written.await.map(|()| true).map_err(|error| format!("{error:?}"))
}

async fn deliver(postman: &Postman, attempt: &Attempt) -> Outcome {
    let (postman, attempt) = (postman.clone(), attempt.clone());
    let sent = tokio::task::spawn_blocking(move || postman.post(&attempt, Utc::now().timestamp())).await;
    sent.unwrap_or_else(|_| Outcome::Failed { status: None, error: "interrupted".to_owned() })
}

/// From -20 to 20 percent.
fn jitter() -> i32 {
    let mut random = [0u8; 1];
    // Without chance all come at the same time; nothing worse.
    let _filled = getrandom::fill(&mut random);
    i32::from(random[0]) % 41 - 20
}
