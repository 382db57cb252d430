//! Set phrases with one character wrong: written for another, lost, doubled, or changed places with the next.

use super::alike::{is_alike, is_common, is_joint, is_particle, is_verb, is_word};
use super::is_han;
use super::ranges::Reach;
use super::traces::{Edge, Trace, traces};
use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;
use std::collections::HashMap;
use std::ops::Range;

/// Set phrases of one source.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhraseGroup {
    #[expect(dead_code, reason = "for whoever reads the list")]
    pub source: String,
    /// Whether any other common character in a place is a fault; else only one of like sound or shape.
    #[serde(default)]
    pub any: bool,
    pub words: Vec<String>,
}

struct Phrase {
    text: String,
    chars: Vec<char>,
    any: bool,
}

/// Phrases ready to be searched for.
pub(super) struct Phrases {
    phrases: Vec<Phrase>,
    traces: Vec<Vec<Trace>>,
    search: AhoCorasick,
    /// The phrases themselves, and what looks like one of them spoilt and is right.
    right: AhoCorasick,
}

/// A phrase with one character wrong, in bytes of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spoilt<'p> {
    pub phrase: &'p str,
    pub start: usize,
    pub end: usize,
    /// Where the wrong character stands: what a right word must hold to excuse it.
    from: usize,
    to: usize,
    /// Whether nothing short of the phrase excuses it.
    any: bool,
}

impl Spoilt<'_> {
    /// Whether a right word holds what seems wrong.
    fn is_right(&self, right: &Reach) -> bool {
        let wrong: Range<usize> = self.from..self.to;
        match self.any {
            true => right.holds_beyond(&wrong, &(self.start..self.end)),
            false => right.holds(&wrong),
        }
    }
}

impl Phrases {
    pub(super) fn of(groups: &[PhraseGroup], right: &[String]) -> Result<Phrases, String> {
        let phrases: Vec<Phrase> = groups
            .iter()
            .flat_map(|group| group.words.iter().map(move |word| (word, group)))
            .map(|(word, group)| Phrase { text: word.clone(), chars: word.chars().collect(), any: group.any })
            .collect();
        if let Some(short) = phrases.iter().find(|phrase| phrase.chars.len() < 3) {
            return Err(format!("“{}” is too short for a set phrase", short.text));
        }
        let mut patterns: HashMap<String, Vec<Trace>> = HashMap::new();
        for (number, phrase) in phrases.iter().enumerate() {
            for (pattern, trace) in traces(number, &phrase.chars, phrase.any) {
                patterns.entry(pattern).or_default().push(trace);
            }
        }
        for phrase in &phrases {
            // A phrase spoilt that is another phrase whole is right.
            if let Some(traces) = patterns.get_mut(&phrase.text) {
                traces.retain(|trace| matches!(trace, Trace::Part { .. }));
            }
        }
        let mut patterns: Vec<(String, Vec<Trace>)> = patterns.into_iter().collect();
        patterns.sort_by(|one, other| one.0.cmp(&other.0));
        let fault = |error: aho_corasick::BuildError| error.to_string();
        let search = AhoCorasick::new(patterns.iter().map(|(text, _)| text)).map_err(fault)?;
        let words = phrases.iter().map(|phrase| &phrase.text).chain(right);
        let right = AhoCorasick::builder().match_kind(MatchKind::Standard).build(words).map_err(fault)?;
        Ok(Phrases {
            phrases,
            traces: patterns.into_iter().map(|(_, traces)| traces).collect(),
            search,
            right,
        })
    }

