//! Settings: embedded defaults < profile < file < environment; unknown keys refused, faults told by key.

mod check;
mod load;
mod oidc;
mod secret;
mod shape;

pub use check::{allowed_place, network};
pub use load::{SettingsError, Sources, load};
pub use secret::Secret;

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
    pub auth: Auth,
    pub archive: Archive,
    pub roles: Roles,
    pub second_pair: SecondPair,
    pub rules: Rules,
    pub wording: Wording,
    pub telemetry: Telemetry,
    pub metrics: Metrics,
    pub audit: Audit,
    pub digest: Digest,
}

impl Settings {
    /// What holds where nobody says otherwise.
    pub fn usual() -> Settings {
        load::usual()
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub listen: String,
    pub workers: usize,
    pub max_connections: usize,
    pub request_timeout_ms: u64,
    pub keep_alive_ms: u64,
    pub farewell_ms: u64,
    pub drain_seconds: u64,
    pub cors_origins: Vec<String>,
    pub trusted_proxies: Vec<String>,
    pub security_contact: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    pub url: String,
    pub read_url: String,
    pub read_lag_ms: u64,
    pub migrate: bool,
    pub readers: usize,
    pub scan_readers: usize,
    pub read_patience_ms: u64,
    pub queue_capacity: usize,
    pub write_patience_ms: u64,
    pub require_synchronous: bool,
    pub synchronous: String,
    pub statement_timeout_ms: u64,
    pub slow_statement_ms: u64,
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
    pub bytes_in_flight: usize,
    pub bytes_per_client: usize,
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
    /// By what secrets are sealed; empty: they are not.
    pub seal_key: Secret,
    pub former_seal_keys: Vec<Secret>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    pub stages: u8,
    pub separation_of_duties: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// 0: as long as it likes.
    pub greatest_life_days: u32,
    pub idle_days: u32,
    pub networks: Vec<String>,
    /// Whose tokens are a way in: of all, of machines alone, of nobody.
    pub tokens: String,
    pub oidc: Oidc,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// Empty: nobody signs in by an identity provider.
    pub issuer: String,
    pub audience: String,
    pub jwks_file: String,
    pub jwks_url: String,
    pub ca_file: String,
    pub algorithms: Vec<String>,
    pub clock_skew_seconds: u64,
    pub refresh_seconds: u64,
    pub subject_claim: String,
    /// Empty: nobody signs in by it on the page of the documentation.
    pub client_id: String,
    pub scopes: Vec<String>,
    pub origins: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archive {
    pub after_days: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// 三员分立.
    pub separation: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondPair {
    pub review_settings: bool,
    pub archive: bool,
    pub withdrawal: bool,
    pub suppression: bool,
    pub grants: bool,
    pub days: u32,
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

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// Where figures are given without a token; empty: nowhere.
    pub listen: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digest {
    /// Of a new database.
    pub algorithm: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// How long reads of what is not public are kept.
    pub access_days: u32,
    /// File of the key that heads are signed by; empty: none are.
    pub signing_key: String,
    pub sign_entries: u32,
    pub sign_minutes: u32,
    /// Where signed heads are written and posted; empty: not.
    pub witness_file: String,
    pub witness_url: String,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}
