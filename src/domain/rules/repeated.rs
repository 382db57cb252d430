//! A word written twice: 遵循遵循.

use super::words::{tell, texts};
use super::{Explainable, Finding, Judged, Rule, Severity};

pub static RULE: Rule = Rule {
    id: "wording.repeated",
    severity: Severity::Info,
    explainable: Explainable::No,
    basis: "文字重复",
    forms: &[],
    check,
};

/// Longest word looked at, in characters.
const LONGEST: usize = 6;
/// Doubled on purpose.
const LAWFUL: [&str; 6] = ["研究", "讨论", "学习", "商量", "考虑", "一个"];

fn check(judged: &Judged<'_>, findings: &mut Vec<Finding>) {
    for (section, pointer, text) in texts(judged) {
        let ranges = doubled(text).into_iter().map(|(start, end)| (start, end, Vec::new()));
        tell(&RULE, section, &pointer, text, ranges, findings);
    }
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// Where a word of two characters or more stands twice in a row.
fn doubled(text: &str) -> Vec<(usize, usize)> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < chars.len() {
        let repeats = (2..=LONGEST).rev().find(|length| {
            let (first, second) = (chars.get(at..at + length), chars.get(at + length..at + 2 * length));
            let (Some(first), Some(second)) = (first, second) else { return false };
            let same = first.iter().zip(second).all(|((_, one), (_, other))| one == other && is_han(*one));
            // 人人人人 is no word.
            let letters: std::collections::HashSet<char> = first.iter().map(|(_, c)| *c).collect();
            let word: String = first.iter().map(|(_, c)| *c).collect();
            same && letters.len() > 1 && !LAWFUL.contains(&word.as_str())
        });
        match repeats {
            Some(length) => {
                let start = chars.get(at).map_or(0, |(start, _)| *start);
                let end = chars.get(at + 2 * length).map_or(text.len(), |(end, _)| *end);
                found.push((start, end));
                at += 2 * length;
            }
            None => at += 1,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_twice_in_a_row_is_told_and_lawful_doubling_is_not() {
        let found =
            |text: &str| doubled(text).into_iter().map(|(a, b)| text[a..b].to_owned()).collect::<Vec<_>>();
        assert_eq!(found("应当遵循遵循公开原则"), ["遵循遵循"]);
        for text in ["人人参与，时时刻刻", "再研究研究", "2023202320", "常常往往"] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
