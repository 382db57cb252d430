//! What settings must be beyond their types: every fault by its key, all at once.

use super::Settings;
use ipnet::IpNet;
use std::fmt;
use std::net::{IpAddr, ToSocketAddrs};

/// One setting that cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub key: String,
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}：{}", self.key, self.message)
    }
}

/// A page's origin: scheme, host and perhaps a port, nothing after.
pub(super) fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| {
        let fits = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
        !host.is_empty() && host.chars().all(fits)
    })
}

fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    !text.is_empty() && text.split('.').all(label) && text.parse::<IpAddr>().is_err()
}

/// A range of addresses; a single address is one too.
pub fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// A host or a network with the port it is allowed on: `None` any (`:*`), 443 where none is said.
pub fn allowed_place(text: &str) -> Option<(Result<IpNet, String>, Option<u16>)> {
    let (place, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((place, "")) => (place, None),
        Some((place, port)) => (place, Some(port.strip_prefix(':')?)),
        None if network(text).is_some() => (text, None),
        None => match text.rsplit_once(':') {
            Some((place, port)) => (place, Some(port)),
            None => (text, None),
        },
    };
    let port = match port {
        None => Some(443),
        Some("*") => None,
        Some(port) => Some(port.parse().ok()?),
    };
    match network(place) {
        Some(range) => Some((Ok(range), port)),
        None if is_host(place) => Some((Err(place.to_ascii_lowercase()), port)),
        None => None,
    }
}

/// Repeats no more of a database's address than its scheme: the rest may hold a password.
fn database_fault(url: &str) -> Option<String> {
    let known = ["sqlite://", "postgres://", "postgresql://"];
    if known.iter().any(|scheme| url.len() > scheme.len() && url.starts_with(scheme)) {
        return None;
    }
    let scheme: String = url.split(':').next().unwrap_or_default().chars().take(20).collect();
    Some(format!("应以 sqlite:// 或 postgres:// 开头并给出文件或主机，现在以“{scheme}”开头"))
}

