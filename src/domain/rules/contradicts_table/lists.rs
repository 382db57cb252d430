//! The words by which sentences tell the table's numbers, and the cells that they mean: data beside the code.

use super::subjects::Subject;
use crate::domain::compiled_in;
use crate::domain::statistics::{REFUSED, UNAVAILABLE};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;

type List = Vec<&'static str>;

/// Words that may stand around those of several subjects.
#[derive(Deserialize)]
pub(super) struct Lists {
    /// The whole year, the whole body and how it was done: what leaves a number the whole.
    #[serde(borrow)]
    pub whole: Vec<&'static str>,
    pub applications: List,
    /// Everybody who may apply; one kind alone would be a part.
    pub everybody: List,
    pub because: List,
    pub cases: List,
}

/// What is told, and how; `@` before a word has the list of that name in its place.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub subjects: Vec<Subject>,
    /// What denies; the longest first.
    #[serde(borrow)]
    pub none: Vec<&'static str>,
    /// What may stand around the words that name the thing denied.
    pub around: List,
    /// What a clause denies whole, and the cell.
    pub denied: Vec<(List, &'static str)>,
    /// What is aimed at, was so before, or is so in some bodies, is no claim.
    pub aims: List,
    /// How running text calls rows whose labels are longer.
    pub called: Vec<(List, &'static str)>,
    /// What may stand before them.
    pub before_rows: List,
    /// How each result is called, and its cells.
    pub results: Vec<(&'static str, List)>,
    /// The same of suits, and of reconsiderations.
    pub suits: Vec<(&'static str, List)>,
    pub decisions: Vec<(&'static str, List)>,
    /// How each kind of applicant is called, and its columns.
    pub applicants: Vec<(List, List)>,
}

pub(super) static LISTS: LazyLock<Lists> = LazyLock::new(|| compiled_in(include_str!("lists.json")));
pub(super) static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut lists: HashMap<&str, List> = compiled_in(include_str!("lists.json"));
    lists.extend([("refused", REFUSED.to_vec()), ("unavailable", UNAVAILABLE.to_vec())]);
    let spell_out = |list: &mut List| {
        let listed = |word: &&'static str| lists.get(word.strip_prefix('@')?).cloned();
        *list = list.iter().flat_map(|word| listed(word).unwrap_or_else(|| vec![*word])).collect();
    };
    let mut words: Words = compiled_in(include_str!("words.json"));
    words.subjects.iter_mut().flat_map(Subject::lists).for_each(spell_out);
    words.results.iter_mut().for_each(|(_, cells)| spell_out(cells));
    words
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_that_is_named_is_there() {
        let lists: HashMap<&str, List> = compiled_in(include_str!("lists.json"));
        let named = include_str!("words.json").split("\"@").skip(1).filter_map(|rest| rest.split('"').next());
        for name in named {
            assert!(lists.contains_key(name) || ["refused", "unavailable"].contains(&name), "{name}");
        }
    }
}
