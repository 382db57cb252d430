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
    /// One of these must follow; none: nothing must.
    #[serde(default)]
    pub then: Vec<String>,
    /// Most characters between the word and what must follow.
    #[serde(default)]
    pub within: usize,
}

impl Entry {
    /// Whether the word that begins here is part of a right word.
    fn is_right(&self, text: &str, start: usize) -> bool {
        self.not_in.iter().any(|right| {
            right.match_indices(self.word.as_str()).any(|(offset, _)| {
                let from = start.checked_sub(offset);
                let there = from.and_then(|from| text.get(from..));
                there.is_some_and(|there| there.starts_with(right.as_str()))
            })
        })
    }

    /// Whether what must follow the word does.
    fn goes_on(&self, text: &str, end: usize) -> bool {
        let behind = text.get(end..).unwrap_or_default();
        let mut places = behind.char_indices().take(self.within.saturating_add(1));
        let follows = |at: usize| {
            let there = behind.get(at..).unwrap_or_default();
            self.then.iter().any(|word| there.starts_with(word.as_str()))
        };
        self.then.is_empty() || places.any(|(at, _)| follows(at))
    }
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

    /// Every word of the lexicon in a text, in order; one within a right word is none, nor one that lacks
    /// what must follow.
    pub fn find<'l>(&'l self, text: &'l str) -> impl Iterator<Item = Hit<'l>> + 'l {
        self.search.find_iter(text).filter_map(move |found| {
            let entry = self.entries.get(found.pattern().as_usize())?;
            let (start, end) = (found.start(), found.end());
            let wrong = !entry.is_right(text, start) && entry.goes_on(text, end);
            wrong.then_some(Hit { entry, start, end })
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
        assert!(found("公开县人民政府政府采购目录，集中力量主攻府前路").is_empty());
    }

    #[test]
    fn words_that_are_wrong_only_before_others_are_found_there_alone() {
        let found = |text: &str| TYPOS.find(text).map(|hit| hit.entry.word.clone()).collect::<Vec<_>>();
        assert_eq!(found("截止到2023年12月31日，坐客县融媒体中心《行风热线》"), ["截止", "坐客"]);
        assert!(found("截止时间为2023年12月31日，乘坐客运班车").is_empty());
        let left = |text: &str| TEMPLATE.find(text).next().is_some();
        assert!(left("20XX年，XX县XX局收取XX万元") && left("信息____条") && left("***局"));
        assert!(!left("138****0001") && !left("张××、李××") && !left("7×24小时"));
        let old = |text: &str| SUPERSEDED.find(text).next().is_some();
        assert!(old("国务院492号令") && old("（〔2019〕60号）") && old("国办公开办函[2019]60号"));
        assert!(!old("晋政办发〔2019〕60号") && !old("2007年国务院令第492号公布"));
    }

    #[test]
    fn a_lexicon_of_words_and_advice_alone_is_read() {
        let lexicon = Lexicon::read("entry = [{ word = \"甲\", advice = \"乙\", source = \"丙\" }]");
        assert!(lexicon.is_ok_and(|lexicon| lexicon.find("丁甲").next().is_some()));
    }
}
