//! Where a command finds its settings, and what it makes of them.

use super::failure::Failure;
use super::lexicons::read_rules;
use crate::domain::access::{Lifetimes, Ways};
use crate::domain::audit::SigningKey;
use crate::domain::digest::sha256_hex;
use crate::domain::rules::{RuleSet, read_raised};
use crate::domain::sealed::{SealKey, SealKeys};
use crate::domain::workflow::Review;
use crate::http::{JwksSource, LinesDropped, OidcOptions, PageClient, Reload, ServiceOptions};
use crate::operations::people::EntryRules;
use crate::operations::{Archiving, Policy, SecondPair};
use crate::settings::{Oidc, Secret, Settings, Sources, allowed_place, load, network};
use crate::storage::StoreOptions;
use crate::work::{Allowed, Place, WebhookOptions, WitnessOptions};
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug, Clone, Args)]
pub struct ConfigOptions {
    /// 设置文件（TOML），在默认值和 profile 之上
    #[arg(long, value_name = "文件")]
    config: Option<PathBuf>,
    /// 设置的名称：读取 profile 所在目录里的“名称.toml”
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
        write_patience: Duration::from_millis(database.write_patience_ms),
        read_url: Some(&database.read_url)
            .filter(|url| !url.is_empty())
            .map(|url| url.parse())
            .transpose()?,
        read_lag: Duration::from_millis(database.read_lag_ms),
        require_synchronous: database.require_synchronous,
        synchronous: database.synchronous.clone(),
        statement_timeout: Duration::from_millis(database.statement_timeout_ms),
        slow_statement: Duration::from_millis(database.slow_statement_ms),
        digest: settings.digest.algorithm.parse().unwrap_or_default(),
        ..StoreOptions::new(database.url.parse()?)
    })
}

/// What the settings ask of every token.
pub fn entry_rules(settings: &Settings) -> EntryRules {
    let days = |days: u32| (days > 0).then(|| chrono::Duration::days(days.into()));
    EntryRules {
        lifetimes: Lifetimes {
            greatest: days(settings.auth.greatest_life_days),
            idle: days(settings.auth.idle_days),
        },
        networks: settings.auth.networks.iter().filter_map(|range| network(range)).collect(),
        ways: Ways {
            tokens: settings.auth.tokens.parse().unwrap_or_default(),
            issuer: Some(settings.auth.oidc.issuer.clone()).filter(|issuer| !issuer.is_empty()),
        },
        separated: settings.roles.separation,
    }
}

/// Whom to believe about who signs in; `None`: nobody.
fn oidc(oidc: &Oidc) -> Option<OidcOptions> {
    let file = |text: &str| Some(PathBuf::from(text)).filter(|file| !file.as_os_str().is_empty());
    let jwks = match file(&oidc.jwks_file) {
        Some(file) => JwksSource::File(file),
        None => JwksSource::Address(oidc.jwks_url.clone()),
    };
    (!oidc.issuer.is_empty()).then(|| OidcOptions {
        issuer: oidc.issuer.clone(),
        audience: oidc.audience.clone(),
        jwks,
        ca_file: file(&oidc.ca_file),
        algorithms: oidc.algorithms.clone(),
        clock_skew: Duration::from_secs(oidc.clock_skew_seconds),
        refresh: Duration::from_secs(oidc.refresh_seconds),
        subject_claim: oidc.subject_claim.clone(),
        page: (!oidc.client_id.is_empty()).then(|| PageClient {
            id: oidc.client_id.clone(),
            scopes: oidc.scopes.clone(),
            origins: oidc.origins.clone(),
        }),
    })
}

