//! The set phrases of these reports with one character wrong: 以申请公开, 尽公幵, 公作机制.

use super::finding::telling;
use super::{Explainable, Findings, Judging, Rule, words};
use crate::domain::wording::Words;

pub static RULE: Rule =
    Rule::warning("wording.set_phrase", "固定用语差一字（词表 data/lexicon/phrases.toml）", check)
        .explainable(Explainable::ByEditor);

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let lexicons = &judged.rules.lexicons;
    for said in
        judged.texts.iter().chain(judged.beside.iter().filter(|said| said.pointer().ends_with("title")))
    {
        let text = said.text();
        let spoilt = lexicons.spoilt(Words::Phrases, text);
        if spoilt.is_empty() {
            continue;
        }
        // What another list tells is told there.
        let grave = lexicons.spoilt(Words::Grave, text).into_iter().map(|spoilt| (spoilt.start, spoilt.end));
        let listed = |words: Words| lexicons.find(words, text).map(|hit| (hit.start, hit.end));
        let told: Vec<(usize, usize)> =
            listed(Words::Typos).chain(listed(Words::Grave)).chain(grave).collect();
        let apart = |start: usize, end: usize| !told.iter().any(|(from, to)| start < *to && *from < end);
        let ranges = spoilt
            .into_iter()
            .filter(|spoilt| apart(spoilt.start, spoilt.end))
            .map(|spoilt| (spoilt.start, spoilt.end, telling("advice", spoilt.phrase)));
        words::corrected(findings, |told| said.tell(&RULE, ranges, told));
    }
}
