//! Lexicons: words with advice, kept as data, found all at once.

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;
use std::sync::LazyLock;

/// A word that should not stand there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub word: String,
    pub advice: String,
    pub source: String,
    /// Longer words that hold it and are right.
    #[serde(default)]
    pub not_in: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    entry: Vec<Entry>,
}

/// Words of one kind, ready to be searched for.
pub struct Lexicon {
    entries: Vec<Entry>,
    search: AhoCorasick,
}

/// Where a word was found, in bytes.
pub struct Hit<'l> {
    pub entry: &'l Entry,
    pub start: usize,
    pub end: usize,
}

macro_rules! lexicons {
    ($($(#[$meta:meta])* $name:ident = $file:literal),+ $(,)?) => {$(
        $(#[$meta])*
        pub static $name: LazyLock<Lexicon> =
            LazyLock::new(|| Lexicon::compiled_in(include_str!(concat!("../../../data/lexicon/", $file))));
    )+};
}

lexicons!(
    /// 错别字.
    TYPOS = "typos.toml",
    /// Documents that are no longer in force, or were never called so.
    SUPERSEDED = "superseded.toml",
    /// What templates say to their users.
    TEMPLATE = "template.toml",
    /// What converters leave behind.
    RESIDUE = "residue.toml",
);

impl Lexicon {
    fn compiled_in(text: &str) -> Lexicon {
        Lexicon::read(text)
            .unwrap_or_else(|fault| unreachable!("a lexicon is compiled in and read by a test: {fault}"))
    }

    /// Reads a lexicon from its TOML text.
    pub fn read(text: &str) -> Result<Lexicon, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        let words = file.entry.iter().map(|entry| entry.word.as_str());
        let search = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(words)
            .map_err(|error| error.to_string())?;
        Ok(Lexicon { entries: file.entry, search })
    }

    /// Every word of the lexicon in a text, in order; one within a right word is none.
    pub fn find<'l>(&'l self, text: &'l str) -> impl Iterator<Item = Hit<'l>> + 'l {
        self.search.find_iter(text).filter_map(|found| {
            let entry = self.entries.get(found.pattern().as_usize())?;
            let (start, end) = (found.start(), found.end());
            let right = entry.not_in.iter().any(|right| {
                text.match_indices(right.as_str()).any(|(at, _)| at <= start && end <= at + right.len())
            });
            (!right).then_some(Hit { entry, start, end })
        })
    }
}

/// A range of bytes as a range of code points.
pub fn span(text: &str, start: usize, end: usize) -> (usize, usize) {
    let before = text.get(..start).map_or(0, |before| before.chars().count());
    let inside = text.get(start..end).map_or(0, |inside| inside.chars().count());
    (before, before + inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_and_right_words_are_left_alone() {
        let found = |text: &str| TYPOS.find(text).map(|hit| hit.entry.word.clone()).collect::<Vec<_>>();
        assert_eq!(found("局长坐客《阳光信访》，登入网站查询"), ["坐客《", "登入网站"]);
        assert_eq!(found("主动公开政府政府情况"), ["政府政府"]);
        assert!(found("做客《阳光信访》，沁源县人民政府政府信息公开指南").is_empty());
        assert!(SUPERSEDED.find("依据国务院令第711号").next().is_none());
        assert!(TEMPLATE.find("本部分为空").next().is_none() && RESIDUE.find("正文？").next().is_none());
    }
}
