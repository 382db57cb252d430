//! Lexicons: words with advice, kept as data, found all at once.

use super::phrases::{PhraseGroup, Phrases, Spoilt};
use crate::domain::digest::sha256_hex;
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

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    entry: Vec<Entry>,
    /// Set phrases, wrong with one character wrong.
    #[serde(default)]
    phrases: Vec<PhraseGroup>,
    /// What looks like a set phrase with one character wrong and is right.
    #[serde(default)]
    right: Vec<String>,
}

/// Words of one kind, ready to be searched for.
struct Lexicon {
    entries: Vec<Entry>,
    search: AhoCorasick,
    phrases: Phrases,
}

/// Where a word was found, in bytes.
pub struct Hit<'l> {
    pub entry: &'l Entry,
    pub start: usize,
    pub end: usize,
}

/// What the words of a lexicon are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// 错别字.
    Typos,
    /// Documents that are no longer in force, or were never called so.
    Superseded,
    /// What templates say to their users.
    Template,
    /// What converters leave behind.
    Residue,
    /// Names of the state, of the party and of its leaders, and what is said of territories.
    Grave,
    /// The set phrases of these reports.
    Phrases,
}

impl Words {
    pub const ALL: [Words; 6] =
        [Words::Typos, Words::Superseded, Words::Template, Words::Residue, Words::Grave, Words::Phrases];

    /// The name of its file, without `.toml`.
    pub fn as_str(self) -> &'static str {
        match self {
            Words::Typos => "typos",
            Words::Superseded => "superseded",
            Words::Template => "template",
            Words::Residue => "residue",
            Words::Grave => "grave",
            Words::Phrases => "phrases",
        }
    }

    fn compiled_in(self) -> &'static str {
        match self {
            Words::Typos => include_str!("../../../data/lexicon/typos.toml"),
            Words::Superseded => include_str!("../../../data/lexicon/superseded.toml"),
            Words::Template => include_str!("../../../data/lexicon/template.toml"),
            Words::Residue => include_str!("../../../data/lexicon/residue.toml"),
            Words::Grave => include_str!("../../../data/lexicon/grave.toml"),
            Words::Phrases => include_str!("../../../data/lexicon/phrases.toml"),
        }
    }
}

/// The program's own words by kind, each made ready when the first text is searched for them: most commands search none,
/// and a name is searched for the grave ones alone.
static OWN: [LazyLock<Lexicon>; Words::ALL.len()] = [
    LazyLock::new(|| own(Words::Typos)),
    LazyLock::new(|| own(Words::Superseded)),
    LazyLock::new(|| own(Words::Template)),
    LazyLock::new(|| own(Words::Residue)),
    LazyLock::new(|| own(Words::Grave)),
    LazyLock::new(|| own(Words::Phrases)),
];

#[expect(clippy::unreachable, reason = "compiled in and read by a test: there is no program without them")]
fn own(words: Words) -> Lexicon {
    let lexicon = read(words.compiled_in()).and_then(Lexicon::of);
    lexicon.unwrap_or_else(|fault| unreachable!("{}: {fault}", words.as_str()))
}

/// All lexicons as they are in force.
pub struct Lexicons {
    /// Of the kinds that an operator has added to; of the others there are the program's own words alone.
    added: Vec<(Words, Lexicon)>,
    /// Over every word of them.
    digest: String,
}

impl Lexicons {
    /// The program's own words, and an operator's added to them: texts of TOML files.
    pub fn with(added: &[(Words, String)]) -> Result<Lexicons, String> {
        let mut with_more = Vec::new();
        let mut digested = String::new();
        for words in Words::ALL {
            digested.push_str(words.compiled_in());
            let mut texts = added.iter().filter(|(kind, _)| *kind == words).peekable();
            if texts.peek().is_none() {
                continue;
            }
            let mut file = read(words.compiled_in())?;
            for (_, text) in texts {
                let more = read(text).map_err(|fault| format!("{}.toml: {fault}", words.as_str()))?;
                file.entry.extend(more.entry);
                file.phrases.extend(more.phrases);
                file.right.extend(more.right);
                digested.push_str(text);
            }
            with_more.push((words, Lexicon::of(file)?));
        }
        Ok(Lexicons { added: with_more, digest: sha256_hex(digested.as_bytes()) })
    }

    fn of(&self, words: Words) -> Option<&Lexicon> {
        let added = self.added.iter().find(|(kind, _)| *kind == words);
        added.map(|(_, lexicon)| lexicon).or_else(|| OWN.get(words as usize).map(|own| &**own))
    }

    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Every word of a kind in a text, in order.
    pub fn find<'l>(&'l self, words: Words, text: &'l str) -> impl Iterator<Item = Hit<'l>> + 'l {
        self.of(words).into_iter().flat_map(move |lexicon| lexicon.find(text))
    }

    /// Every set phrase of a kind that has one character wrong, in order.
    pub fn spoilt(&self, words: Words, text: &str) -> Vec<Spoilt<'_>> {
        self.of(words).map(|lexicon| lexicon.phrases.find(text)).unwrap_or_default()
    }
}