    /// Every spoilt phrase of a text, in order, each fault once.
    pub(super) fn find<'p>(&'p self, text: &str) -> Vec<Spoilt<'p>> {
        let mut found: Vec<Spoilt<'p>> = Vec::new();
        for hit in self.search.find_overlapping_iter(text) {
            let traces = self.traces.get(hit.pattern().as_usize()).map(Vec::as_slice).unwrap_or_default();
            found.extend(
                traces.iter().filter_map(|trace| self.spoilt(text, (hit.start(), hit.end()), *trace)),
            );
        }
        if found.is_empty() {
            return found;
        }
        let right = Reach::of(self.right.find_overlapping_iter(text).map(|hit| hit.range()));
        found.retain(|spoilt| !spoilt.is_right(&right));
        // Of several phrases that have the same character wrong the longest tells most.
        found.sort_by_key(|spoilt| (spoilt.from, spoilt.start, std::cmp::Reverse(spoilt.end)));
        found.dedup_by(|later, first| later.from < first.end && later.start < first.end);
        found
    }

    fn spoilt<'p>(&'p self, text: &str, (start, end): (usize, usize), trace: Trace) -> Option<Spoilt<'p>> {
        match trace {
            Trace::Spoilt { phrase, from, to, edge } => {
                let Phrase { text: phrase, any, .. } = self.phrases.get(phrase)?;
                let before = text.get(..start)?.chars().next_back();
                let mut behind = text.get(end..)?.chars();
                let (behind, next) = (behind.next(), behind.next());
                let found = text.get(start..end)?;
                let (first, last) = (found.chars().next()?, found.chars().next_back()?);
                let front = || before.is_some_and(|before| is_word(before, first));
                let back = || behind.is_some_and(|behind| is_word(last, behind));
                let of_another = match edge {
                    Edge::None => false,
                    Edge::Front => front(),
                    Edge::Back => back(),
                    Edge::Both => front() || back(),
                    Edge::Open if from == 0 => {
                        before.is_some_and(|before| is_han(before) && !is_joint(before))
                    }
                    Edge::Open => behind.is_some_and(|behind| is_han(behind) && !is_joint(behind)),
                    Edge::Again => before == Some(first),
                    Edge::Torn => front() && back(),
                    Edge::Headless => !before.is_some_and(is_mark),
                    Edge::Cut => !behind.is_some_and(is_mark),
                    // 公开开展, 共和国国都: what is written twice at the end may begin a word of its own.
                    Edge::Doubled => {
                        let word = |behind: char| next.is_some_and(|next| is_word(behind, next));
                        let apart = |behind: char| {
                            !is_han(behind) || (!is_word(last, behind) && (is_joint(behind) || word(behind)))
                        };
                        // 透明度度。: what only ends words is never written twice before a mark.
                        let suffix = || SUFFIXES.contains(last) && behind.is_some_and(is_mark);
                        let end = || is_word(last, last) && !behind.is_some_and(is_han);
                        !suffix() && (end() || is_verb(last) || !behind.is_none_or(apart))
                    }
                };
                let (from, to) = ((start + from).min(end - last.len_utf8()), (start + to).min(end));
                (!of_another).then_some(Spoilt { phrase, start, end, from, to, any: *any })
            }
            Trace::Part { phrase, offset } => {
                let phrase = self.phrases.get(phrase)?;
                let before = text.get(..start)?;
                let start = match offset {
                    0 => start,
                    back => before.char_indices().rev().nth(back - 1)?.0,
                };
                let before = text.get(..start)?.chars().next_back();
                let (at, length) = phrase.with_one_wrong(before, text.get(start..)?)?;
                let from = start + at;
                let to = from + text.get(from..)?.chars().next()?.len_utf8();
                Some(Spoilt { phrase: &phrase.text, start, end: start + length, from, to, any: phrase.any })
            }
        }
    }
}

impl Phrase {
    /// Where the one wrong character stands and how long it all is, if a text begins with the phrase so spoilt.
    ///
    /// `before` is the character before the text.
    fn with_one_wrong(&self, before: Option<char>, text: &str) -> Option<(usize, usize)> {
        let mut wrong = None;
        let mut there = text.char_indices();
        for (place, right) in self.chars.iter().enumerate() {
            let (at, c) = there.next()?;
            if c != *right {
                if wrong.is_some() || !is_han(c) || !is_han(*right) {
                    return None;
                }
                wrong = Some((at, place, c));
            }
        }
        let end = there.next().map_or(text.len(), |(end, _)| end);
        let mut behind = text.get(end..)?.chars();
        let around = Around { before, behind: behind.next(), next: behind.next() };
        let (at, place, c) = wrong?;
        self.is_mistaken(place, c, &around).then_some((at, end))
    }

    /// Whether a character that stands in a place of the phrase is a mistake: one of like sound or shape, or any
    /// where nothing else can stand there.
    fn is_mistaken(&self, place: usize, c: char, around: &Around) -> bool {
        let Some(right) = self.chars.get(place).copied() else { return false };
        // At either end the character may be of the next word: 规范|行政 is no 规范性.
        let front = place == 0 && around.before.is_some_and(|before| is_word(before, c));
        let back = place + 1 == self.chars.len() && around.behind.is_some_and(|behind| is_word(c, behind));
        // 依法依归公开: 归公 is a word, and so is 公开.
        let back = back && !(self.chars.len() > 3 && around.word_begins_behind());
        if front || back || self.parts(place, c, around) {
            return false;
        }
        // Three characters are too little to go by for a word by itself.
        let word = self.chars.len() < 4 && is_particle(c);
        (is_alike(right, c) && !word) || (self.any && is_common(c))
    }

