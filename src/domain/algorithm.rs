//! By which algorithm digests are made: SHA-256, or SM3 (GB/T 32905) where the law of cryptography asks for it.
//!
//! Every digest names its algorithm before a colon. Those of the audit's chain, of secrets and of what explanations rest
//! on stood without a name before there was a second algorithm: without one they are SHA-256 for good.

use super::agency::wire_names;
use sha2::{Digest, Sha256};
use sm3::Sm3;

wire_names!(
    /// An algorithm; each gives 256 bits.
    #[derive(Default)]
    Algorithm {
        #[default]
        Sha256 = "sha256",
        Sm3 = "sm3",
    }
);

/// A digest under way.
pub enum Hasher {
    Sha256(Sha256),
    Sm3(Sm3),
}

impl Hasher {
    pub fn update(&mut self, bytes: impl AsRef<[u8]>) {
        match self {
            Hasher::Sha256(hash) => hash.update(bytes),
            Hasher::Sm3(hash) => hash.update(bytes),
        }
    }

    /// A part that may not be there, after its length: no two different lists of parts are one string of bytes.
    pub fn part(&mut self, text: Option<&str>) {
        match text {
            Some(text) => {
                self.update([1]);
                self.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
                self.update(text);
            }
            None => self.update([0]),
        }
    }

    pub fn finish(self) -> [u8; 32] {
        match self {
            Hasher::Sha256(hash) => hash.finalize().into(),
            Hasher::Sm3(hash) => hash.finalize().into(),
        }
    }
}

impl Algorithm {
    /// A digest begun by it.
    pub fn hasher(self) -> Hasher {
        match self {
            Algorithm::Sha256 => Hasher::Sha256(Sha256::new()),
            Algorithm::Sm3 => Hasher::Sm3(Sm3::new()),
        }
    }

    /// The digest of one text or file, with its name.
    pub fn digest(self, bytes: impl AsRef<[u8]>) -> String {
        let mut hash = self.hasher();
        hash.update(bytes);
        self.named(hash.finish())
    }

    /// By which algorithm a digest was made that stands without a name if it is SHA-256.
    pub fn of(digest: &str) -> Algorithm {
        digest.split_once(':').and_then(|(name, _)| name.parse().ok()).unwrap_or_default()
    }

    /// `sha256:` or `sm3:` and 64 hexadecimal digits.
    pub fn named(self, digest: [u8; 32]) -> String {
        format!("{}:{}", self.as_str(), hex::encode(digest))
    }

    /// The digest of one text, without its name if it is SHA-256.
    pub fn digest_named_if_new(self, bytes: impl AsRef<[u8]>) -> String {
        let mut hash = self.hasher();
        hash.update(bytes);
        self.named_if_new(hash.finish())
    }

    /// The same; SHA-256 without its name.
    pub fn named_if_new(self, digest: [u8; 32]) -> String {
        match self {
            Algorithm::Sha256 => hex::encode(digest),
            Algorithm::Sm3 => self.named(digest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_algorithms_give_the_digests_of_their_standards() {
        let digest = |algorithm: Algorithm| algorithm.digest("abc");
        assert_eq!(
            digest(Algorithm::Sha256),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        // GB/T 32905-2016, A.1.
        assert_eq!(
            digest(Algorithm::Sm3),
            "sm3:66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
        assert_eq!(Algorithm::of(&digest(Algorithm::Sm3)), Algorithm::Sm3);
        assert_eq!(Algorithm::of("ba78"), Algorithm::Sha256);
    }
}
