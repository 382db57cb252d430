//! Webhooks are told of the changes, by the one instance that holds the lease.

mod address;
mod post;
mod secrets;

pub use address::check_address;

use super::{QUIET, Works, now, write_behind};
use crate::domain::sealed::SealKeys;
use crate::operations::Answer;
use crate::operations::webhooks::{
    self, Attempt, Due, Outcome, Retries, UnderWay, disable_ownerless, hold_lease, settle,
};
use crate::storage::Act;
use chrono::Utc;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use ipnet::IpNet;
pub(super) use post::Postman;
pub(super) use secrets::seal_secrets;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// One place where webhooks may lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    pub place: Place,
    /// `None`: any.
    pub port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In lower case.
    Host(String),
    Network(IpNet),
}

/// Where webhooks may lead, and how patiently.
#[derive(Debug, Clone, Default)]
pub struct WebhookOptions {
    pub allow: Vec<Allowed>,
    /// Certificates in the place of the public ones.
    pub ca_file: Option<PathBuf>,
    pub timeout: Duration,
    /// How long after each failure it is tried again.
    pub retries: Vec<Duration>,
    /// By which keys secrets are sealed and opened.
    pub seal: SealKeys,
}

/// Starts the sender, where anything may be sent at all.
pub fn start(works: Works) -> Option<JoinHandle<()>> {
    match Postman::new(&works.webhooks) {
        Some(Ok(postman)) => return Some(tokio::spawn(send(works, postman))),
        Some(Err(error)) => tracing::error!(error, "webhooks are not sent"),
        None => tracing::debug!("no webhooks are sent: webhooks.allow is empty"),
    }
    None
}

/// For how long the right to send is held, unless it is held anew; another instance takes over within it.
const LEASE: Duration = Duration::from_secs(10);
/// How often it is held anew.
const BEAT: Duration = Duration::from_secs(3);

/// Sends what is due, as long as this instance holds the lease. No receiver waits for another: each delivery is a task
/// of its own.
async fn send(works: Works, postman: Postman) {
    let (mut news, ending) = (works.store.watch().changes(), works.ending.clone());
    let holder = uuid::Uuid::now_v7().to_string();
    let mut sender = Sender {
        works,
        postman,
        holder,
        held: None,
        under_way: UnderWay::default(),
        sent: FuturesUnordered::new(),
    };
    while !sender.works.ending.has_begun() {
        news.mark_unchanged();
        if let Err(error) = sender.begin_what_is_due().await {
            tracing::warn!(error, "webhooks could not be sent; it is tried again");
        }
        tokio::select! {
            Some(ended) = sender.sent.next() => sender.ended(&ended),
            () = ending.begun() => {}
            _whether = tokio::time::timeout(QUIET, news.changed()) => {}
        }
    }
    while sender.sent.next().await.is_some() {}
    let Sender { works, holder, .. } = sender;
    let _released =
        works.write("webhooks", move |connection| webhooks::release_lease(connection, &holder)).await;
}

/// A webhook, and a delivery to it.
type Key = (String, String);

struct Sender {
    works: Works,
    postman: Postman,
    holder: String,
    /// Since when the lease is surely held.
    held: Option<Instant>,
    under_way: UnderWay,
    sent: FuturesUnordered<BoxFuture<'static, Key>>,
}

impl Sender {
    /// Begins to send what is due and has room.
    async fn begin_what_is_due(&mut self) -> Result<(), String> {
        while let Some(Some(ended)) = self.sent.next().now_or_never() {
            self.ended(&ended);
        }
        let (mut due, may_hold) = self.look().await?;
        if due.is_empty() && self.under_way.is_empty() {
            return Ok(());
        }
        if self.held.is_none_or(|since| since.elapsed() >= BEAT) {
            let goes_on = self.held.is_some_and(|since| since.elapsed() < LEASE);
            if !may_hold || !self.hold().await? {
                self.held = None;
                return Ok(());
            }
            if !goes_on {
                // Whoever held the lease before may have sent them.
                due = self.look().await?.0;
            }
        }
        if !due.ownerless.is_empty() {
            self.lay_aside(due.ownerless).await?;
        }
        for attempt in due.attempts {
            self.begin(attempt);
        }
        Ok(())
    }

