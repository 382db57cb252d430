//! Traditional characters, seen as the simplified ones they stand for: mirrors publish reports in them.

use std::borrow::Cow;
use std::sync::LazyLock;

/// OpenCC's table, in the order of the traditional characters.
static PAIRS: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let lines = include_str!("../../data/opencc/TSCharacters.txt").lines();
    let pairs = lines.filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut pair = line.chars();
        pair.next().zip(pair.next())
    });
    pairs.collect()
});

/// Characters that OpenCC leaves to its phrases (反覆, 瞭解); in a report they stand for these.
const BY_PHRASE: [(char, char); 2] = [('覆', '复'), ('瞭', '了')];

/// The first traditional character of the table, and the last of plain Han: most texts hold no Han beyond it.
const FIRST: char = '\u{3400}';
const LAST: char = '\u{9fff}';

/// The simplified form of each character between these, at its place: every character of a text is looked up.
static PLAIN: LazyLock<Vec<char>> = LazyLock::new(|| {
    let mut forms: Vec<char> = (FIRST..=LAST).collect();
    for (traditional, simplified) in BY_PHRASE.iter().chain(PAIRS.iter()) {
        if let Some(form) = place(*traditional).and_then(|at| forms.get_mut(at)) {
            *form = *simplified;
        }
    }
    forms
});

fn place(c: char) -> Option<usize> {
    (c as usize).checked_sub(FIRST as usize)
}

/// The simplified form of a character, itself where it has none.
pub fn simplified(c: char) -> char {
    match c {
        ..FIRST => c,
        FIRST..=LAST => place(c).and_then(|at| PLAIN.get(at)).copied().unwrap_or(c),
        _ => {
            let found = PAIRS.binary_search_by_key(&c, |(traditional, _)| *traditional).ok();
            found.and_then(|at| PAIRS.get(at)).map_or(c, |(_, simplified)| *simplified)
        }
    }
}

/// A text in simplified characters, character by character: for looking words up, not for reading.
pub fn simplify(text: &str) -> Cow<'_, str> {
    match text.chars().any(|c| simplified(c) != c) {
        true => Cow::Owned(text.chars().map(simplified).collect()),
        false => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traditional_characters_are_seen_as_simplified_ones() {
        for (traditional, plain) in [
            ("部分公開（區分處理的，只計這一情形）", "部分公开（区分处理的，只计这一情形）"),
            ("學習、中華、預算、反覆", "学习、中华、预算、反复"),
            ("總計 3 ABC", "总计 3 ABC"),
        ] {
            assert_eq!(simplify(traditional), plain);
        }
        assert!(matches!(simplify("依申请公开"), Cow::Borrowed(_)));
    }

    #[test]
    fn the_table_is_in_order_and_leads_to_no_further_pair() {
        assert!(PAIRS.len() > 3_000 && PAIRS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(PAIRS.iter().all(|(traditional, _)| *traditional >= FIRST));
        assert!(PAIRS.iter().all(|(traditional, plain)| simplified(*traditional) == *plain));
        assert!(BY_PHRASE.iter().all(|(traditional, plain)| simplified(*traditional) == *plain));
    }
}
