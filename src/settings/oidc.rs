//! What the settings of sign-in by an identity provider must be.

use super::Oidc;
use std::path::Path;

/// Algorithms of RFC 7518 and 8037 by which a public key is enough to tell who signed.
const ASYMMETRIC: [&str; 9] =
    ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"];

/// `https` anywhere, `http` to this machine itself.
fn is_safe_address(text: &str) -> bool {
    let Ok(url) = url::Url::parse(text) else { return false };
    let here = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

/// Each fault with its key.
pub fn faults(oidc: &Oidc) -> Vec<(&'static str, String)> {
    if oidc.issuer.is_empty() {
        return Vec::new();
    }
    let mut faults = Vec::new();
    let mut say = |key: &'static str, fault: String| faults.push((key, fault));
    let unsafe_address = |text: &str| format!("应为 https 网址（本机可用 http），现在是“{text}”");
    if !is_safe_address(&oidc.issuer) {
        say("auth.oidc.issuer", unsafe_address(&oidc.issuer));
    }
    if oidc.audience.is_empty() {
        say("auth.oidc.audience", "必须给出：不限受众的 JWT 谁都可以拿来用".to_owned());
    }
    match (oidc.jwks_file.is_empty(), oidc.jwks_url.is_empty()) {
        (true, true) => say("auth.oidc.jwks_url", "jwks_file 或 jwks_url 须给出一个".to_owned()),
        (false, false) => say("auth.oidc.jwks_url", "jwks_file 和 jwks_url 只能给出一个".to_owned()),
        (true, false) if !is_safe_address(&oidc.jwks_url) => {
            say("auth.oidc.jwks_url", unsafe_address(&oidc.jwks_url));
        }
        _ => {}
    }
    for (key, file) in [("auth.oidc.jwks_file", &oidc.jwks_file), ("auth.oidc.ca_file", &oidc.ca_file)] {
        if !file.is_empty() && !Path::new(file).is_file() {
            say(key, format!("没有文件“{file}”"));
        }
    }
    if oidc.algorithms.is_empty() {
        say("auth.oidc.algorithms", "至少要有一种".to_owned());
    }
    for name in oidc.algorithms.iter().filter(|name| !ASYMMETRIC.contains(&name.as_str())) {
        say("auth.oidc.algorithms", format!("“{name}”不在 {} 之中", ASYMMETRIC.join("、")));
    }
    if oidc.clock_skew_seconds > 600 {
        say("auth.oidc.clock_skew_seconds", "至多 600".to_owned());
    }
    if !(30..=86_400).contains(&oidc.refresh_seconds) {
        say("auth.oidc.refresh_seconds", "应在 30 到 86400 之间".to_owned());
    }
    if !oidc.client_id.is_empty() && oidc.scopes.is_empty() {
        say("auth.oidc.scopes", "至少要有一个，如 openid".to_owned());
    }
    for origin in oidc.origins.iter().filter(|origin| !super::check::is_origin(origin)) {
        say("auth.oidc.origins", format!("“{origin}”不是网页来源；应如 https://token.example.gov.cn"));
    }
    if oidc.subject_claim.is_empty() {
        say("auth.oidc.subject_claim", "必须给出".to_owned());
    }
    faults
}
