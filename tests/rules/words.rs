//! Sentences as offices write them, and exactly what is to be told about each.

use super::case::Case;
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Deserialize)]
struct Sentences {
    sentence: Vec<Sentence>,
}

#[derive(Deserialize)]
struct Sentence {
    text: String,
    finds: BTreeSet<String>,
}

/// The rules over words, as far as these sentences are about them.
fn is_about_words(rule: &str) -> bool {
    ["text.", "wording.", "secrecy.", "privacy."].iter().any(|group| rule.starts_with(group))
}

#[test]
fn every_sentence_is_told_what_is_wrong_with_it_and_nothing_else() {
    let text = include_str!("../fixtures/words.toml");
    let sentences: Sentences = toml::from_str(text).expect("sentences");
    let mut wrong = Vec::new();
    for Sentence { text, finds } in &sentences.sentence {
        let mut case = Case::valid();
        case.tell(text);
        let found: BTreeSet<String> = case
            .judge()
            .into_iter()
            .map(|finding| finding.rule.to_owned())
            .filter(|rule| is_about_words(rule))
            .collect();
        if found != *finds {
            wrong.push(format!("{text}\n    expected {finds:?}, found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), sentences.sentence.len(), wrong.join("\n"));
}

#[test]
fn every_rule_about_words_has_true_and_clean_sentences() {
    let text = include_str!("../fixtures/words.toml");
    let sentences: Sentences = toml::from_str(text).expect("sentences");
    let clean = sentences.sentence.iter().filter(|sentence| sentence.finds.is_empty()).count();
    assert!(clean >= 200, "{clean}");
    let rules = nianbao::inside::domain::rules::RULES.iter().map(|rule| rule.id);
    // These are about another report, or the registry.
    let elsewhere = ["text.contradicts_previous_year", "wording.former_name"];
    for rule in rules.filter(|rule| is_about_words(rule) && !elsewhere.contains(rule)) {
        let found = sentences.sentence.iter().filter(|sentence| sentence.finds.contains(rule)).count();
        assert!(found >= 6, "{rule} has {found}");
    }
}
