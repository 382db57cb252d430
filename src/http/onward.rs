//! What goes on behind the requests: the index and the renditions follow the changes, webhooks are told of them.

mod address;
mod post;

pub use address::check_address;

use super::kernel::service::Service;
use super::reports::RENDERER;
use crate::operations::reports::renditions;
use crate::operations::webhooks::{self, Attempt, Outcome, hold_lease, next_state, settle};
use crate::operations::{Refusal, search};
use crate::storage::outbox::Delivery;
use crate::storage::{Act, AnyConnection, Notes, Queue, StoredAnswer, WriteError, Written};
use actix_web::web::Data;
use chrono::{NaiveDateTime, SubsecRound, Utc};
use futures_util::StreamExt;
use futures_util::stream::iter;
use post::Postman;
use std::time::Duration;

/// Starts them; they end with the service.
pub fn start(service: &Data<Service>) {
    actix_web::rt::spawn(index(service.clone()));
    actix_web::rt::spawn(render(service.clone()));
    match Postman::new(&service.options.webhooks) {
        Some(Ok(postman)) => {
            actix_web::rt::spawn(send(service.clone(), postman));
        }
        Some(Err(error)) => tracing::error!(error, "webhooks are not sent"),
        None => tracing::debug!("no webhooks are sent: webhooks.allow is empty"),
    }
}

fn now() -> NaiveDateTime {
    Utc::now().naive_utc().trunc_subsecs(6)
}

/// One operation of the service's own, behind whatever people do.
async fn write<T: Send + 'static>(
    service: &Service,
    name: &str,
    operation: impl FnMut(&mut AnyConnection, &Act, &mut Notes) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, WriteError<Refusal>> {
    let act = Act { at: now(), actor: None, request_id: name.to_owned(), key: None };
    let nothing = |_: &T| StoredAnswer { status: 200, headers: Vec::new(), body: String::new() };
    match service.store.write(Queue::Bulk, act, operation, nothing).await? {
        Written::Fresh(outcome) => Ok(outcome),
        // Without a key nothing is replayed.
        Written::Replayed(_) => Err(WriteError::Unavailable),
    }
}

/// Nothing to do for so long, unless something happens.
const QUIET: Duration = Duration::from_secs(1);

/// The search index follows the changes.
async fn index(service: Data<Service>) {
    follow(&service, "search", search::next_step, search::enter_step).await;
}

/// So do the renditions of what everybody reads; anew where another program has made them.
async fn render(service: Data<Service>) {
    let others = |connection: &mut AnyConnection| renditions::any_of_another(connection, RENDERER.program);
    if matches!(service.store.read(others).await, Ok(true)) {
        let begun = write(&service, "renditions", |connection, _, _| renditions::start_over(connection));
        if let Err(error) = begun.await {
            tracing::warn!(?error, "what another program has rendered stays unused until the next start");
        }
    }
    let next = |connection: &mut AnyConnection| renditions::next_step(connection, RENDERER);
    follow(&service, "renditions", next, renditions::enter_step).await;
}

/// Follows the changes with what is made of them: a step is made from a reader, and entered in the lane.
async fn follow<Step: Send + 'static>(
    service: &Service,
    name: &'static str,
    next: impl Fn(&mut AnyConnection) -> Result<Option<Step>, Refusal> + Copy + Send + 'static,
    enter: fn(&mut AnyConnection, &Step) -> Result<bool, Refusal>,
) {
    let mut news = service.store.changes();
    while !service.is_ending() {
        news.mark_unchanged();
        let done = match service.store.read(next).await {
            Ok(None) => None,
            Ok(Some(step)) => {
                let entered = write(service, name, move |connection, _, _| enter(connection, &step));
                Some(entered.await.map_err(|error| format!("{error:?}")))
            }
            Err(refusal) => Some(Err(format!("{refusal:?}"))),
        };
        match done {
            Some(Ok(_)) => continue,
            Some(Err(error)) => {
                tracing::warn!(error, consumer = name, "could not follow the changes; it is tried again")
            }
            None => {}
        }
        let _whether_news = tokio::time::timeout(QUIET, news.changed()).await;
    }
}

/// Deliveries taken at once.
const BATCH: i64 = 16;
/// Sent at the same time.
const TOGETHER: usize = 8;

/// Sends what is due, as long as this instance holds the lease.
async fn send(service: Data<Service>, postman: Postman) {
    let holder = uuid::Uuid::now_v7().to_string();
    let rounds = u32::try_from(BATCH).unwrap_or(1) / u32::try_from(TOGETHER).unwrap_or(1);
    let length = chrono::Duration::from_std(postman.timeout() * rounds + Duration::from_secs(15))
        .unwrap_or(chrono::Duration::seconds(60));
    let mut news = service.store.changes();
    let mut idle_rounds = 0u32;
    while !service.is_ending() {
        news.mark_unchanged();
        match round(&service, &postman, &holder, length).await {
            Ok(true) => {
                idle_rounds = 0;
                continue;
            }
            Ok(false) => idle_rounds = idle_rounds.wrapping_add(1),
            Err(error) => tracing::warn!(error, "webhooks could not be sent; it is tried again"),
        }
        if idle_rounds % 3_600 == 1 {
            let forgotten =
                write(&service, "webhooks", |connection, _, _| webhooks::forget_old(connection, now()));
            if let Err(error) = forgotten.await {
                tracing::warn!(?error, "old deliveries could not be forgotten");
            }
        }
        let _whether_news = tokio::time::timeout(QUIET, news.changed()).await;
    }
    let _released =
        write(&service, "webhooks", move |connection, _, _| webhooks::release_lease(connection, &holder))
            .await;
}

/// One round: whether there was anything to do.
async fn round(
    service: &Service,
    postman: &Postman,
    holder: &str,
    length: chrono::Duration,
) -> Result<bool, String> {
    let due = || service.store.read(|connection| webhooks::due(connection, now(), BATCH));
    if due().await.map_err(|refusal| format!("{refusal:?}"))?.is_empty() {
        return Ok(false);
    }
    let me = holder.to_owned();
    let mine = write(service, "webhooks", move |connection, _, _| hold_lease(connection, &me, now(), length));
    if !mine.await.map_err(|error| format!("{error:?}"))? {
        return Ok(false);
    }
    // Read again: whoever held the lease before may have sent them.
    let attempts = due().await.map_err(|refusal| format!("{refusal:?}"))?;
    let retries = &service.options.webhooks.retries;
    let settled: Vec<(Delivery, Outcome)> = iter(attempts)
        .map(|attempt| async move {
            let outcome = deliver(postman, &attempt).await;
            (next_state(&attempt.delivery, &outcome, retries, jitter(), now()), outcome)
        })
        .buffer_unordered(TOGETHER)
        .collect()
        .await;
    let written = write(service, "webhooks", move |connection, _, _| settle(connection, &settled, now()));
    written.await.map(|()| true).map_err(|error| format!("{error:?}"))
}

async fn deliver(postman: &Postman, attempt: &Attempt) -> Outcome {
    let (postman, attempt) = (postman.clone(), attempt.clone());
    let sent = actix_web::web::block(move || postman.post(&attempt, Utc::now().timestamp())).await;
    sent.unwrap_or_else(|_| Outcome::Failed { status: None, error: "interrupted".to_owned() })
}

/// From -20 to 20 percent.
fn jitter() -> i32 {
    let mut random = [0u8; 1];
    // Without chance all come at the same time; nothing worse.
    let _filled = getrandom::fill(&mut random);
    i32::from(random[0]) % 41 - 20
}
