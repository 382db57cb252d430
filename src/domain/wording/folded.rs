//! Texts as rules read them: what the eye does not see is left out, full-width digits and letters are plain, and
//! so are those of other scripts that look the same.
//!
//! A zero-width character inside a number, or a soft hyphen inside a word, would hide either from every rule.

use super::characters::{alike, half, is_han, is_private};
use crate::domain::text::is_noncharacter;
use std::borrow::Cow;

/// A folded text, and from where in the original each part of it comes.
#[derive(Debug, Clone)]
pub struct Folded<'t> {
    text: Cow<'t, str>,
    /// In order; none where nothing had to be folded.
    parts: Vec<Part>,
}

/// A stretch of the folded text and the stretch of the original it stands for, in bytes.
#[derive(Debug, Clone, Copy)]
struct Part {
    folded: (usize, usize),
    original: (usize, usize),
}

impl Part {
    fn is_verbatim(&self) -> bool {
        self.folded.1 - self.folded.0 == self.original.1 - self.original.0
    }
}

impl<'t> Folded<'t> {
    pub fn of(text: &'t str) -> Folded<'t> {
        Folded::by(text, plain)
    }

    /// A text as marks are looked for in it: no blanks in its lines, and no private characters; the characters of
    /// marks are the simplified ones.
    pub fn closed_up(text: &'t str) -> Folded<'t> {
        Folded::by(text, closed)
    }

    fn by(text: &'t str, plain: fn(char) -> Option<char>) -> Folded<'t> {
        if text.chars().all(|c| plain(c) == Some(c)) {
            return Folded { text: Cow::Borrowed(text), parts: Vec::new() };
        }
        let mut folded = String::with_capacity(text.len());
        let mut parts: Vec<Part> = Vec::new();
        for (at, c) in text.char_indices() {
            let Some(plain) = plain(c) else { continue };
            let from = folded.len();
            folded.push(plain);
            let (to, end) = (folded.len(), at + c.len_utf8());
            match parts.last_mut() {
                Some(last) if plain == c && last.is_verbatim() && last.original.1 == at => {
                    (last.folded.1, last.original.1) = (to, end);
                }
                _ => parts.push(Part { folded: (from, to), original: (at, end) }),
            }
        }
        Folded { text: Cow::Owned(folded), parts }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// A range of the folded text as one of the original.
    pub fn original(&self, start: usize, end: usize) -> (usize, usize) {
        if self.parts.is_empty() {
            return (start, end);
        }
        let first = self.parts.get(self.parts.partition_point(|part| part.folded.1 <= start));
        let last = self.parts.get(self.parts.partition_point(|part| part.folded.1 < end));
        let from = first.map_or(start, |part| match part.is_verbatim() {
            true => part.original.0 + (start - part.folded.0),
            false => part.original.0,
        });
        let to = last.map_or(from, |part| match part.is_verbatim() {
            true => part.original.0 + end.saturating_sub(part.folded.0),
            false => part.original.1,
        });
        (from, to.max(from))
    }
}

/// A character as it is judged; `None` for one that is not seen.
fn plain(c: char) -> Option<char> {
    match u32::from(c) {
        0xff10..=0xff19 | 0xff21..=0xff3a | 0xff41..=0xff5a => Some(half(c)),
        // Nearly everything: nothing to look up.
        0x20..=0x7e | 0x2010..=0x2027 | 0x3000..=0x303f | 0x4e00..=0x9fff | 0xff01..=0xff5e => Some(c),
        _ if is_hidden(c) || is_laid_over(c) => None,
        _ => Some(alike(c)),
    }
}

/// A character as marks are read.
fn closed(c: char) -> Option<char> {
    Some(match c {
        '\n' | '\u{2028}' | '\u{2029}' => '\n',
        '絕' => '绝',
        '機' => '机',
        '祕' => '秘',
        '內' => '内',
        '資' => '资',
        '開' => '开',
        '級' => '级',
        '屬' => '属',
        '類' => '类',
        '別' => '别',
        '嚴' => '严',
        '傳' => '传',
        '請' => '请',
        _ if !is_han(c) && (c.is_whitespace() || is_private(c)) => return None,
        _ => c,
    })
}

/// Strokes, rings and accents that are laid over the character before.
fn is_laid_over(c: char) -> bool {
    matches!(u32::from(c),
        0x300..=0x36f | 0x483..=0x489 | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe20..=0xfe2f)
}

/// Characters that are not seen: Unicode's `Default_Ignorable_Code_Point`, the marks of annotation, signs that stand
/// for nothing, and what is no character.
pub fn is_hidden(c: char) -> bool {
    // Nearly everything: nothing to look up.
    if matches!(c, ' '..='~' | '\u{3165}'..='\u{d7ff}') {
        return false;
    }
    matches!(u32::from(c),
        0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f
        | 0x202a..=0x202e | 0x2060..=0x206f | 0x3164 | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xfffc
        | 0x2800 | 0x1bca0..=0x1bca3 | 0x1d159 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff)
        || is_noncharacter(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_seen_is_left_out_and_found_again() {
        let text = "手机138\u{200b}0355\u{ad}0001，〔2021〕３\u{fe0f}号";
        let folded = Folded::of(text);
        assert_eq!(folded.as_str(), "手机13803550001，〔2021〕3号");
        let found = |word: &str| {
            let at = folded.as_str().find(word).unwrap();
            let (from, to) = folded.original(at, at + word.len());
            &text[from..to]
        };
        assert_eq!(found("13803550001"), "138\u{200b}0355\u{ad}0001");
        assert_eq!(found("3号"), "３\u{fe0f}号");
        assert_eq!(found("机1"), "机1");
        assert_eq!(Folded::of("1\u{336}3\u{2800}9\u{1d159}٤").as_str(), "1394");
        assert_eq!(Folded::closed_up("絕　密 ★\n內部\u{e000}資料").as_str(), "绝密★\n内部资料");
        assert!(matches!(Folded::of("手机，138").text, Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn every_range_folds_back_to_itself(text in "[甲乙１２a\u{200b}\u{202e}。Х٤\u{336}]{0,12}") {
            let folded = Folded::of(&text);
            let places: Vec<usize> =
                folded.as_str().char_indices().map(|(at, _)| at).chain([folded.as_str().len()]).collect();
            for (number, from) in places.iter().enumerate() {
                for to in places.iter().skip(number + 1) {
                    let (start, end) = folded.original(*from, *to);
                    let again = Folded::of(&text[start..end]);
                    prop_assert_eq!(again.as_str(), &folded.as_str()[*from..*to]);
                }
            }
        }
    }
}
