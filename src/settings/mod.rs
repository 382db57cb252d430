//! Settings: embedded defaults < profile < file < environment; unknown keys refused, faults told by key.

mod check;
mod load;

pub use check::{Fault, network};
pub use load::{SettingsError, Sources, load};

use serde::{Deserialize, Serialize};

/// Every key with its meaning; the same text stands in the repository.
pub const DEFAULTS: &str = include_str!("../../config/default.toml");

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub server: Server,
    pub database: Database,
    pub limits: Limits,
    pub webhooks: Webhooks,
    pub review: Review,
    pub rules: Rules,
    pub wording: Wording,
    pub telemetry: Telemetry,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub listen: String,
    pub workers: usize,
    pub max_connections: usize,
    pub request_timeout_ms: u64,
    pub keep_alive_ms: u64,
    pub drain_seconds: u64,
    pub cors_origins: Vec<String>,
    pub trusted_proxies: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    pub url: String,
    pub migrate: bool,
    pub readers: usize,
    pub scan_readers: usize,
    pub read_patience_ms: u64,
    pub queue_capacity: usize,
    pub synchronous: String,
    pub statement_timeout_ms: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub json_bytes: usize,
    pub import_bytes: usize,
    pub batch_bytes: usize,
    pub body_drain_ms: u64,
    /// `None`: by the memory there is.
    pub kept_bytes: Option<u64>,
    pub scan_ms: u64,
    pub streams: usize,
    pub streams_per_client: usize,
    pub requests_per_minute: u32,
    pub exempt: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    pub allow: Vec<String>,
    pub ca_file: String,
    pub timeout_ms: u64,
    pub retry_seconds: Vec<u64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    pub stages: u8,
    pub separation_of_duties: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    pub lexicon_dir: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// `wording.typo=error`: findings of a rule weigh heavier.
    pub raise: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telemetry {
    pub format: LogFormat,
    pub filter: String,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}
