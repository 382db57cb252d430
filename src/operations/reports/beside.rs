//! What a revision's digest covers beside it, as it stands now.

use crate::domain::algorithm::Algorithm;
use crate::domain::digest::{Beside, explanations_digest};
use crate::domain::report::{Report, Revision, SourceFile};
use crate::domain::rules::Explanation;
use serde_json::{Value, json};

/// With all that was explained of it.
pub(super) fn beside_of(report: &Report, revision: &Revision, given: &[Explanation]) -> Beside {
    let told = given.iter().map(|one| [one.finding.as_str(), one.inputs.as_str(), one.text.as_str()]);
    Beside { explanations: explanations_digest(revision.algorithm(), told), ..around_of(report) }
}

/// The same of a report on which nothing was explained yet.
pub(super) fn around_of(report: &Report) -> Beside {
    Beside {
        source_url: report.source_url.clone(),
        source_published_on: report.source_published_on,
        explanations: None,
    }
}

/// Says in the audit by which digest a file is held. What names it is SHA-256 everywhere; another algorithm of the
/// database's own says more.
pub(super) fn note_source(detail: &mut Value, source: Option<&SourceFile>, digests: Algorithm) {
    if let (Some(source), Value::Object(detail)) = (source, detail)
        && digests != Algorithm::Sha256
    {
        detail.insert("source_digest".to_owned(), json!(digests.digest(&source.bytes)));
    }
}
