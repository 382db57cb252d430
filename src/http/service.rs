//! What every worker shares: the store, the options, and what was rendered once.

use super::imports::Sandbox;
use super::metrics::Metrics;
use super::openapi::Document;
use super::refusals::Refusals;
use crate::operations::Review;
use crate::storage::Store;
use ipnet::IpNet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

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
    pub review: Review,
}

/// The state of a running service.
pub struct Service {
    pub store: Store,
    pub options: ServiceOptions,
    pub document: Document,
    pub refusals: Refusals,
    pub metrics: Metrics,
    pub sandbox: Sandbox,
    ending: AtomicBool,
}

impl Service {
    pub fn new(store: Store, options: ServiceOptions, document: Document) -> std::io::Result<Service> {
        let metrics = Metrics::new(store.meters());
        Ok(Service {
            store,
            options,
            document,
            refusals: Refusals::default(),
            metrics,
            sandbox: Sandbox::new()?,
            ending: AtomicBool::new(false),
        })
    }

    /// From now on `/readyz` says no, so that balancers send nobody here any more.
    pub fn end(&self) {
        self.ending.store(true, Ordering::Release);
    }

    pub fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Acquire)
    }
}
