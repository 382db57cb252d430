//! How texts are searched: folded alike, cut into bigrams for the index, compared whole for the answer.

use crate::domain::text::compatible;
use std::collections::BTreeSet;

/// A text in the form in which it is compared: compatibility form, lower case, without blanks.
pub fn fold(text: &str) -> String {
    compatible(text).chars().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).collect()
}

/// The index's words of a text: every pair of neighbours, every letter, in ASCII so that no engine cuts
/// them anew.
pub fn tokens(text: &str) -> BTreeSet<String> {
    let letters: Vec<char> = fold(text).chars().filter(|c| c.is_alphanumeric()).collect();
    let name = |letters: &[char]| {
        letters.iter().map(|letter| format!("x{:x}", u32::from(*letter))).collect::<String>()
    };
    let pairs = letters.windows(2).map(name);
    let singles = letters.iter().map(|letter| name(std::slice::from_ref(letter)));
    pairs.chain(singles).collect()
}

/// The words of a question, all of which a text must have; none where it asks for nothing.
pub fn wanted(question: &str) -> Vec<String> {
    let letters: Vec<char> = fold(question).chars().collect();
    let mut wanted = BTreeSet::new();
    // Across a mark no pair of the index reaches: each run is asked for by itself.
    for run in letters.split(|c| !c.is_alphanumeric()) {
        let text: String = run.iter().collect();
        let width = if run.len() > 1 { 2 } else { 1 };
        let pairs = tokens(&text).into_iter().filter(|token| token.matches('x').count() == width);
        wanted.extend(pairs);
    }
    wanted.into_iter().collect()
}

/// Characters shown on either side of what was found.
const AROUND: usize = 30;

/// What was found in its surroundings, `…打造“<em>阳光信访</em>”…`, as HTML text; `None` if it is not there.
pub fn snippet(text: &str, question: &str) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    // Each folded character with the place it comes from.
    let folded: Vec<(char, usize)> = letters
        .iter()
        .enumerate()
        .flat_map(|(at, c)| {
            let folded: Vec<char> = fold(&c.to_string()).chars().collect();
            folded.into_iter().map(move |c| (c, at))
        })
        .collect();
    let wanted: Vec<char> = fold(question).chars().collect();
    let found =
        folded.windows(wanted.len().max(1)).find(|window| window.iter().map(|(c, _)| c).eq(&wanted))?;
    let (start, end) = (found.first()?.1, found.last()?.1 + 1);
    let part = |from: usize, to: usize| -> String {
        letters.get(from..to).unwrap_or_default().iter().map(|c| if *c == '\n' { ' ' } else { *c }).collect()
    };
    let (from, to) = (start.saturating_sub(AROUND), (end + AROUND).min(letters.len()));
    let lead = if from > 0 { "…" } else { "" };
    let tail = if to < letters.len() { "…" } else { "" };
    Some(format!(
        "{lead}{}<em>{}</em>{}{tail}",
        escaped(&part(from, start)),
        escaped(&part(start, end)),
        escaped(&part(end, to))
    ))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "为打造“阳光信访”“法治信访”奠定基础，ＡＢＣ系统受理<3>件。";

    #[test]
    fn every_part_of_a_text_is_found_and_nothing_else() {
        let letters: Vec<char> = TEXT.chars().collect();
        let index = tokens(TEXT);
        for from in 0..letters.len() {
            for to in from + 1..=(from + 6).min(letters.len()) {
                let question: String = letters[from..to].iter().collect();
                assert!(wanted(&question).iter().all(|token| index.contains(token)), "{question}");
                assert!(fold(&question).is_empty() || snippet(TEXT, &question).is_some(), "{question}");
            }
        }
        assert!(snippet(TEXT, "信访阳光").is_none());
        assert!(wanted("。，").is_empty());
    }

    #[test]
    fn what_was_found_is_marked_and_the_rest_is_only_text() {
        assert_eq!(
            snippet("甲<b>阳光信访</b>乙", "阳光信访").as_deref(),
            Some("甲&lt;b&gt;<em>阳光信访</em>&lt;/b&gt;乙")
        );
        assert_eq!(snippet(TEXT, "abc").map(|snippet| snippet.contains("<em>ＡＢＣ</em>")), Some(true));
    }
}
