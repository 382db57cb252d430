//! What every worker shares: the store, the options, and what was rendered once.

use super::document::Document;
use super::kept::KeptBodies;
use super::limit::Limit;
use super::metrics::Metrics;
use super::refusals::Refusals;
use super::shares::Shares;
use crate::documents::intake::Sandbox;
use crate::domain::rules::RuleSet;
use crate::operations::Review;
use crate::operations::store::Store;
use crate::work::{Ending, WebhookOptions};
use ipnet::IpNet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Semaphore;

/// How the service is offered; every value comes from the settings.
#[derive(Debug, Clone)]
pub struct ServiceOptions {
    /// `127.0.0.1:8080`; port 0 lets the system choose.
    pub listen: String,
    /// Worker threads; 0 = one per core.
    pub workers: usize,
    pub max_connections: usize,
    /// How long a client may take for the head of its request.
    pub request_timeout: Duration,
    pub keep_alive: Duration,
    /// How long requests that are under way may take once the service is to end.
    pub drain: Duration,
    pub json_bytes: usize,
    pub import_bytes: usize,
    pub batch_bytes: usize,
    /// How long a refused body is read on, so that the client reads the answer.
    pub body_drain: Duration,
    pub cors_origins: Vec<String>,
    /// Whose word about a client's address is taken.
    pub trusted_proxies: Vec<IpNet>,
    /// Memory for answers that are given again.
    pub kept_bytes: u64,
    /// Streams of changes open at once.
    pub streams: usize,
    /// The same of one client, with those who wait for a change.
    pub streams_per_client: usize,
    /// Units that an address may use in a minute; 0: nothing is counted by client.
    pub requests_per_minute: u32,
    /// Addresses that are not counted.
    pub exempt: Vec<IpNet>,
    /// Scans of one client at the same time, and how long the next one waits.
    pub scans_per_client: usize,
    pub scan_patience: Duration,
    pub webhooks: WebhookOptions,
    pub review: Review,
    /// The rules at the start, and how they are read again.
    pub rules: Arc<RuleSet>,
    pub reload_rules: Reload,
}

/// Reads the rules anew on SIGHUP; what is wrong with them otherwise.
#[derive(Clone)]
pub struct Reload(Arc<dyn Fn() -> Result<RuleSet, String> + Send + Sync>);

impl Reload {
    pub fn new(read: impl Fn() -> Result<RuleSet, String> + Send + Sync + 'static) -> Reload {
        Reload(Arc::new(read))
    }

    fn run(&self) -> Result<RuleSet, String> {
        (self.0)()
    }
}

impl std::fmt::Debug for Reload {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Reload")
    }
}

/// The state of a running service.
pub struct Service {
    pub store: Store,
    pub options: ServiceOptions,
    pub document: Document,
    pub refusals: Refusals,
    pub metrics: Metrics,
    pub sandbox: Sandbox,
    pub kept: KeptBodies,
    pub streams: Arc<Semaphore>,
    pub stream_shares: Shares,
    pub scan_shares: Shares,
    pub limit: Option<Limit>,
    rules: RwLock<Arc<RuleSet>>,
    pub ending: Ending,
}

impl Service {
    pub fn new(store: Store, options: ServiceOptions, document: Document) -> std::io::Result<Service> {
        let metrics = Metrics::new(store.meters());
        Ok(Service {
            kept: KeptBodies::new(options.kept_bytes),
            limit: Limit::new(options.requests_per_minute, options.exempt.clone()),
            stream_shares: Shares::new(options.streams_per_client),
            scan_shares: Shares::new(options.scans_per_client),
            streams: Arc::new(Semaphore::new(options.streams)),
            rules: RwLock::new(Arc::clone(&options.rules)),
            store,
            options,
            document,
            refusals: Refusals::default(),
            metrics,
            sandbox: Sandbox::new()?,
            ending: Ending::default(),
        })
    }

    /// The rules in force.
    pub fn rules(&self) -> Arc<RuleSet> {
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the rules anew; if they are faulty, those in force stay.
    pub fn reload_rules(&self) -> Result<(), String> {
        let read = Arc::new(self.options.reload_rules.run()?);
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(())
    }
}
