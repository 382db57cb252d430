//! 办结14件，其中予以公开6件、无法提供6件; 行政复议1件，结果纠正1件: how what is told before came out.

use super::lists::{LISTS, WORDS};
use super::subjects::is_made_of;
use super::{Subject, UNITS, Wrong, arguments, is_of_another, own_phrase, sum_of};
use crate::domain::rules::judging::Judging;
use crate::domain::wording::{Told, is_han, numbers};

const RESULTS: &str = "requests.results_total.total";
const RECONSIDERED: &str = "disputes.reconsideration.total";
const DIRECT: &str = "disputes.litigation_direct.total";
const AFTER: &str = "disputes.litigation_after_reconsideration.total";

pub(super) fn contradicted(judged: &Judging<'_>, sentence: &str) -> Vec<Wrong> {
    let apart = is_of_another(judged, sentence);
    let told = numbers(sentence);
    let value = |cells: &[&str]| sum_of(&judged.content.figures, cells);
    if let Some(parts) = of_reconsideration(&told, judged).filter(|_| !apart) {
        return compared(parts, &WORDS.decisions, &value);
    }
    let Some((first, parts)) = told.split_first().filter(|(_, parts)| !apart && !parts.is_empty()) else {
        return Vec::new();
    };
    let whole = own_phrase(first, judged.year).and_then(|phrase| Subject::of(&phrase));
    let Some((subject, _)) = whole.filter(|_| UNITS.contains(&first.unit)) else { return Vec::new() };
    let is_of = |cell: &str| subject.may_be == [[cell]] && value(&[cell]) == Some(first.number);
    // Only where the whole is the table's are its parts the table's.
    let known = if is_of(RESULTS) && parts.first().is_some_and(|part| part.phrase.contains("其中")) {
        &WORDS.results
    } else if is_of(RECONSIDERED) && !sentence.contains("诉讼") {
        &WORDS.decisions
    } else if value(&[DIRECT, AFTER]) == Some(first.number)
        && subject.words.contains(&"行政诉讼")
        && parts.first().is_some_and(|part| part.phrase.contains("其中"))
    {
        &WORDS.suits
    } else {
        return Vec::new();
    };
    compared(parts, known, &value)
}

/// 行政复议维持8件，纠正2件: outcomes with no whole before them, each no more than all there are.
fn of_reconsideration<'n, 't>(told: &'n [Told<'t>], judged: &Judging<'_>) -> Option<&'n [Told<'t>]> {
    let first = told.first().filter(|first| UNITS.contains(&first.unit))?;
    let phrase = own_phrase(first, judged.year)?;
    let (lead, name) = phrase.split_once("行政复议")?;
    let known = WORDS.decisions.iter().any(|(known, _)| *known == name)
        && first.behind.chars().next().is_none_or(|c| !is_han(c));
    let all = sum_of(&judged.content.figures, &[RECONSIDERED])?;
    (known && is_made_of(lead, &[&LISTS.whole, &LISTS.because]) && told.iter().all(|told| told.number <= all))
        .then_some(told)
}

/// Parts that are other numbers than the table's, up to the first that is none of these.
fn compared(
    parts: &[Told<'_>],
    known: &[(&str, Vec<&'static str>)],
    value: &impl Fn(&[&str]) -> Option<i64>,
) -> Vec<Wrong> {
    let mut found = Vec::new();
    for part in parts.iter().filter(|part| UNITS.contains(&part.unit)) {
        let name = name_of(part);
        let name = name.rsplit_once("行政复议").map_or(name, |(_, name)| name);
        let Some((_, cells)) = known.iter().find(|(known, _)| *known == name) else { break };
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
