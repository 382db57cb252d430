//! Reading a JWT: who signed it, for whom, until when, and about whom.

use super::keys::Keys;
use super::{OidcOptions, provider};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde_json::{Map, Value};

/// Whom the provider speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub issuer: String,
    pub id: String,
}

/// Why a JWT is not believed. Whoever sent it is told nothing of this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    Malformed,
    /// `none`, a symmetric one, or one that is not on the list.
    Algorithm,
    UnknownKey,
    /// The provider has not given its keys yet.
    NoKeys,
    Signature,
    /// `exp` or `nbf`.
    Time,
    /// `iss`.
    Issuer,
    /// `aud`.
    Audience,
    /// The claim that names somebody is not there.
    Subject,
}

impl Refused {
    /// The name in metrics and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Refused::Malformed => "malformed",
            Refused::Algorithm => "algorithm",
            Refused::UnknownKey => "unknown_key",
            Refused::NoKeys => "no_keys",
            Refused::Signature => "signature",
            Refused::Time => "time",
            Refused::Issuer => "issuer",
            Refused::Audience => "audience",
            Refused::Subject => "subject",
        }
    }
}

/// Longest name of somebody at the provider.
const LONGEST: usize = 255;

#[derive(Debug)]
pub struct Reader {
    options: OidcOptions,
    algorithms: Vec<Algorithm>,
    keys: Keys,
}

impl Reader {
    pub fn new(options: OidcOptions) -> Reader {
        provider::install();
        let named = options.algorithms.iter().filter_map(|name| name.parse::<Algorithm>().ok());
        let keys = Keys::new(options.jwks.clone(), options.ca_file.clone(), options.refresh);
        Reader { algorithms: named.collect(), keys, options }
    }

    pub fn options(&self) -> &OidcOptions {
        &self.options
    }

    /// Whom a JWT speaks of. It may wait for the provider, see [`Keys::find`].
    pub fn read(&self, jwt: &str) -> Result<Subject, Refused> {
        let header = decode_header(jwt).map_err(|error| match error.kind() {
            // Names of algorithms that nobody has, `none` among them.
            ErrorKind::InvalidAlgorithmName | ErrorKind::InvalidAlgorithm => Refused::Algorithm,
            _ if says_no_algorithm(jwt) => Refused::Algorithm,
            _ => Refused::Malformed,
        })?;
        if !self.algorithms.contains(&header.alg) {
            return Err(Refused::Algorithm);
        }
        let key = self.keys.find(header.kid.as_deref(), header.alg);
        let key =
            key.ok_or_else(|| if self.keys.have_come() { Refused::UnknownKey } else { Refused::NoKeys })?;
        let mut validation = Validation::new(header.alg);
        validation.leeway = self.options.clock_skew.as_secs();
        validation.validate_nbf = true;
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.set_issuer(&[&self.options.issuer]);
        validation.set_audience(&[&self.options.audience]);
        let claims = decode::<Map<String, Value>>(jwt, &key, &validation)
            .map_err(|error| refused(error.kind()))?
            .claims;
        let issuer = claims.get("iss").and_then(Value::as_str).ok_or(Refused::Issuer)?;
        let id = claims.get(&self.options.subject_claim).and_then(Value::as_str).ok_or(Refused::Subject)?;
        if id.is_empty() || id.len() > LONGEST || id.contains(char::is_control) {
            return Err(Refused::Subject);
        }
        Ok(Subject { issuer: issuer.to_owned(), id: id.to_owned() })
    }
}

/// Whether the header is JSON that names an algorithm which is none of the crate's.
fn says_no_algorithm(jwt: &str) -> bool {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let header = jwt.split('.').next().and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let header: Option<Map<String, Value>> = header.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    header.is_some_and(|header| header.get("alg").is_some_and(Value::is_string))
}

fn refused(kind: &ErrorKind) -> Refused {
    match kind {
        ErrorKind::InvalidSignature => Refused::Signature,
        ErrorKind::ExpiredSignature | ErrorKind::ImmatureSignature => Refused::Time,
        ErrorKind::InvalidIssuer => Refused::Issuer,
        ErrorKind::InvalidAudience => Refused::Audience,
        ErrorKind::InvalidAlgorithm => Refused::Algorithm,
        ErrorKind::MissingRequiredClaim(claim) | ErrorKind::InvalidClaimFormat(claim) => match claim.as_str()
        {
            "exp" | "nbf" => Refused::Time,
            "iss" => Refused::Issuer,
            "aud" => Refused::Audience,
            _ => Refused::Malformed,
        },
        _ => Refused::Malformed,
    }
}
