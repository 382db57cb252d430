//! Secrets that the service must be able to read again, sealed by a key that never stands in the database.
//!
//! `sealed:v1:{name of the key}:{base64 of nonce and ciphertext}`, by XChaCha20-Poly1305; whose secret it is goes in as
//! associated data, so that nobody moves one to another's row.

use super::digest::sha256_hex;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use std::fmt;

const MARK: &str = "sealed:v1:";
/// Random bytes for each sealing.
pub const NONCE: usize = 24;

/// A key, and how it is called where its secrets stand.
#[derive(Clone)]
pub struct SealKey {
    name: String,
    cipher: XChaCha20Poly1305,
}

impl SealKey {
    /// 32 bytes, as 64 hexadecimal digits or in base64.
    pub fn read(text: &str) -> Option<SealKey> {
        let text = text.trim();
        let bytes = hex::decode(text)
            .or_else(|_| STANDARD.decode(text))
            .or_else(|_| STANDARD_NO_PAD.decode(text))
            .ok()?;
        let cipher = XChaCha20Poly1305::new_from_slice(&bytes).ok()?;
        let digest = sha256_hex([b"nianbao seal key ".as_slice(), &bytes].concat().as_slice());
        Some(SealKey { name: digest.chars().take(8).collect(), cipher })
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SealKey({})", self.name)
    }
}

/// The key that is sealed by, and those that were before it.
#[derive(Debug, Clone, Default)]
pub struct SealKeys {
    pub present: Option<SealKey>,
    pub former: Vec<SealKey>,
}

/// Why a secret cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unopened {
    #[error(
        "it was sealed by the key {0}, which is neither webhooks.seal_key nor one of webhooks.former_seal_keys"
    )]
    NoSuchKey(String),
    #[error("it was sealed by the key {0} and has been changed since, or is another's")]
    Changed(String),
}

impl SealKeys {
    /// What is stored of a secret: sealed where there is a key, else itself.
    pub fn seal(&self, whose: &str, nonce: [u8; NONCE], secret: String) -> String {
        let Some(key) = &self.present else { return secret };
        let nonce = XNonce::from(nonce);
        let payload = Payload { msg: secret.as_bytes(), aad: whose.as_bytes() };
        // Fails for messages of 256 GiB.
        let Ok(sealed) = key.cipher.encrypt(&nonce, payload) else { return secret };
        format!("{MARK}{}:{}", key.name, STANDARD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// The secret itself.
    pub fn open(&self, whose: &str, stored: &str) -> Result<String, Unopened> {
        let Some(sealed) = stored.strip_prefix(MARK) else { return Ok(stored.to_owned()) };
        let (name, text) = sealed.split_once(':').unwrap_or((sealed, ""));
        let named = |key: &&SealKey| key.name == name;
        let key = self.present.iter().chain(&self.former).find(named);
        let key = key.ok_or_else(|| Unopened::NoSuchKey(name.chars().take(16).collect()))?;
        let opened = || {
            let bytes = STANDARD.decode(text).ok()?;
            let (nonce, msg) = bytes.split_first_chunk::<NONCE>()?;
            let payload = Payload { msg, aad: whose.as_bytes() };
            String::from_utf8(key.cipher.decrypt(&XNonce::from(*nonce), payload).ok()?).ok()
        };
        opened().ok_or_else(|| Unopened::Changed(key.name.clone()))
    }

    /// Whether it is to be sealed (anew) by the present key.
    pub fn wants(&self, stored: &str) -> bool {
        let present = self.present.as_ref().map(|key| format!("{MARK}{}:", key.name));
        present.is_some_and(|begins| !stored.starts_with(&begins))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: &str) -> SealKey {
        SealKey::read(&byte.repeat(32)).expect("a key")
    }

    #[test]
    fn a_sealed_secret_opens_by_its_key_for_its_owner_alone() {
        let keys = SealKeys { present: Some(key("a7")), former: vec![] };
        let stored = keys.seal("one", [1; NONCE], "whsec_x".to_owned());
        assert!(stored.starts_with(MARK) && !stored.contains("whsec_"));
        assert!(!keys.wants(&stored) && keys.wants("whsec_x"));
        assert_eq!(keys.open("one", &stored).as_deref(), Ok("whsec_x"));
        assert!(matches!(keys.open("two", &stored), Err(Unopened::Changed(_))));
        assert!(matches!(keys.open("one", &stored[..stored.len() - 4]), Err(Unopened::Changed(_))));
        assert_eq!(
            keys.open("one", "whsec_x").as_deref(),
            Ok("whsec_x"),
            "what stands unsealed is still read"
        );
    }

    #[test]
    fn a_former_key_opens_and_no_other() {
        let old = SealKeys { present: Some(key("a7")), former: vec![] };
        let stored = old.seal("one", [1; NONCE], "whsec_x".to_owned());
        let new = SealKeys { present: Some(key("b8")), former: vec![key("a7")] };
        assert_eq!(new.open("one", &stored).as_deref(), Ok("whsec_x"));
        assert!(new.wants(&stored));
        let wrong = SealKeys { present: Some(key("b8")), former: vec![] };
        assert!(matches!(wrong.open("one", &stored), Err(Unopened::NoSuchKey(_))));
        assert!(matches!(SealKeys::default().open("one", &stored), Err(Unopened::NoSuchKey(_))));
    }

    #[test]
    fn a_key_is_32_bytes_and_never_printed() {
        let bytes = [0xa7_u8; 32];
        let (hex, base64) = (hex::encode(bytes), STANDARD.encode(bytes));
        let read = |text: &str| SealKey::read(text).map(|key| key.name);
        assert_eq!(read(&hex), read(&base64));
        assert!(read(&hex).is_some());
        assert!(["", "a7", "not a key", &hex[..62]].iter().all(|text| SealKey::read(text).is_none()));
        assert!(!format!("{:?}", SealKey::read(&hex)).contains("a7a7"));
    }
}
