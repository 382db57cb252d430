//! The digest of a report's content: what reviewers approve is what is published, to the byte.

use crate::domain::algorithm::Algorithm;
use crate::domain::report::Content;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What stands around a content and is covered by its digest.
#[derive(Debug, Clone, Copy)]
pub struct Covered<'a> {
    pub heading: [Option<&'a str>; 4],
    /// `None`: an old digest, of heading, figures and texts alone.
    pub around: Option<Around<'a>>,
}

/// Everything else that is published, or was answered before it was approved.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    pub agency_name: Option<&'a str>,
    pub beside: &'a Beside,
}

/// What the digest covers beside the revision itself, as it was then: it is kept elsewhere and goes on changing there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    pub source_url: Option<String>,
    pub source_published_on: Option<NaiveDate>,
    /// Digest of the explanations; see [`explanations_digest`].
    pub explanations: Option<String>,
}

/// `sha256:` or `sm3:` and 64 hexadecimal digits over everything that reviewers approve.
///
/// Each part is preceded by its length, so that no two different contents share a byte string.
pub fn content_digest(algorithm: Algorithm, covered: &Covered<'_>, content: &Content) -> String {
    let mut hash = algorithm.hasher();
    let mut part = |text: Option<&str>| hash.part(text);
    part(Some(&content.form().id));
    for text in covered.heading {
        part(text);
    }
    part(Some(&content.figures.to_flat()));
    for section in &content.sections {
        part(Some(if section.present { "present" } else { "absent" }));
        part(section.text.as_deref());
    }
    if let Some(Around { agency_name, beside }) = covered.around {
        part(Some("around"));
        for section in &content.sections {
            part(section.found_title.as_deref());
            part(section.declared_zero.then_some("declared"));
        }
        part(agency_name);
        part(beside.source_url.as_deref());
        part(beside.source_published_on.map(|day| day.to_string()).as_deref());
        part(beside.explanations.as_deref());
    }
    algorithm.named(hash.finish())
}

/// One digest of all explanations of a report, each by its finding, what it rests on and its text, in whatever order
/// they were given; `None` where there are none.
pub fn explanations_digest<'a>(
    algorithm: Algorithm,
    explanations: impl IntoIterator<Item = [&'a str; 3]>,
) -> Option<String> {
    let mut told: Vec<[&str; 3]> = explanations.into_iter().collect();
    told.sort_unstable();
    let text = serde_json::to_string(&told).unwrap_or_default();
    (!told.is_empty()).then(|| algorithm.digest(text))
}

/// SHA-256 of parts, one after the other, without laying them together first.
pub fn sha256_hex_of(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

/// SHA-256 in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
