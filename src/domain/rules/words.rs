//! What the rules about words share: every text of a report, and a finding at a span of it.

use super::finding::Argument;
use super::{Finding, Judged, Rule};
use crate::domain::digest::sha256_hex;
use crate::domain::wording::{Personal, Words, find_personal, lexicons, span};

/// Most findings of one rule: a text made to hurt would have no end of them.
const MOST: usize = 200;

/// Each section's text with its key and pointer.
pub(super) fn texts<'a>(judged: &'a Judged<'_>) -> impl Iterator<Item = (&'a str, String, &'a str)> + 'a {
    let sections = judged.content.form().sections.iter();
    sections.filter_map(|section| {
        let text = judged.text(&section.key)?;
        Some((section.key.as_str(), format!("/sections/{}/text", section.key), text))
    })
}

/// One finding for each range of bytes, the n-th at its place.
pub(super) fn tell(
    rule: &Rule,
    section: &str,
    pointer: &str,
    text: &str,
    ranges: impl Iterator<Item = (usize, usize, Vec<(&'static str, Argument)>)>,
    findings: &mut Vec<Finding>,
) {
    // Findings stand mostly in order: a paragraph with many of them is digested once.
    let mut last = ((0, 0), None);
    for (number, (start, end, mut arguments)) in ranges.take(MOST).enumerate() {
        let mut finding = rule.finding(&format!("{section}:{}", number + 1), pointer.to_owned());
        finding.span = Some(span(text, start, end));
        let place = paragraph(text, start, end);
        if last.1.is_none() || last.0 != place {
            last = (place, text.get(place.0..place.1).map(|said| sha256_hex(said.as_bytes())));
        }
        finding.around.clone_from(&last.1);
        let found = text.get(start..end).unwrap_or_default().to_owned();
        arguments.insert(0, ("found", Argument::Plain(found)));
        finding.arguments = arguments;
        findings.push(finding);
    }
}

/// Where the paragraph begins and ends that holds a range of bytes.
fn paragraph(text: &str, start: usize, end: usize) -> (usize, usize) {
    let from = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let behind = text.get(end..).unwrap_or_default();
    (from, end + behind.find('\n').unwrap_or(behind.len()))
}

/// Findings for every word of a lexicon.
pub(super) fn of_lexicon(rule: &Rule, words: Words, judged: &Judged<'_>, findings: &mut Vec<Finding>) {
    let lexicons = lexicons();
    for (section, pointer, text) in texts(judged) {
        let hits = lexicons.find(words, text).map(|hit| {
            let advice = ("advice", Argument::Plain(hit.entry.advice.clone()));
            (hit.start, hit.end, vec![advice])
        });
        tell(rule, section, &pointer, text, hits, findings);
    }
}

/// Findings for every piece of personal data of a kind; what it is is not repeated in the message.
pub(super) fn of_personal(rule: &Rule, kind: Personal, judged: &Judged<'_>, findings: &mut Vec<Finding>) {
    for (section, pointer, text) in texts(judged) {
        let found = find_personal(kind, text).into_iter().map(|(start, end)| (start, end, Vec::new()));
        tell(rule, section, &pointer, text, found, findings);
    }
}
