//! What every worker shares: the store, the options, and what was rendered once.

use super::budget::Budget;
use super::document::Document;
use super::kept::KeptBodies;
use super::last_use::LastUses;
use super::limit::Limit;
use super::metrics::Metrics;
use super::oidc::{OidcOptions, Reader};
use super::reads::Reads;
use super::refusals::Refusals;
use super::shares::Shares;
use crate::documents::intake::Sandbox;
use crate::domain::algorithm::Algorithm;
use crate::domain::instance::Instance;
use crate::domain::rules::RuleSet;
use crate::domain::workflow::Review;
use crate::operations::Policy;
use crate::operations::people::EntryRules;
use crate::operations::store::Store;
use crate::work::{Ending, WebhookOptions, WitnessOptions};
use ipnet::IpNet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Semaphore;

/// How the service is offered; every value comes from the settings.
#[derive(Debug, Clone)]
pub struct ServiceOptions {
    /// Worker threads; 0 = one per core.
    pub workers: usize,
    pub max_connections: usize,
    /// How long a client may take for the head of its request.
    pub request_timeout: Duration,
    pub keep_alive: Duration,
    /// How long requests are still taken once the service is to end, each connection ended with its answer.
    pub farewell: Duration,
    /// How long requests that are under way may take after that.
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
    /// Bytes of bodies in memory at once, in all and of one client.
    pub bytes_in_flight: usize,
    pub bytes_per_client: usize,
    /// Where figures are given without a token; empty: nowhere.
    pub metrics_listen: String,
    /// Whom to tell of a hole, as an address (RFC 9116); empty: nobody is named.
    pub security_contact: String,
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
    /// What is asked of every token.
    pub entry: EntryRules,
    pub witness: Option<WitnessOptions>,
    /// How long reads of what is not public are kept.
    pub access_days: i64,
    /// The first settings of a database that has none.
    pub review: Review,
    pub policy: Policy,
    /// By which algorithm the database makes its digests.
    pub digests: Algorithm,
    /// Over all settings but where the database is, and over the limits among them.
    pub settings_digest: String,
    pub limits_digest: String,
    /// Nobody holds roles of two offices.
    pub roles_separated: bool,
    /// `None`: nobody signs in by an identity provider.
    pub oidc: Option<OidcOptions>,
    /// The rules at the start, and how they are read again.
    pub rules: Arc<RuleSet>,
    pub reload_rules: Reload,
    pub lines_dropped: LinesDropped,
}

/// Tells how many lines the log had no room for.
#[derive(Clone)]
pub struct LinesDropped(Arc<dyn Fn() -> usize + Send + Sync>);

impl LinesDropped {
    pub fn new(count: impl Fn() -> usize + Send + Sync + 'static) -> LinesDropped {
        LinesDropped(Arc::new(count))
    }

    pub fn count(&self) -> u64 {
        u64::try_from((self.0)()).unwrap_or(u64::MAX)
    }
}

impl Default for LinesDropped {
    fn default() -> LinesDropped {
        LinesDropped::new(|| 0)
    }
}

impl std::fmt::Debug for LinesDropped {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("LinesDropped")
    }
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
    pub reads: Reads,
    pub last_uses: LastUses,
    pub metrics: Metrics,
    pub sandbox: Sandbox,
    pub kept: KeptBodies,
    pub streams: Arc<Semaphore>,
    pub stream_shares: Shares,
    pub scan_shares: Shares,
    pub limit: Option<Limit>,
    pub oidc: Option<Arc<Reader>>,
    /// Of bodies in memory.
    pub budget: Budget,
    /// What cursors are sealed with; the same on all instances.
    pub cursor_key: Vec<u8>,
    rules: RwLock<Arc<RuleSet>>,
    pub ending: Ending,
    instance: Instance,
}

impl Service {
    pub fn new(
        store: Store,
        options: ServiceOptions,
        document: Document,
        cursor_key: Vec<u8>,
        instance: Instance,
    ) -> std::io::Result<Service> {
        let reads = Reads::default();
        let metrics = Metrics::new(store.meters(), &reads.lost);
        Ok(Service {
            kept: KeptBodies::new(options.kept_bytes),
            oidc: options.oidc.clone().map(|options| Arc::new(Reader::new(options))),
            limit: Limit::new(options.requests_per_minute, options.exempt.clone()),
            budget: Budget::new(options.bytes_in_flight, options.bytes_per_client),
            cursor_key,
            stream_shares: Shares::new(options.streams_per_client),
            scan_shares: Shares::new(options.scans_per_client),
            streams: Arc::new(Semaphore::new(options.streams)),
            rules: RwLock::new(Arc::clone(&options.rules)),
            store,
            options,
            document,
            refusals: Refusals::default(),
            reads,
            last_uses: LastUses::default(),
            metrics,
            sandbox: Sandbox::new()?,
            ending: Ending::default(),
            instance,
        })
    }

    /// The rules in force.
    pub fn rules(&self) -> Arc<RuleSet> {
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// This instance, by the rules in force.
    pub fn instance(&self) -> Instance {
        let rules = self.rules();
        Instance {
            rules: rules.name().to_owned(),
            lexicons: rules.words().to_owned(),
            ..self.instance.clone()
        }
    }

    /// Reads the rules anew; if they are faulty, those in force stay.
    pub fn reload_rules(&self) -> Result<(), String> {
        let read = Arc::new(self.options.reload_rules.run()?);
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(())
    }
}
