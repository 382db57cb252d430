//! A signed head: what somebody outside holds against whoever has the whole database in hand.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

/// The end of the chain at a moment, signed by a key that is not in the database: a line of the witness's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedHead {
    pub seq: i64,
    pub hash: String,
    pub epoch: String,
    /// RFC 3339, UTC.
    pub at: String,
    /// `ed25519:` and the public key in base64.
    pub key: String,
    /// In base64.
    pub signature: String,
}

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    #[error("no PEM of an Ed25519 private key (PKCS #8)")]
    Unread,
    #[error("the system gave no random bytes")]
    NoRandom,
}

const PEM_BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const PEM_END: &str = "-----END PRIVATE KEY-----";
const NAMED: &str = "ed25519:";

/// The key by which heads are signed.
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// A new one, as the text of its file.
    pub fn generate() -> Result<String, KeyFault> {
        let document =
            Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| KeyFault::NoRandom)?;
        let text = BASE64_STANDARD.encode(document.as_ref());
        let lines: Vec<&str> =
            (0..text.len()).step_by(64).filter_map(|at| text.get(at..(at + 64).min(text.len()))).collect();
        Ok(format!("{PEM_BEGIN}\n{}\n{PEM_END}\n", lines.join("\n")))
    }

    pub fn read(pem: &str) -> Result<SigningKey, KeyFault> {
        let inner = pem.split_once(PEM_BEGIN).and_then(|(_, rest)| rest.split_once(PEM_END));
        let text: String = inner.ok_or(KeyFault::Unread)?.0.split_whitespace().collect();
        let document = BASE64_STANDARD.decode(text).map_err(|_| KeyFault::Unread)?;
        // Keys that OpenSSL makes do not hold their public half.
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&document).map_err(|_| KeyFault::Unread)?;
        Ok(SigningKey(pair))
    }

    /// `ed25519:` and the public key in base64.
    pub fn public(&self) -> String {
        format!("{NAMED}{}", BASE64_STANDARD.encode(self.0.public_key().as_ref()))
    }

    pub fn sign(&self, (seq, hash, epoch): (i64, &str, &str), at: &str) -> SignedHead {
        let signature = self.0.sign(signed(seq, hash, epoch, at).as_bytes());
        SignedHead {
            seq,
            hash: hash.to_owned(),
            epoch: epoch.to_owned(),
            at: at.to_owned(),
            key: self.public(),
            signature: BASE64_STANDARD.encode(signature.as_ref()),
        }
    }
}

/// What is signed.
fn signed(seq: i64, hash: &str, epoch: &str, at: &str) -> String {
    format!("nianbao audit head\n{epoch}\n{seq}\n{hash}\n{at}\n")
}

impl SignedHead {
    /// Whether this key has signed it.
    pub fn is_signed_by(&self, public: &str) -> bool {
        let key = public.strip_prefix(NAMED).and_then(|text| BASE64_STANDARD.decode(text).ok());
        let (Some(key), Ok(signature)) = (key, BASE64_STANDARD.decode(&self.signature)) else { return false };
        let text = signed(self.seq, &self.hash, &self.epoch, &self.at);
        UnparsedPublicKey::new(&ED25519, key).verify(text.as_bytes(), &signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_signed_by_one_key_and_says_one_thing() {
        let pem = SigningKey::generate().unwrap();
        let key = SigningKey::read(&pem).unwrap();
        let head = key.sign((7, "ab", "e"), "2024-01-29T08:00:00Z");
        assert!(head.is_signed_by(&key.public()));
        let other = SigningKey::read(&SigningKey::generate().unwrap()).unwrap();
        assert!(!head.is_signed_by(&other.public()));
        let forged = [
            SignedHead { seq: 8, ..head.clone() },
            SignedHead { hash: "ac".to_owned(), ..head.clone() },
            SignedHead { epoch: "f".to_owned(), ..head.clone() },
            SignedHead { at: "2024-01-29T08:00:01Z".to_owned(), ..head.clone() },
        ];
        assert!(forged.iter().all(|head| !head.is_signed_by(&key.public())));
        assert!(SigningKey::read("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----").is_err());
    }

    /// As `openssl genpkey -algorithm ed25519` writes one.
    #[test]
    fn a_key_that_openssl_made_is_read() {
        let pem = "-----BEGIN PRIVATE KEY-----\n\
            MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
            -----END PRIVATE KEY-----\n";
        // RFC 8032, 7.1, test 1.
        let public = SigningKey::read(pem).unwrap().public();
        assert_eq!(public, "ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
    }
}
