//! What the rules about words share.

use super::finding::{Argument, Fact, Findings, telling};
use super::judging::{Judging, Said, Told};
use super::rule::Rule;
use crate::domain::wording::{Personal, Words, find_personal};

/// Findings for every word of a lexicon in the narratives.
pub(super) fn of_lexicon(rule: &Rule, words: Words, judged: &Judging<'_>, findings: &mut Findings) {
    for said in &judged.texts {
        of_words(rule, words, judged, said, findings);
    }
}

/// Findings for every word of a lexicon in one text.
pub(super) fn of_words(
    rule: &Rule,
    words: Words,
    judged: &Judging<'_>,
    said: &Said<'_>,
    findings: &mut Findings,
) {
    said.tell(rule, told(words, judged, said), findings);
}

/// Every word of a lexicon in one text, with what should stand there.
pub(super) fn told(words: Words, judged: &Judging<'_>, said: &Said<'_>) -> Vec<Told> {
    let lexicons = &judged.rules.lexicons;
    let advice = |advice: &str| telling("advice", advice);
    let mut hits: Vec<_> = lexicons
        .find(words, said.text())
        .map(|hit| (hit.start, hit.end, advice(&hit.entry.advice)))
        .collect();
    let listed: Vec<(usize, usize)> = hits.iter().map(|(start, end, _)| (*start, *end)).collect();
    let spoilt = lexicons.spoilt(words, said.text()).into_iter();
    // What the list itself names is told once, with the list's own advice.
    let apart = |start: usize, end: usize| !listed.iter().any(|(from, to)| start < *to && *from < end);
    hits.extend(
        spoilt
            .filter(|spoilt| apart(spoilt.start, spoilt.end))
            .map(|spoilt| (spoilt.start, spoilt.end, advice(spoilt.phrase))),
    );
    hits.sort_by_key(|(start, end, _)| (*start, *end));
    hits
}

/// The same with what stands there and what should, where the advice is the right word itself.
pub(super) fn corrected(findings: &mut Findings, tell: impl FnOnce(&mut Findings)) {
    let mut told = Findings::default();
    tell(&mut told);
    for mut finding in told.into_parts().0 {
        for (name, argument) in &finding.arguments {
            let fact = match argument {
                Argument::Plain(text) => Fact::Text(text.clone()),
                Argument::Term(_) | Argument::Fault(_) => continue,
            };
            match *name {
                "found" => finding.actual = Some(fact),
                "advice" => finding.expected = Some(fact),
                _ => {}
            }
        }
        findings.push(finding);
    }
}

/// Findings for every piece of personal data of a kind; what it is is not repeated in the message.
pub(super) fn of_personal(rule: &Rule, kind: Personal, judged: &Judging<'_>, findings: &mut Findings) {
    for said in judged.everything() {
        let found = find_personal(kind, said.text()).into_iter().map(|(start, end)| (start, end, Vec::new()));
        said.tell(rule, found, findings);
    }
}
