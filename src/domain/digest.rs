//! The digest of a report's content: what reviewers approve is what is published, to the byte.

use crate::domain::report::Content;
use sha2::{Digest, Sha256};

/// `sha256:` and 64 hexadecimal digits over title, signature, figures and texts.
///
/// Each part is preceded by its length, so that no two different contents share a byte string.
pub fn content_digest(heading: &[Option<&str>], content: &Content) -> String {
    let mut hash = Sha256::new();
    let mut part = |text: Option<&str>| match text {
        Some(text) => {
            hash.update([1]);
            hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(text.as_bytes());
        }
        None => hash.update([0]),
    };
    part(Some(&content.form().id));
    for text in heading {
        part(*text);
    }
    part(Some(&content.figures.to_flat()));
    for section in &content.sections {
        part(Some(if section.present { "present" } else { "absent" }));
        part(section.text.as_deref());
    }
    format!("sha256:{}", hex::encode(hash.finalize()))
}

/// SHA-256 in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
