//! What clerks write for the form's words, as data: `synonyms.toml`.

use crate::documents::compiled_in;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Words by the keys of rows or columns.
type Words = HashMap<String, Vec<String>>;

#[derive(Deserialize)]
struct Synonyms {
    folds: Vec<(String, String)>,
    captions: Vec<String>,
    groups: Words,
    #[serde(flatten)]
    sections: HashMap<String, OfSection>,
}

#[derive(Deserialize)]
struct OfSection {
    rows: Words,
    columns: Words,
}

static SYNONYMS: LazyLock<Synonyms> = LazyLock::new(|| compiled_in(include_str!("synonyms.toml")));

/// Letters with words that mean the same folded into one.
pub(super) fn folded(mut letters: String) -> String {
    for (word, into) in &SYNONYMS.folds {
        if letters.contains(word.as_str()) {
            letters = letters.replace(word.as_str(), into);
        }
    }
    letters
}

pub(super) fn captions() -> impl Iterator<Item = String> {
    SYNONYMS.captions.iter().cloned()
}

pub(super) fn of_row(section: &str, row: &str) -> &'static [String] {
    listed(SYNONYMS.sections.get(section).and_then(|words| words.rows.get(row)))
}

pub(super) fn of_column(section: &str, column: &str) -> &'static [String] {
    listed(SYNONYMS.sections.get(section).and_then(|words| words.columns.get(column)))
}

/// Of a heading over columns.
pub(super) fn of_group(group: &str) -> &'static [String] {
    listed(SYNONYMS.groups.get(group))
}

fn listed(words: Option<&'static Vec<String>>) -> &'static [String] {
    words.map(Vec::as_slice).unwrap_or_default()
}
