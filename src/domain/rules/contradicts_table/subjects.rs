//! What sentences and tables both tell: the words of each subject, and the cells it may mean.

use super::lists::WORDS;
use serde::Deserialize;

/// Something that sentences give a number of.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::domain::rules) struct Subject {
    /// What the numbers behind it go on to speak of.
    pub section: &'static str,
    pub words: Vec<&'static str>,
    /// All that may stand before the word: whatever else stands there makes it a part or another's.
    lead: Vec<&'static str>,
    /// All that may stand between the word and the number.
    tail: Vec<&'static str>,
    /// A phrase with one of these needs no sentence around it to be understood.
    named: Vec<&'static str>,
    /// Any other phrase needs one of these in its sentence; none: nothing.
    pub instead: Vec<&'static str>,
    /// Sums of cells, any of which may be meant; none: no cell is compared.
    pub may_be: Vec<Vec<&'static str>>,
}

pub(super) const NEW: &str = "requests.new_requests.total";
pub(super) const CARRIED_OVER: &str = "requests.carried_over.total";
pub(super) const CARRIED_FORWARD: &str = "requests.carried_forward.total";
const LICENSED: &str = "proactive_disclosure.licensing.decisions";
const PENALTIES: &str = "proactive_disclosure.penalties.decisions";
const COERCION: &str = "proactive_disclosure.coercion.decisions";

impl Subject {
    /// Its lists, in which others may be named.
    pub fn lists(&mut self) -> impl Iterator<Item = &mut Vec<&'static str>> {
        let words = [&mut self.lead, &mut self.tail, &mut self.named, &mut self.instead];
        words.into_iter().chain(&mut self.may_be)
    }

    /// The subject of a phrase, and whether the phrase names it in full.
    pub fn of(phrase: &str) -> Option<(&'static Subject, bool)> {
        let subject = WORDS.subjects.iter().find(|subject| subject.is_told_by(phrase))?;
        Some((subject, subject.named.iter().any(|word| phrase.contains(*word))))
    }

    /// The subject whose word stands last in a phrase.
    pub fn last_in(phrase: &str) -> Option<&'static Subject> {
        let words =
            WORDS.subjects.iter().flat_map(|subject| subject.words.iter().map(move |word| (*word, subject)));
        let found =
            words.filter_map(|(word, subject)| Some((phrase.rfind(word)? + word.len(), word.len(), subject)));
        found.max_by_key(|(end, length, _)| (*end, *length)).map(|(_, _, subject)| subject)
    }

    /// Whether a phrase is one of its words with nothing but fitting words on either side.
    fn is_told_by(&self, phrase: &str) -> bool {
        self.words.iter().any(|word| {
            let sides = phrase.split_once(*word);
            sides.is_some_and(|(lead, tail)| {
                is_made_of(lead, &[&self.lead]) && is_made_of(tail, &[&self.tail])
            })
        })
    }
}

/// Whether a subject is of decisions, of which only some may be meant.
pub(super) fn is_of_decisions(subject: &Subject) -> bool {
    [LICENSED, PENALTIES, COERCION].iter().any(|cell| subject.may_be == [[*cell]])
}

/// Whether words of these lists alone make up a text, the longest first.
pub(super) fn is_made_of(text: &str, lists: &[&[&str]]) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let words = lists.iter().flat_map(|list| list.iter()).filter(|word| rest.starts_with(**word));
        let longest = words.map(|word| word.len()).max();
        match longest.and_then(|length| rest.get(length..)) {
            Some(next) => rest = next,
            None => return false,
        }
    }
    true
}