/// Reads the words of a TOML text.
fn read(text: &str) -> Result<File, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    match file.entry.iter().any(|entry| entry.word.is_empty()) {
        true => Err("an entry with an empty word".to_owned()),
        false => Ok(file),
    }
}

impl Lexicon {
    fn of(file: File) -> Result<Lexicon, String> {
        let phrases = Phrases::of(&file.phrases, &file.right)?;
        let entries = file.entry;
        let words = entries.iter().map(|entry| entry.word.as_str());
        let search = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(words)
            .map_err(|error| error.to_string())?;
        Ok(Lexicon { entries, search, phrases })
    }

    /// Every word of the lexicon in a text, in order; one within a right word is none, nor one that lacks
    /// what must follow.
    fn find<'l>(&'l self, text: &'l str) -> impl Iterator<Item = Hit<'l>> + 'l {
        self.search.find_iter(text).filter_map(move |found| {
            let entry = self.entries.get(found.pattern().as_usize())?;
            let (start, end) = (found.start(), found.end());
            let wrong = !entry.is_right(text, start) && entry.goes_on(text, end);
            wrong.then_some(Hit { entry, start, end })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_and_right_words_are_left_alone() {
        let all = Lexicons::with(&[]).unwrap();
        let found =
            |text: &str| all.find(Words::Typos, text).map(|hit| hit.entry.word.clone()).collect::<Vec<_>>();
        assert_eq!(found("局长坐客《阳光信访》，登入网站查询"), ["坐客", "登入网站"]);
        assert_eq!(found("主动公开政府政府情况"), ["政府政府"]);
        assert!(found("做客《阳光信访》，沁源县人民政府政府信息公开指南").is_empty());
        assert!(all.find(Words::Superseded, "依据国务院令第711号").next().is_none());
        assert!(
            all.find(Words::Template, "本部分为空").next().is_none()
                && all.find(Words::Residue, "正文？").next().is_none()
        );
        assert!(found("公开县人民政府政府采购目录，集中力量主攻府前路").is_empty());
    }

    #[test]
    fn words_that_are_wrong_only_before_others_are_found_there_alone() {
        let all = Lexicons::with(&[]).unwrap();
        let found =
            |text: &str| all.find(Words::Typos, text).map(|hit| hit.entry.word.clone()).collect::<Vec<_>>();
        assert_eq!(found("截止到2023年12月31日，坐客县融媒体中心《行风热线》"), ["截止", "坐客"]);
        assert!(found("截止时间为2023年12月31日，乘坐客运班车").is_empty());
        let left = |text: &str| all.find(Words::Template, text).next().is_some();
        assert!(left("20XX年，XX县XX局收取XX万元") && left("信息____条") && left("***局"));
        assert!(!left("138****0001") && !left("张××、李××") && !left("7×24小时"));
        let old = |text: &str| all.find(Words::Superseded, text).next().is_some();
        assert!(old("国务院492号令") && old("（〔2019〕60号）") && old("国办公开办函[2019]60号"));
        assert!(!old("晋政办发〔2019〕60号") && !old("2007年国务院令第492号公布"));
    }

    #[test]
    fn each_kind_has_its_own_words() {
        for (at, words) in Words::ALL.into_iter().enumerate() {
            let (kept, read) = (&OWN[words as usize], read(words.compiled_in()).unwrap());
            let texts =
                |entries: &[Entry]| entries.iter().map(|entry| entry.word.clone()).collect::<Vec<_>>();
            assert_eq!(
                (words as usize, texts(&kept.entries)),
                (at, texts(&read.entry)),
                "{}",
                words.as_str()
            );
        }
    }

    #[test]
    fn an_operators_words_are_added_to_the_programs_own() {
        let added = "entry = [{ word = \"甲\", advice = \"乙\", source = \"丙\" }]".to_owned();
        let all = Lexicons::with(&[(Words::Typos, added)]).unwrap();
        let found = |text: &str| all.find(Words::Typos, text).count();
        assert_eq!((found("丁甲"), found("秸杆"), all.find(Words::Template, "甲").count()), (1, 1, 0));
        assert_ne!(all.digest(), Lexicons::with(&[]).unwrap().digest());
        for wrong in [
            "entry = 1",
            "entry = [{ word = \"\", advice = \"\", source = \"\" }]",
            "words = []",
            "phrases = [{ source = \"\", words = [\"甲\"] }]",
        ] {
            assert!(Lexicons::with(&[(Words::Residue, wrong.to_owned())]).is_err(), "{wrong}");
        }
    }
}
