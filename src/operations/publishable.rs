//! What everybody reads beside the reports: reasons, notes, names. It holds no mark of secrecy and no personal data, and
//! nobody can answer for them there, since nothing but the text would have to change.

use super::{Answer, Asking, Refusal};
use crate::domain::rules::judge_text;
use crate::domain::wording::is_han;

/// What is there to be called by: a number that stands in it with no words is the office's own.
const CALLED_BY: [&str; 2] = ["contact/phone", "contact/email"];

/// Most findings that are told at once: a batch is refused row by row.
const MOST_TOLD: usize = 10;

/// Refuses texts that are not to be read by everybody, each by the name of its member.
pub(super) fn require_publishable<'t>(
    asking: &Asking,
    texts: impl IntoIterator<Item = (&'static str, Option<&'t str>)>,
) -> Answer<()> {
    let mut found = Vec::new();
    for (name, text) in texts {
        let Some(text) = text else { continue };
        let own = CALLED_BY.contains(&name) && !text.contains(is_han);
        let told = judge_text(&asking.rules, name, text).findings.into_iter();
        found.extend(told.filter(|finding| !(own && finding.rule == "privacy.mobile")));
    }
    found.truncate(MOST_TOLD);
    if found.is_empty() { Ok(()) } else { Err(Refusal::Unpublishable(found)) }
}