pub fn service_options(settings: &Settings) -> Result<ServiceOptions, Failure> {
    let (server, limits) = (&settings.server, &settings.limits);
    Ok(ServiceOptions {
        workers: server.workers,
        max_connections: server.max_connections,
        request_timeout: Duration::from_millis(server.request_timeout_ms),
        keep_alive: Duration::from_millis(server.keep_alive_ms),
        farewell: Duration::from_millis(server.farewell_ms),
        drain: Duration::from_secs(server.drain_seconds),
        json_bytes: limits.json_bytes,
        import_bytes: limits.import_bytes,
        batch_bytes: limits.batch_bytes,
        body_drain: Duration::from_millis(limits.body_drain_ms),
        cors_origins: server.cors_origins.clone(),
        trusted_proxies: server.trusted_proxies.iter().filter_map(|range| network(range)).collect(),
        kept_bytes: limits.kept_bytes.unwrap_or_else(super::memory::for_kept_bodies),
        bytes_in_flight: limits.bytes_in_flight,
        bytes_per_client: limits.bytes_per_client,
        security_contact: server.security_contact.clone(),
        metrics_listen: settings.metrics.listen.clone(),
        streams: limits.streams,
        streams_per_client: limits.streams_per_client,
        requests_per_minute: limits.requests_per_minute,
        exempt: limits.exempt.iter().filter_map(|range| network(range)).collect(),
        scans_per_client: settings.database.scan_readers.saturating_sub(1).max(1),
        scan_patience: Duration::from_millis(settings.database.read_patience_ms),
        rules: rule_set(settings)?,
        reload_rules: reload(settings),
        lines_dropped: LinesDropped::default(),
        webhooks: WebhookOptions {
            allow: settings.webhooks.allow.iter().filter_map(|text| allowed(text)).collect(),
            ca_file: Some(PathBuf::from(&settings.webhooks.ca_file))
                .filter(|file| !file.as_os_str().is_empty()),
            timeout: Duration::from_millis(settings.webhooks.timeout_ms),
            retries: settings
                .webhooks
                .retry_seconds
                .iter()
                .map(|seconds| Duration::from_secs(*seconds))
                .collect(),
            seal: seal_keys(settings)?,
        },
        entry: entry_rules(settings),
        oidc: oidc(&settings.auth.oidc),
        witness: witness(settings)?,
        access_days: settings.audit.access_days.into(),
        review: Review {
            stages: settings.review.stages,
            separation_of_duties: settings.review.separation_of_duties,
        },
        policy: policy(settings),
        // Of a new database; `serve` asks the one that is there.
        digests: settings.digest.algorithm.parse().unwrap_or_default(),
        settings_digest: digest_of(settings)?,
        limits_digest: digest(&settings.limits)?,
        roles_separated: settings.roles.separation,
    })
}

/// By which keys secrets are sealed and opened.
pub fn seal_keys(settings: &Settings) -> Result<SealKeys, Failure> {
    let read = |name: &str, key: &Secret| {
        let fault = || Failure::Usage(format!("webhooks.{name}：应为 32 字节，十六进制或 base64"));
        SealKey::read(key.reveal()).ok_or_else(fault)
    };
    let webhooks = &settings.webhooks;
    let present = Some(&webhooks.seal_key).filter(|key| !key.reveal().is_empty());
    let former = webhooks.former_seal_keys.iter().filter(|key| !key.reveal().is_empty());
    Ok(SealKeys {
        present: present.map(|key| read("seal_key", key)).transpose()?,
        former: former.map(|key| read("former_seal_keys", key)).collect::<Result<_, _>>()?,
    })
}

/// By which key heads of the audit are signed, and to whom they are handed.
fn witness(settings: &Settings) -> Result<Option<WitnessOptions>, Failure> {
    let audit = &settings.audit;
    if audit.signing_key.is_empty() {
        return Ok(None);
    }
    let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Ok(Some(WitnessOptions {
        key: Arc::new(read_key(std::path::Path::new(&audit.signing_key))?),
        entries: audit.sign_entries.into(),
        every: Duration::from_secs(u64::from(audit.sign_minutes) * 60),
        file: filled(&audit.witness_file).map(PathBuf::from),
        url: filled(&audit.witness_url),
    }))
}

pub fn read_key(file: &std::path::Path) -> Result<SigningKey, Failure> {
    let unread = |why: String| Failure::Usage(format!("{} 不是签名的私钥：{why}", file.display()));
    let pem = std::fs::read_to_string(file).map_err(|error| unread(error.to_string()))?;
    SigningKey::read(&pem).map_err(|fault| unread(fault.to_string()))
}

/// What the settings say of acts that take more than a right.
pub fn policy(settings: &Settings) -> Policy {
    let second = &settings.second_pair;
    Policy {
        archiving: Archiving::Old { after_days: settings.archive.after_days },
        second_pair: SecondPair {
            review_settings: second.review_settings,
            archive: second.archive,
            withdrawal: second.withdrawal,
            suppression: second.suppression,
            grants: second.grants,
            days: second.days,
        },
    }
}

/// Over everything but where the database is: its address may hold a password.
fn digest_of(settings: &Settings) -> Result<String, Failure> {
    let mut settings = settings.clone();
    settings.database.url.clear();
    settings.database.read_url.clear();
    digest(&settings)
}

fn digest(part: &impl serde::Serialize) -> Result<String, Failure> {
    let text = serde_json::to_vec(part).map_err(|error| Failure::Usage(error.to_string()))?;
    Ok(format!("sha256:{}", sha256_hex(&text)))
}

fn allowed(text: &str) -> Option<Allowed> {
    let (place, port) = allowed_place(text)?;
    Some(Allowed { place: place.map_or_else(Place::Host, Place::Network), port })
}

/// What SIGHUP does: the folder's words are read again.
fn reload(settings: &Settings) -> Reload {
    let folder = settings.wording.lexicon_dir.clone();
    let raised = read_raised(&settings.rules.raise).unwrap_or_default();
    Reload::new(move || read_rules(&folder, raised.clone()))
}