    /// Whether the character is a word by itself between words: 标准|和|建设, 规定|其|开展, 健全|本|系统.
    fn parts(&self, place: usize, c: char, around: &Around) -> bool {
        let word = |from: usize| match self.chars.get(from..from + 2) {
            Some(&[one, next]) => is_word(one, next),
            _ => false,
        };
        let with = |one: Option<char>, next: Option<char>| {
            one.zip(next).is_some_and(|(one, next)| is_word(one, next))
        };
        let front = place == 1 && with(around.before, self.chars.first().copied());
        let back = place + 2 == self.chars.len() && with(self.chars.last().copied(), around.behind);
        if is_particle(c) && (front || back) {
            return true;
        }
        is_joint(c)
            && match place {
                0 => false,
                1 => around.before.is_some_and(is_han),
                place if place + 1 == self.chars.len() => word(place - 2),
                place => word(place - 2) && word(place + 1),
            }
    }
}

/// What only ends words.
const SUFFIXES: &str = "度力性率化";

/// What a clause begins or ends with; the end of a line may stand within a word.
fn is_mark(c: char) -> bool {
    "，。；：、！？（）《》“”,;:()".contains(c)
}

/// What stands around a phrase in a text.
struct Around {
    before: Option<char>,
    behind: Option<char>,
    /// Behind that.
    next: Option<char>,
}

impl Around {
    fn word_begins_behind(&self) -> bool {
        self.behind.zip(self.next).is_some_and(|(one, next)| is_word(one, next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrases() -> Phrases {
        let group = |any: bool, words: &[&str]| PhraseGroup {
            source: String::new(),
            any,
            words: words.iter().map(|word| (*word).to_owned()).collect(),
        };
        let groups = [
            group(false, &["依申请公开", "工作机制", "进一步", "公众参与", "应公开尽公开", "依法依规"]),
            group(false, &["过程性信息", "财政预决算", "行政处罚决定", "安全生产", "标准化建设", "监督体系"]),
            group(false, &["扎实做好", "政务公开", "政务公开工作", "责任追究机制"]),
            group(true, &["中华人民共和国", "总书记"]),
        ];
        Phrases::of(&groups, &["可以申请公开".to_owned()]).unwrap()
    }

    #[test]
    fn one_wrong_lost_doubled_or_exchanged_character_is_found() {
        let phrases = phrases();
        for (text, phrase, found) in [
            ("健全公作机制，", "工作机制", "公作机制"),
            ("办理以申请公开12件", "依申请公开", "以申请公开"),
            ("做到应公开尽公幵。", "应公开尽公开", "应公开尽公幵"),
            ("将进一部推进", "进一步", "进一部"),
            ("公众参于", "公众参与", "公众参于"),
            ("中华人民共合国", "中华人民共和国", "中华人民共合国"),
            ("中华人民万和国", "中华人民共和国", "中华人民万和国"),
            ("中华人民共国", "中华人民共和国", "中华人民共国"),
            ("依申申请公开", "依申请公开", "依申申请公开"),
            ("依请申公开", "依申请公开", "依请申公开"),
            ("健全工作几制。", "工作机制", "工作几制"),
            ("工作机制制。", "工作机制", "工作机制制"),
            ("做到依法依归公开。", "依法依规", "依法依归"),
            ("抓好全安生产工作", "安全生产", "全安生产"),
            ("属于过程性性信息", "过程性信息", "过程性性信息"),
            ("办理依申公开件", "依申请公开", "依申公开"),
            ("标准化化建设", "标准化建设", "标准化化建设"),
            ("监督休系健全", "监督体系", "监督休系"),
            ("做好政务公开开工作", "政务公开工作", "政务公开开工作"),
            ("推进务公开工作，务公开工作", "政务公开工作", "务公开工作"),
            ("健全责任追究机，", "责任追究机制", "责任追究机"),
            ("推进政公务开标准化", "政务公开", "政公务开"),
        ] {
            let all = phrases.find(text);
            let told: Vec<(&str, &str)> =
                all.iter().map(|spoilt| (spoilt.phrase, &text[spoilt.start..spoilt.end])).collect();
            assert_eq!(told, [(phrase, found)], "{text}");
        }
    }

    #[test]
    fn right_words_and_other_words_are_left_alone() {
        for text in [
            "依申请公开工作机制进一步健全，公众参与，中华人民共和国",
            "公民可以申请公开政府信息",
            "依申請公開、應公開盡公開",
            "走进一家企业，公众号参与",
            "工作体制",
            "依申请公开开展以来，工作机制制定后",
            "中华人民、共和国",
            "中华人民共和国国都",
            "执法过程信息，财政预算，标准建设",
            "执行处罚决定，追究责任追究制度",
            "安全产生影响，建设标准和建设规模",
            "组织监督本系统，扎扎实实做好",
            "对政务公开工作作了部署，为政务公开工作作贡献",
            "行政公务开支，工作的责任追究机\n制",
        ] {
            assert_eq!(phrases().find(text), Vec::new(), "{text}");
        }
    }

    #[test]
    fn a_phrase_of_two_characters_is_refused() {
        let group = PhraseGroup { source: String::new(), any: false, words: vec!["参与".to_owned()] };
        assert!(Phrases::of(&[group], &[]).is_err());
    }
}
