//! The provider's keys: from a file or an address, kept, asked for again when they are old or one is not known.

use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};
use ureq::Agent;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

/// Where the keys are.
#[derive(Debug, Clone)]
pub enum JwksSource {
    File(PathBuf),
    /// `https`, or `http` to this machine itself.
    Address(String),
}

/// Most bytes of a set of keys.
const LARGEST: u64 = 256 << 10;
/// How long the provider may take to give them.
const PATIENCE: Duration = Duration::from_secs(5);
/// Whoever sends names of keys that do not exist has the provider asked no more often than this.
const BETWEEN: Duration = Duration::from_secs(30);

/// One key by which the provider signs.
#[derive(Debug, Clone)]
struct Known {
    id: Option<String>,
    /// With no other algorithm, where it says so.
    algorithm: Option<Algorithm>,
    key: DecodingKey,
}

#[derive(Debug)]
pub struct Keys {
    source: JwksSource,
    ca_file: Option<PathBuf>,
    refresh: Duration,
    between: Duration,
    held: RwLock<Arc<Vec<Known>>>,
    /// When they were last asked for, and whether they came.
    asked: Mutex<Option<(Instant, bool)>>,
}

impl Keys {
    /// Asks for them at once; where they do not come, for each request again.
    pub fn new(source: JwksSource, ca_file: Option<PathBuf>, refresh: Duration) -> Keys {
        let held = RwLock::new(Arc::new(Vec::new()));
        Keys { source, ca_file, refresh, between: BETWEEN, held, asked: Mutex::default() }
    }

    /// The key of a name, for an algorithm. Without a name the only one that fits.
    ///
    /// It may read a file or ask the provider, at most every so often.
    pub fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<DecodingKey> {
        if self.are_old() {
            self.renew();
        }
        if let Some(found) = self.look(id, algorithm) {
            return Some(found);
        }
        // It may have been made since.
        if self.renew() { self.look(id, algorithm) } else { None }
    }

    /// Whether the provider has ever given any.
    pub fn have_come(&self) -> bool {
        !self.held.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    fn look(&self, id: Option<&str>, algorithm: Algorithm) -> Option<DecodingKey> {
        let held = Arc::clone(&self.held.read().unwrap_or_else(PoisonError::into_inner));
        let mut fitting = held.iter().filter(|known| {
            let named = id.is_none() || known.id.as_deref() == id;
            let meant = known.algorithm.is_none_or(|own| own == algorithm);
            named && meant && known.key.family() == algorithm.family()
        });
        let first = fitting.next()?;
        if id.is_none() && fitting.next().is_some() { None } else { Some(first.key.clone()) }
    }

    fn are_old(&self) -> bool {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.is_none_or(|(at, came)| !came || at.elapsed() >= self.refresh)
    }

    /// Asks for the keys, unless they were asked for just now; what is held stays until others have come.
    fn renew(&self) -> bool {
        {
            let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            if asked.is_some_and(|(at, _)| at.elapsed() < self.between) {
                return false;
            }
            // Whoever comes while they are on their way goes by those that are held.
            *asked = Some((Instant::now(), asked.is_some_and(|(_, came)| came)));
        }
        let came = match self.read() {
            Ok(keys) => {
                *self.held.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
                true
            }
            Err(error) => {
                tracing::warn!(error, "the identity provider's keys could not be read; those at hand stay");
                false
            }
        };
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), came));
        came
    }

    fn read(&self) -> Result<Vec<Known>, String> {
        let text = match &self.source {
            JwksSource::File(path) => std::fs::read_to_string(path).map_err(|error| error.to_string())?,
            JwksSource::Address(url) => fetch(url, self.ca_file.as_deref())?,
        };
        let set: JwkSet = serde_json::from_str(&text).map_err(|error| format!("no set of keys: {error}"))?;
        Ok(set.keys.iter().filter_map(known).collect())
    }
}

/// A key that signs, of a kind we know; others are left out.
fn known(jwk: &Jwk) -> Option<Known> {
    let common = &jwk.common;
    if !matches!(common.public_key_use, None | Some(PublicKeyUse::Signature)) {
        return None;
    }
    let algorithm = match &common.key_algorithm {
        Some(named) => Some(named.to_string().parse().ok()?),
        None => None,
    };
    let key = DecodingKey::from_jwk(jwk).ok()?;
    Some(Known { id: common.key_id.clone(), algorithm, key })
}

fn fetch(url: &str, ca_file: Option<&Path>) -> Result<String, String> {
    let mut tls = TlsConfig::builder();
    if let Some(file) = ca_file {
        let pem = std::fs::read(file).map_err(|error| error.to_string())?;
        let certificates = parse_pem(&pem).filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        });
        tls = tls.root_certs(RootCerts::Specific(Arc::new(certificates.collect())));
    }
    let config = Agent::config_builder()
        .max_redirects(0)
        .proxy(None)
        .timeout_global(Some(PATIENCE))
        .user_agent(concat!("nianbao/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls.build())
        .build();
    let mut answer = Agent::new_with_config(config).get(url).call().map_err(|error| error.to_string())?;
    let body = answer.body_mut().with_config().limit(LARGEST).read_to_string();
    body.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_was_made_since_is_asked_for_and_one_that_is_gone_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("jwks.json");
        let show = |id: &str| {
            let key = serde_json::json!({"kty": "OKP", "crv": "Ed25519", "kid": id, "use": "sig",
                "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
            std::fs::write(&file, serde_json::json!({ "keys": [key] }).to_string()).expect("written");
        };
        let keys = |between: Duration| Keys {
            between,
            ..Keys::new(JwksSource::File(file.clone()), None, Duration::from_secs(3_600))
        };
        let finds = |keys: &Keys, id: &str| keys.find(Some(id), Algorithm::EdDSA).is_some();
        let (eager, patient) = (keys(Duration::ZERO), keys(BETWEEN));
        assert!(!finds(&eager, "one") && !eager.have_come(), "there is no file yet");
        show("one");
        assert!(finds(&eager, "one") && finds(&patient, "one"));
        assert!(keys(BETWEEN).find(Some("one"), Algorithm::RS256).is_none(), "of another kind");
        show("two");
        assert!(finds(&eager, "two") && !finds(&eager, "one"));
        assert!(!finds(&patient, "two"), "nobody has it asked for again and again");
        std::fs::write(&file, "no keys").expect("written");
        assert!(finds(&eager, "two"), "what is held stays until others have come");
    }
}