pub fn faults(settings: &Settings) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut say = |key: &str, message: String| faults.push(Fault { key: key.to_owned(), message });
    let mut within = |key: &'static str, value: u128, least: u128, most: u128| {
        if !(least..=most).contains(&value) {
            say(key, format!("应在 {least} 到 {most} 之间，现在是 {value}"));
        }
    };
    let (server, database, limits) = (&settings.server, &settings.database, &settings.limits);
    within("server.workers", server.workers as u128, 0, 256);
    within("server.max_connections", server.max_connections as u128, 1, 1_000_000);
    within("server.request_timeout_ms", server.request_timeout_ms.into(), 100, 120_000);
    within("server.keep_alive_ms", server.keep_alive_ms.into(), 100, 120_000);
    within("server.farewell_ms", server.farewell_ms.into(), 0, 20_000);
    within("server.drain_seconds", server.drain_seconds.into(), 1, 20);
    within("database.read_lag_ms", database.read_lag_ms.into(), 100, 600_000);
    within("database.readers", database.readers as u128, 1, 256);
    within("database.scan_readers", database.scan_readers as u128, 1, 256);
    within("database.read_patience_ms", database.read_patience_ms.into(), 1, 60_000);
    within("database.queue_capacity", database.queue_capacity as u128, 1, 1_000_000);
    within("database.write_patience_ms", database.write_patience_ms.into(), 100, 600_000);
    within("database.statement_timeout_ms", database.statement_timeout_ms.into(), 100, 600_000);
    within("database.slow_statement_ms", database.slow_statement_ms.into(), 0, 600_000);
    within("limits.json_bytes", limits.json_bytes as u128, 1_024, 64 << 20);
    within("limits.import_bytes", limits.import_bytes as u128, 1_024, 256 << 20);
    within("limits.batch_bytes", limits.batch_bytes as u128, 1_024, 1 << 30);
    within("limits.body_drain_ms", limits.body_drain_ms.into(), 0, 60_000);
    within("limits.kept_bytes", limits.kept_bytes.unwrap_or_default().into(), 0, 16 << 30);
    within("limits.bytes_in_flight", limits.bytes_in_flight as u128, 1 << 20, 1 << 40);
    within("limits.bytes_per_client", limits.bytes_per_client as u128, 1 << 20, 1 << 40);
    within("limits.scan_ms", limits.scan_ms.into(), 100, 600_000);
    within("limits.streams", limits.streams as u128, 0, 100_000);
    within("limits.streams_per_client", limits.streams_per_client as u128, 1, 100_000);
    let webhooks = &settings.webhooks;
    within("webhooks.timeout_ms", webhooks.timeout_ms.into(), 100, 60_000);
    within("webhooks.retry_seconds", webhooks.retry_seconds.len() as u128, 0, 20);
    within("audit.access_days", settings.audit.access_days.into(), 183, 36_500);
    within("audit.sign_entries", settings.audit.sign_entries.into(), 1, 1_000_000);
    within("audit.sign_minutes", settings.audit.sign_minutes.into(), 1, 10_080);
    within("auth.greatest_life_days", settings.auth.greatest_life_days.into(), 0, 3_660);
    within("auth.idle_days", settings.auth.idle_days.into(), 0, 3_660);
    within("review.stages", settings.review.stages.into(), 1, 3);
    within("archive.after_days", settings.archive.after_days.into(), 0, 36_500);
    within("second_pair.days", settings.second_pair.days.into(), 1, 365);
    if server.listen.to_socket_addrs().is_err() {
        say("server.listen", format!("应为 地址:端口，现在是“{}”", server.listen));
    }
    if !["sha256", "sm3"].contains(&settings.digest.algorithm.as_str()) {
        say("digest.algorithm", format!("应为 sha256 或 sm3，现在是“{}”", settings.digest.algorithm));
    }
    let metrics = &settings.metrics.listen;
    if !metrics.is_empty() && metrics.to_socket_addrs().is_err() {
        say("metrics.listen", format!("应为空或 地址:端口，现在是“{metrics}”"));
    }
    let contact = &server.security_contact;
    let is_address = ["mailto:", "https://", "tel:"].iter().any(|scheme| contact.starts_with(scheme));
    if !contact.is_empty() && (!is_address || contact.chars().any(|c| c.is_control() || c == ' ')) {
        say("server.security_contact", format!("应为空、mailto:、https:// 或 tel: 地址，现在是“{contact}”"));
    }
    if !["all", "machines", "none"].contains(&settings.auth.tokens.as_str()) {
        say("auth.tokens", format!("应为 all、machines 或 none，现在是“{}”", settings.auth.tokens));
    }
    for (key, fault) in super::oidc::faults(&settings.auth.oidc) {
        say(key, fault);
    }
    for origin in server.cors_origins.iter().filter(|origin| !is_origin(origin)) {
        say("server.cors_origins", format!("“{origin}”不是网页来源；应如 https://portal.example.gov.cn"));
    }
    for range in server.trusted_proxies.iter().filter(|range| network(range).is_none()) {
        say("server.trusted_proxies", format!("“{range}”不是地址或网段；应如 10.0.0.0/8 或 192.168.1.5"));
    }
    for range in limits.exempt.iter().filter(|range| network(range).is_none()) {
        say("limits.exempt", format!("“{range}”不是地址或网段；应如 10.0.0.0/8 或 192.168.1.5"));
    }
    for range in settings.auth.networks.iter().filter(|range| network(range).is_none()) {
        say("auth.networks", format!("“{range}”不是地址或网段；应如 10.0.0.0/8 或 192.168.1.5"));
    }
    for place in webhooks.allow.iter().filter(|place| allowed_place(place).is_none()) {
        say(
            "webhooks.allow",
            format!(
                "“{place}”不是主机名、地址或网段；应如 hooks.example.gov.cn、10.0.0.0/8:8443、[fd00::/8]:*"
            ),
        );
    }
    if !webhooks.ca_file.is_empty() && !std::path::Path::new(&webhooks.ca_file).is_file() {
        say("webhooks.ca_file", format!("没有文件“{}”", webhooks.ca_file));
    }
    let audit = &settings.audit;
    if audit.signing_key.is_empty() && !(audit.witness_file.is_empty() && audit.witness_url.is_empty()) {
        say("audit.signing_key", "设了 witness_file 或 witness_url，就须给出签名的私钥".to_owned());
    }
    if let Some(fault) = database_fault(&database.url) {
        say("database.url", fault);
    }
    let reads = &database.read_url;
    let is_postgres = |url: &str| url.starts_with("postgres://") || url.starts_with("postgresql://");
    let fits = is_postgres(reads) && is_postgres(&database.url);
    if !reads.is_empty() && !fits {
        say(
            "database.read_url",
            "应为空，或在 database.url 也是 PostgreSQL 时以 postgres:// 开头".to_owned(),
        );
    }
    if database.require_synchronous && database.url.starts_with("sqlite://") {
        say("database.require_synchronous", "只对 PostgreSQL 有意义，现在是 SQLite".to_owned());
    }
    if !["FULL", "NORMAL"].contains(&database.synchronous.as_str()) {
        say("database.synchronous", format!("应为 FULL 或 NORMAL，现在是“{}”", database.synchronous));
    }
    if let Err(error) = settings.telemetry.filter.parse::<tracing_subscriber::EnvFilter>() {
        say("telemetry.filter", format!("不是有效的日志级别：{error}"));
    }
    faults
}
