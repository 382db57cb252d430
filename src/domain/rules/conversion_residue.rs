//! What converters and copying leave behind.

use super::finding::Argument;
use super::words::{tell, texts};
use super::{Explainable, Finding, Judged, Rule, Severity};
use crate::domain::wording::{Words, lexicons};

pub static RULE: Rule = Rule {
    id: "wording.conversion_residue",
    severity: Severity::Info,
    explainable: Explainable::No,
    basis: "文件转换、复制留下的痕迹",
    forms: &[],
    check,
};

fn check(judged: &Judged<'_>, findings: &mut Vec<Finding>) {
    for (section, pointer, text) in texts(judged) {
        let ranges = residue(text)
            .into_iter()
            .map(|(start, end, advice)| (start, end, vec![("advice", Argument::Plain(advice))]));
        tell(&RULE, section, &pointer, text, ranges, findings);
    }
}

/// Words of the lexicon and private characters, in order, each with what to do about it.
fn residue(text: &str) -> Vec<(usize, usize, String)> {
    let lexicons = lexicons();
    let words = lexicons.find(Words::Residue, text).map(|hit| (hit.start, hit.end, hit.entry.advice.clone()));
    let characters = private(text).into_iter().map(|(start, end)| (start, end, "删去专用区字符".to_owned()));
    let mut found: Vec<(usize, usize, String)> = words.chain(characters).collect();
    found.sort_unstable();
    found
}

/// Runs of characters that only the font of one document knows.
fn private(text: &str) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| is_private(*c)) {
        let end = at + c.len_utf8();
        match runs.last_mut() {
            Some(last) if last.1 == at => last.1 = end,
            _ => runs.push((at, end)),
        }
    }
    runs
}

fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_private_characters_are_found_in_order() {
        let found =
            |text: &str| residue(text).into_iter().map(|(a, b, _)| text[a..b].to_owned()).collect::<Vec<_>>();
        assert_eq!(
            found("\u{e004}\u{e005}健全[bookmark: _GoBack]多样\u{f0b7}"),
            ["\u{e004}\u{e005}", "[bookmark:", "\u{f0b7}"]
        );
        assert_eq!(found("矩阵\u{200d}目录\u{2060}").len(), 2);
        assert!(found("\u{3000}\u{3000}政策在哪看？[许可]A&B＋").is_empty());
    }
}
