//! Where a command finds its settings, and what it makes of them.

use super::failure::Failure;
use super::lexicons::read_rules;
use crate::domain::rules::{RuleSet, read_raised};
use crate::http::{Reload, ServiceOptions};
use crate::operations::Review;
use crate::settings::{Settings, Sources, load, network};
use crate::storage::StoreOptions;
use crate::work::WebhookOptions;
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug, Clone, Args)]
pub struct ConfigOptions {
    /// 设置文件（TOML），在默认值和 profile 之上
    #[arg(long, value_name = "文件")]
    config: Option<PathBuf>,
    /// 设置的名称：读取 <config-dir>/<profile>.toml
    #[arg(long, env = "NIANBAO_PROFILE", value_name = "名称")]
    profile: Option<String>,
    /// profile 所在的目录
    #[arg(long, default_value = "config", value_name = "目录")]
    config_dir: PathBuf,
}

impl ConfigOptions {
    pub fn load(&self) -> Result<Settings, Failure> {
        let sources = Sources {
            profile: self.profile.clone(),
            folder: self.config_dir.clone(),
            file: self.config.clone(),
        };
        Ok(load(&sources)?)
    }
}

/// The rules by which the settings say to judge.
pub fn rule_set(settings: &Settings) -> Result<Arc<RuleSet>, Failure> {
    let raised = read_raised(&settings.rules.raise);
    let raised = raised.map_err(|fault| Failure::Usage(format!("rules.raise：{fault}")))?;
    let read = read_rules(&settings.wording.lexicon_dir, raised);
    Ok(Arc::new(read.map_err(|fault| Failure::Usage(format!("wording.lexicon_dir：{fault}")))?))
}

pub fn store_options(settings: &Settings) -> Result<StoreOptions, Failure> {
    let database = &settings.database;
    Ok(StoreOptions {
        readers: database.readers,
        scan_readers: database.scan_readers,
        scan_time: Duration::from_millis(settings.limits.scan_ms),
        read_patience: Duration::from_millis(database.read_patience_ms),
        queue_capacity: database.queue_capacity,
        synchronous: database.synchronous.clone(),
        statement_timeout: Duration::from_millis(database.statement_timeout_ms),
        ..StoreOptions::new(database.url.parse()?)
    })
}

pub fn service_options(settings: &Settings) -> Result<ServiceOptions, Failure> {
    let (server, limits) = (&settings.server, &settings.limits);
    Ok(ServiceOptions {
        listen: server.listen.clone(),
        workers: server.workers,
        max_connections: server.max_connections,
        request_timeout: Duration::from_millis(server.request_timeout_ms),
        keep_alive: Duration::from_millis(server.keep_alive_ms),
        drain: Duration::from_secs(server.drain_seconds),
        json_bytes: limits.json_bytes,
        import_bytes: limits.import_bytes,
        batch_bytes: limits.batch_bytes,
        body_drain: Duration::from_millis(limits.body_drain_ms),
        cors_origins: server.cors_origins.clone(),
        trusted_proxies: server.trusted_proxies.iter().filter_map(|range| network(range)).collect(),
        kept_bytes: limits.kept_bytes.unwrap_or_else(super::memory::for_kept_bodies),
        streams: limits.streams,
        streams_per_client: limits.streams_per_client,
        requests_per_minute: limits.requests_per_minute,
        exempt: limits.exempt.iter().filter_map(|range| network(range)).collect(),
        scans_per_client: settings.database.scan_readers.saturating_sub(1).max(1),
        scan_patience: Duration::from_millis(settings.database.read_patience_ms),
        rules: rule_set(settings)?,
        reload_rules: reload(settings),
        webhooks: WebhookOptions {
            hosts: settings
                .webhooks
                .allow
                .iter()
                .filter(|place| network(place).is_none())
                .map(|host| host.to_ascii_lowercase())
                .collect(),
            networks: settings.webhooks.allow.iter().filter_map(|place| network(place)).collect(),
            ca_file: Some(PathBuf::from(&settings.webhooks.ca_file))
                .filter(|file| !file.as_os_str().is_empty()),
            timeout: Duration::from_millis(settings.webhooks.timeout_ms),
            retries: settings
                .webhooks
                .retry_seconds
                .iter()
                .map(|seconds| Duration::from_secs(*seconds))
                .collect(),
        },
        review: Review {
            stages: settings.review.stages,
            separation_of_duties: settings.review.separation_of_duties,
        },
    })
}

/// What SIGHUP does: the folder's words are read again.
fn reload(settings: &Settings) -> Reload {
    let folder = settings.wording.lexicon_dir.clone();
    let raised = read_raised(&settings.rules.raise).unwrap_or_default();
    Reload::new(move || read_rules(&folder, raised.clone()))
}
