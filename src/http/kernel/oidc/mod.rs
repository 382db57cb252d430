//! Sign-in by an identity provider: what a bearer token that is a JWT says, once it is known who said it.

mod keys;
mod provider;
mod read;

pub use keys::JwksSource;
pub use read::{Reader, Refused};

use std::path::PathBuf;
use std::time::Duration;

/// Whom to believe, and how far.
#[derive(Debug, Clone)]
pub struct OidcOptions {
    /// As it names itself in `iss`.
    pub issuer: String,
    /// As it names us in `aud`.
    pub audience: String,
    pub jwks: JwksSource,
    /// PEM of the authority its certificate is checked against; `None`: the public ones.
    pub ca_file: Option<PathBuf>,
    /// Names of RFC 7518, none of them symmetric.
    pub algorithms: Vec<String>,
    pub clock_skew: Duration,
    /// How long its keys are kept before they are asked for again.
    pub refresh: Duration,
    /// The claim that names somebody for good.
    pub subject_claim: String,
    /// `None`: nobody signs in by it on the page of the documentation.
    pub page: Option<PageClient>,
}

/// As what the page of the documentation is known there: a client without a secret.
#[derive(Debug, Clone)]
pub struct PageClient {
    pub id: String,
    pub scopes: Vec<String>,
    /// Where it may ask beside the issuer.
    pub origins: Vec<String>,
}

impl OidcOptions {
    /// Where it says what else is where (OpenID Connect Discovery 1.0, 4).
    pub fn discovery(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'))
    }
}

/// Whether a bearer token has the form of a JWT: ours have no full stop.
pub fn is_jwt(bearer: &str) -> bool {
    bearer.bytes().filter(|byte| *byte == b'.').count() == 2
}
