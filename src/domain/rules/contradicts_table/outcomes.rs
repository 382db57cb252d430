//! 办结14件，其中予以公开6件、无法提供6件; 行政复议1件，结果纠正1件: how what is told before came out.

use super::subjects::{NOT_PROCESSED, OTHERWISE};
use super::{APART, Subject, UNITS, Wrong, arguments, own_phrase, sum_of};
use crate::domain::rules::judging::Judging;
use crate::domain::statistics::{REFUSED, UNAVAILABLE};
use crate::domain::wording::{Told, is_han, numbers, years};

const RESULTS: &str = "requests.results_total.total";
const RECONSIDERED: &str = "disputes.reconsideration.total";
/// How each result is called, and its cells.
const PARTS: [(&str, &[&str]); 6] = [
    ("予以公开", &["requests.granted.total"]),
    ("部分公开", &["requests.partially_granted.total"]),
    ("不予公开", REFUSED),
    ("无法提供", UNAVAILABLE),
    ("不予处理", NOT_PROCESSED),
    ("其他处理", OTHERWISE),
];
const DECIDED: [(&str, &[&str]); 5] = [
    ("结果维持", &["disputes.reconsideration.upheld"]),
    ("维持", &["disputes.reconsideration.upheld"]),
    ("结果纠正", &["disputes.reconsideration.corrected"]),
    ("其他结果", &["disputes.reconsideration.other"]),
    ("尚未审结", &["disputes.reconsideration.pending"]),
];

pub(super) fn contradicted(judged: &Judging<'_>, sentence: &str) -> Vec<Wrong> {
    let apart = APART.iter().any(|word| sentence.contains(word))
        || years(sentence).into_iter().any(|(_, _, named)| named != judged.year);
    let told = numbers(sentence);
    let Some((first, parts)) = told.split_first().filter(|(_, parts)| !apart && !parts.is_empty()) else {
        return Vec::new();
    };
    let value = |cells: &[&str]| sum_of(&judged.content.figures, cells);
    let whole = own_phrase(first, judged.year).and_then(|phrase| Subject::of(&phrase));
    let Some((subject, _)) = whole.filter(|_| UNITS.contains(&first.unit)) else { return Vec::new() };
    let is_of =
        |cell: &str| subject.may_be == [[cell].as_slice()].as_slice() && value(&[cell]) == Some(first.number);
    // Only where the whole is the table's are its parts the table's.
    let known: &[(&str, &[&str])] =
        if is_of(RESULTS) && parts.first().is_some_and(|part| part.phrase.contains("其中")) {
            &PARTS
        } else if is_of(RECONSIDERED) && !sentence.contains("诉讼") {
            &DECIDED
        } else {
            return Vec::new();
        };
    let mut found = Vec::new();
    for part in parts.iter().filter(|part| UNITS.contains(&part.unit)) {
        let Some((_, cells)) = known.iter().find(|(name, _)| *name == name_of(part)) else { break };
        if let Some(right) = value(cells).filter(|right| *right != part.number) {
            let cells = cells.iter().map(|cell| (*cell).to_owned()).collect();
            found.push(((part.start, part.end, arguments(part.clause, &[right])), cells));
        }
    }
    found
}

/// What leads to a number, without what joins it to the one before.
fn name_of<'t>(part: &Told<'t>) -> &'t str {
    let bare = part.phrase.trim_start_matches(|c: char| !is_han(c));
    let bare = bare.strip_prefix("其中").unwrap_or(bare).trim_start_matches(|c: char| !is_han(c));
    bare.trim_end_matches(|c: char| !is_han(c)).trim_end_matches("的申请").trim_end_matches('的')
}
