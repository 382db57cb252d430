//! What converters and copying leave behind.

use super::finding::telling;
use super::{Findings, Judging, Rule};
use crate::domain::wording::{Lexicons, Words, is_hidden, is_private};

pub static RULE: Rule = Rule::info("wording.conversion_residue", "文件转换、复制留下的痕迹", check);

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for said in &judged.texts {
        let ranges = residue(&judged.rules.lexicons, said.original())
            .into_iter()
            .map(|(start, end, advice)| (start, end, telling("advice", advice)));
        said.tell_as_it_stands(&RULE, ranges, findings);
    }
}

/// Words of the lexicon and private characters, in order, each with what to do about it.
fn residue(lexicons: &Lexicons, text: &str) -> Vec<(usize, usize, String)> {
    let words = lexicons.find(Words::Residue, text).map(|hit| (hit.start, hit.end, hit.entry.advice.clone()));
    let advised = |advice: &'static str| move |(start, end)| (start, end, advice.to_owned());
    let characters = runs(text, is_private).into_iter().map(advised("删去专用区字符"));
    let hidden = runs(text, is_hidden).into_iter().map(advised("删去看不见的字符"));
    let mut found: Vec<(usize, usize, String)> = words.chain(characters).chain(hidden).collect();
    found.sort_unstable();
    // The list may name what is not seen by itself.
    found.dedup_by(|later, first| later.0 < first.1);
    found
}

/// Runs of characters of a kind.
fn runs(text: &str, of_kind: fn(char) -> bool) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| of_kind(*c)) {
        let end = at + c.len_utf8();
        match runs.last_mut() {
            Some(last) if last.1 == at => last.1 = end,
            _ => runs.push((at, end)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_private_characters_are_found_in_order() {
        let found = |text: &str| {
            residue(&Lexicons::with(&[]).unwrap(), text)
                .into_iter()
                .map(|(a, b, _)| text[a..b].to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            found("\u{e004}\u{e005}健全[bookmark: _GoBack]多样\u{f0b7}"),
            ["\u{e004}\u{e005}", "[bookmark:", "\u{f0b7}"]
        );
        assert_eq!(found("矩阵\u{200d}目录\u{2060}").len(), 2);
        assert!(found("\u{3000}\u{3000}政策在哪看？[许可]A&B＋").is_empty());
    }
}
