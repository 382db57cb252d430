//! Documents that are no longer in force, or that were never called so.

mod documents;
mod titles;

use super::finding::telling;
use super::judging::Told;
use super::{Explainable, Findings, Judging, Rule};
use crate::domain::wording::{Pattern, Words, pattern};
use documents::DOCUMENTS;

pub static RULE: Rule =
    Rule::warning("wording.superseded_reference", "现行文件（词表 data/lexicon/superseded.toml）", check)
        .explainable(Explainable::ByEditor);

/// The letter that prescribes the form, however its number is bracketed.
static LETTER: Pattern = Pattern::new(|| {
    pattern("国办公开办函 ?[〔\\[（(【﹝]? ?(?P<year>[0-9]{4}) ?[〕\\]）)】﹞]? ?(?P<number>[0-9]{1,3}) ?号")
});
/// The decree behind the regulation's name.
static DECREE: Pattern = Pattern::new(|| {
    pattern("政府信息公开条例》?[（(](?:中华人民共和国)?(?:国务院令?)?第?(?P<number>[0-9]{3})号令?")
});

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let lexicons = &judged.rules.lexicons;
    for said in &judged.texts {
        let text = said.text();
        let advised = |advice: &str| telling("advice", advice);
        let listed = lexicons.find(Words::Superseded, text);
        let listed = listed.filter(|hit| !is_of_before(text, hit.start, hit.end));
        let mut told: Vec<Told> =
            listed.map(|hit| (hit.start, hit.end, advised(&hit.entry.advice))).collect();
        let misquoted = misquoted(text).into_iter().map(|(start, end, advice)| (start, end, advised(advice)));
        let apart = |start: usize, end: usize| !told.iter().any(|(from, to, _)| start < *to && *from < end);
        let misquoted: Vec<Told> = misquoted.filter(|(start, end, _)| apart(*start, *end)).collect();
        told.extend(misquoted);
        let miscited = titles::told(text);
        if !miscited.is_empty() {
            // What a list of phrases tells is told there.
            let phrases =
                [Words::Phrases, Words::Grave].into_iter().flat_map(|words| lexicons.spoilt(words, text));
            let phrases: Vec<(usize, usize)> = phrases.map(|spoilt| (spoilt.start, spoilt.end)).collect();
            let known: Vec<(usize, usize)> =
                told.iter().map(|(start, end, _)| (*start, *end)).chain(phrases).collect();
            let apart = |one: &Told| !known.iter().any(|(from, to)| one.0 < *to && *from < one.1);
            told.extend(miscited.into_iter().filter(apart));
        }
        told.sort_by_key(|(start, end, _)| (*start, *end));
        said.tell(&RULE, told, findings);
    }
}

/// Whether the decree of 2007 is spoken of as the one before: 2008年5月1日起施行的原《条例》（国务院令第492号）.
fn is_of_before(text: &str, start: usize, end: usize) -> bool {
    const BEFORE: [&str; 6] = ["原《", "原条例", "2007年", "2008年", "同时废止", "取代"];
    let ends = ['。', '；', '\n'];
    let from = text.get(..start).and_then(|before| before.rfind(ends)).unwrap_or(0);
    let behind = text.get(end..).and_then(|behind| behind.find(ends)).map_or(text.len(), |at| end + at);
    let sentence = text.get(from..behind).unwrap_or_default();
    text.get(start..end).is_some_and(|word| word.contains("492"))
        && BEFORE.iter().any(|word| sentence.contains(word))
}

/// Numbers that no such document has, or that lost their brackets.
fn misquoted(text: &str) -> Vec<(usize, usize, &'static str)> {
    let mut found = Vec::new();
    if text.contains("国办公开办函") {
        for captures in LETTER.captures_iter(text) {
            let part = |name: &str| captures.name(name).map_or("", |part| part.as_str());
            let (year, number) = (part("year"), part("number"));
            let Some(all) = captures.get(0) else { continue };
            let bracketed = all.as_str().contains(['〔', '[', '（', '(', '【', '﹝']);
            // A letter of another year may well exist; one of thirty that is not of 2021 is a slip.
            let slip = (year == "2021" || number == "30") && !DOCUMENTS.letters.contains(&(year, number));
            if slip || !bracketed {
                found.push((all.start(), all.end(), DOCUMENTS.form));
            }
        }
    }
    if text.contains("政府信息公开条例") {
        let decrees = DECREE.captures_iter(text).filter_map(|captures| captures.name("number"));
        let wrong = decrees.filter(|number| !DOCUMENTS.decrees.contains(&number.as_str()));
        found.extend(wrong.map(|number| (number.start(), number.end(), DOCUMENTS.decree)));
    }
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misquoted_numbers_are_told_and_others_are_not() {
        for text in [
            "国办公开办函〔2021〕3号",
            "国办公开办函〔2012〕30号",
            "国办公开办函202130 号",
            "《政府信息公开条例》（国务院令第717号）",
        ] {
            assert_eq!(misquoted(text).len(), 1, "{text}");
        }
        for text in [
            "国办公开办函〔2021〕30号",
            "国办公开办函〔2019〕61号",
            "国办公开办函〔2016〕201号",
            "国办公开办函[2021] 30 号",
            "国办发〔2021〕3号",
            "《政府信息公开条例》（国务院令第711号）",
        ] {
            assert!(misquoted(text).is_empty(), "{text}");
        }
    }
}
