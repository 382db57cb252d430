//! What a set phrase looks like with one character wrong, lost, doubled or exchanged: what texts are searched for.

use super::alike::{alike, is_particle, is_suffix, is_word};
use super::is_han;

/// What a pattern of the search is of.
#[derive(Clone, Copy)]
pub(super) enum Trace {
    /// A part of a phrase that stands `offset` characters behind its beginning.
    Part { phrase: usize, offset: usize },
    /// A phrase that lost, doubled or exchanged a character; the change stands from one byte of it to another, with the
    /// characters on either side of what is lost.
    Spoilt { phrase: usize, from: usize, to: usize, edge: Edge },
}

/// Which end of what is searched for may belong to the word beside it, as the change stands there: 执行|处罚决定.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    None,
    Front,
    Back,
    Both,
    /// What is left at the end is half a word: 增值税|优惠政策, 服务线|上线下.
    Open,
    /// The second character is written twice: 扎扎实实 is a way to say it.
    Again,
    /// The last character is written twice.
    Doubled,
    /// The two in the middle of four have changed places and make a word: 政|公务|开 between words of its ends is right.
    Torn,
    /// The first character is lost: sure only where a clause begins.
    Headless,
    /// The last character is lost: sure only where a clause ends.
    Cut,
}

/// What to search for of a phrase: its halves, one of which a wrong character leaves whole; and what it is when
/// an inner character is lost, one is doubled, or two neighbours have changed places.
pub(super) fn traces(phrase: usize, chars: &[char], any: bool) -> Vec<(String, Trace)> {
    let text = |chars: &[char]| chars.iter().collect::<String>();
    let (count, half) = (chars.len(), (chars.len() / 2).max(2));
    let part = |from: usize, to: usize| {
        let part = chars.get(from..to).unwrap_or_default();
        (text(part), Trace::Part { phrase, offset: from })
    };
    // The halves of three characters overlap.
    let mut found = vec![part(0, half), part(half.min(count - 2), count)];
    // What is wrong of it: so many characters from one on.
    let mut spoilt = |spoilt: Vec<char>, at: usize, wrong: usize, edge: Edge| {
        let bytes = |count: usize| spoilt.iter().take(count).map(|c| c.len_utf8()).sum::<usize>();
        if spoilt != chars {
            let (from, to) = (bytes(at), bytes(at + wrong));
            found.push((text(&spoilt), Trace::Spoilt { phrase, from, to, edge }));
        }
    };
    if let ([_, middle, _], 3) = (chars, count) {
        for other in alike(*middle) {
            let mut changed = chars.to_vec();
            if let Some(place) = changed.get_mut(1) {
                *place = other;
            }
            spoilt(changed, 1, 1, if is_particle(other) { Edge::Both } else { Edge::None });
        }
    }
    let char_at = |at: usize| chars.get(at).copied().unwrap_or_default();
    for at in 0..count {
        // 安全产生影响, 积极展开: what has changed places may be a word that is meant.
        let whole = at < 2 || is_word(char_at(at - 2), char_at(at - 1));
        let another = !any && whole && is_word(char_at(at + 1), char_at(at));
        let torn = another && count == 4 && at == 1;
        if at + 1 < count && count >= 4 && (!another || torn) {
            let mut changed = chars.to_vec();
            changed.swap(at, at + 1);
            let edge = match at {
                _ if torn => Edge::Torn,
                0 => Edge::Front,
                at if at + 2 == count => Edge::Back,
                _ => Edge::None,
            };
            spoilt(changed, at, 2, edge);
        }
        // 财政预算, 过程信息, 追究制: so may be what is left.
        let another = !any
            && at > 0
            && (is_particle(char_at(at))
                || is_word(char_at(at - 1), char_at(at + 1))
                || (at + 2 == count && is_suffix(char_at(at + 1))));
        if at > 0 && at + 1 < count && count >= 5 && is_han(char_at(at)) && !another {
            let mut changed = chars.to_vec();
            changed.remove(at);
            let open = !any && (at == 1 || at + 2 == count);
            spoilt(changed, at - 1, 2, if open { Edge::Open } else { Edge::None });
        }
        // What is left at the end may be a word: 群众满意, 不公开是例外 without 不.
        let half = |one: char, next: char| is_han(one) && is_han(next) && !is_word(one, next);
        let (second, third) = (char_at(1), char_at(2));
        if at == 0 && count >= 5 && half(second, third) && !is_particle(second) {
            spoilt(chars.get(1..).unwrap_or_default().to_vec(), 0, 1, Edge::Headless);
        }
        let (rest, end) = (char_at(count.saturating_sub(3)), char_at(count.saturating_sub(2)));
        if at + 1 == count && count >= 5 && half(rest, end) && !is_suffix(end) && is_han(char_at(at)) {
            spoilt(chars.get(..at).unwrap_or_default().to_vec(), count - 2, 1, Edge::Cut);
        }
        // At the beginning the first may end another word: 办公公开.
        let mut changed = chars.to_vec();
        if at > 0 && count >= 3 {
            changed.insert(at, char_at(at));
            match at + 1 < count {
                true if at == 1 => spoilt(changed, at, 2, Edge::Again),
                true => spoilt(changed, at, 2, Edge::None),
                false => spoilt(changed, at, 2, Edge::Doubled),
            }
        }
    }
    found
}
