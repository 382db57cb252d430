//! The content of each revision against its digest, and the digest against what was reviewed and published.

use super::{Expected, Findings, Forgery, is_unreadable};
use crate::domain::audit::Replay;
use crate::domain::digest::sha256_hex;
use crate::domain::report::Revision;
use crate::domain::workflow::State;
use crate::operations::Answer;
use crate::storage::{AnyConnection, revisions, sources, suppressions};

/// The columns that a content's digest covers.
const COVERED: &str = "form, title, signed_by, signed_on, index_number, cells, texts, agency_name, beside";

pub fn check(connection: &mut AnyConnection, replay: &Replay, findings: &mut Findings) -> Answer<()> {
    let suppressed = suppressions::all(connection)?;
    let mut after: Option<(String, i32)> = None;
    loop {
        let page = revisions::walk(connection, after.as_ref())?;
        let Some((report, number, _)) = page.last() else { break };
        after = Some((report.clone(), *number));
        for (report, number, revision) in page {
            match revision {
                Ok(revision) => {
                    let erased = suppressed.contains(&(report, number));
                    check_one(&revision, erased, replay, findings);
                }
                Err(error) if is_unreadable(&error) => {
                    findings.forged(of_content((&report, number), error.to_string()));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    check_sources(connection, replay, findings)
}

fn of_content((report, number): (&str, i32), found: String) -> Forgery {
    Forgery {
        table: "revisions",
        key: format!("{report}/{number}"),
        column: Some(COVERED.to_owned()),
        expected: Expected::AsSealed,
        found: Some(found),
        seq: None,
    }
}

fn check_one(revision: &Revision, erased: bool, replay: &Replay, findings: &mut Findings) {
    let (report, number) = (revision.report_id.as_str(), revision.number);
    let now = revision.compute_digest();
    let right = if erased {
        // What is left of it has a digest of its own, in the entry that erased it.
        replay.was_left_as(report, number, &now)
    } else {
        Some(now == revision.digest)
    };
    if right == Some(false) {
        findings.forged(of_content((report, number), now));
    }
    // A draft may have been edited since it was returned.
    if revision.state != State::Draft
        && replay.was_reviewed_as(report, number, &revision.digest) == Some(false)
    {
        findings.forged(Forgery {
            table: "revisions",
            key: format!("{report}/{number}"),
            column: Some("digest".to_owned()),
            expected: Expected::AsSealed,
            found: Some(revision.digest.clone()),
            seq: None,
        });
    }
}

fn check_sources(connection: &mut AnyConnection, replay: &Replay, findings: &mut Findings) -> Answer<()> {
    let mut after: Option<(String, i32)> = None;
    while let Some(source) = sources::next(connection, after.as_ref())? {
        let sha256 = sha256_hex(&source.bytes);
        let other = replay.came_in_as(&source.report_id, &source.sha256, &source.bytes) == Some(false);
        if other || sha256 != source.sha256 {
            let key = format!("{}/{}", source.report_id, source.revision);
            findings.made_otherwise("sources", key, "bytes", Some(sha256));
        }
        after = Some((source.report_id, source.revision));
    }
    Ok(())
}