    /// What is due, and whether nobody else sends.
    async fn look(&mut self) -> Result<(Due, bool), String> {
        let (under_way, holder) = (self.under_way.clone(), self.holder.clone());
        let entry = self.works.entry.clone();
        let looked: Answer<_> = self
            .works
            .store
            .read(move |connection| {
                let due = webhooks::due(connection, &under_way, &entry)?;
                Ok((due, webhooks::may_hold_lease(connection, &holder)?))
            })
            .await;
        looked.map_err(|refusal| format!("{refusal:?}"))
    }

    /// Holds the lease from now on, if nobody else does.
    async fn hold(&mut self) -> Result<bool, String> {
        let (began, holder) = (Instant::now(), self.holder.clone());
        let length = chrono::Duration::from_std(LEASE).unwrap_or_default();
        let mine =
            self.works.write("webhooks", move |connection| hold_lease(connection, &holder, length)).await;
        let mine = mine.map_err(|error| format!("{error:?}"))?;
        self.held = mine.then_some(began);
        Ok(mine)
    }

    /// Switches webhooks off whose owners could have none any more.
    async fn lay_aside(&mut self, ids: Vec<String>) -> Result<(), String> {
        let entry = self.works.entry.clone();
        let off = move |connection: &mut _, act: &Act, notes: &mut _| {
            disable_ownerless(connection, notes, &ids, (&entry, act.at))
        };
        let count = write_behind(&self.works.store, Act::of_service("webhooks", now()), off).await;
        let count = count.map_err(|error| format!("{error:?}"))?;
        if count > 0 {
            tracing::warn!(count, "switched off webhooks whose owners may have none any more");
        }
        Ok(())
    }

    fn begin(&mut self, attempt: Attempt) {
        let key = (attempt.webhook.id.clone(), attempt.delivery.id.clone());
        self.under_way.entry(key.0.clone()).or_default().push(key.1.clone());
        let task = tokio::spawn(deliver(self.works.clone(), self.postman.clone(), attempt));
        let ended = async move {
            let _panicked = task.await;
            key
        };
        self.sent.push(ended.boxed());
    }

    fn ended(&mut self, (webhook, delivery): &Key) {
        if let Some(under_way) = self.under_way.get_mut(webhook) {
            under_way.retain(|known| known != delivery);
            if under_way.is_empty() {
                self.under_way.remove(webhook);
            }
        }
    }
}

/// Sends once, and writes down what came of it: before that it counts as being under way.
async fn deliver(works: Works, postman: Postman, attempt: Attempt) {
    let delivery = attempt.delivery.clone();
    let sent = tokio::task::spawn_blocking(move || postman.post(&attempt, Utc::now().timestamp())).await;
    let outcome = sent.unwrap_or_else(|_| Outcome::Failed { status: None, error: "interrupted".to_owned() });
    let retries = Retries { waits: works.webhooks.retries.clone(), jitter: jitter() };
    loop {
        let (delivery, outcome, retries) = (delivery.clone(), outcome.clone(), retries.clone());
        let settled = move |connection: &mut _, _: &Act, notes: &mut _| {
            settle(connection, notes, &delivery, &outcome, &retries)
        };
        match write_behind(&works.store, Act::of_service("webhooks", now()), settled).await {
            Ok(()) => return,
            Err(error) => tracing::warn!(?error, "what came of a webhook's delivery could not be written"),
        }
        if works.ending.has_begun() {
            return;
        }
        tokio::time::sleep(QUIET).await;
    }
}

/// From -20 to 20 percent.
fn jitter() -> i32 {
    let mut random = [0u8; 1];
    // Without chance all come at the same time; nothing worse.
    let _filled = getrandom::fill(&mut random);
    i32::from(random[0]) % 41 - 20
}
