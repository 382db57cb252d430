//! 重复申请2件, 本机关不掌握相关政府信息的5件: the rows of the results, by the form's own labels.

use super::lists::{LISTS, WORDS};
use super::subjects::is_made_of;
use super::{UNITS, Wrong, arguments, cleaned, is_of_another, sum_of};
use crate::domain::rules::judging::Judging;
use crate::domain::wording::{is_han, numbers};

/// Labels that mean something else in running text.
const COMMON: [&str; 3] = ["其他", "合计", "总计"];
const SHORTEST: usize = 4;

pub(super) fn contradicted(judged: &Judging<'_>, sentence: &str) -> Vec<Wrong> {
    let apart = is_of_another(judged, sentence);
    let told = numbers(sentence);
    if apart || told.is_empty() {
        return Vec::new();
    }
    // Third parties are asked about requests that need not be refused.
    let refused =
        sentence.contains("不予公开") && !["征求", "征询", "意见"].iter().any(|word| sentence.contains(word));
    let wrong = told.iter().filter(|told| UNITS.contains(&told.unit)).filter_map(|told| {
        let phrase = cleaned(told.phrase, judged.year);
        let cell = row_of(judged, &phrase, refused)?;
        let value = sum_of(&judged.content.figures, &[cell.as_str()])?;
        (value != told.number).then(|| ((told.start, told.end, arguments(told.clause, &[value])), vec![cell]))
    });
    wrong.collect()
}

/// Whether a phrase is a word with nothing but fitting words on either side.
fn names(bare: &str, word: &str) -> bool {
    const TAIL: &[&str] =
        &["的", "不予公开", "不予处理", "无法提供", "申请", "有", "共", "类", "补正", "不再处理"];
    let sides = bare.split_once(word);
    sides.is_some_and(|(lead, tail)| {
        is_made_of(lead, &[&LISTS.whole, &WORDS.before_rows]) && is_made_of(tail, &[TAIL])
    })
}

/// The total of the row of results that a phrase names and nothing else.
fn row_of(judged: &Judging<'_>, phrase: &str, refused: bool) -> Option<String> {
    let bare = phrase.trim_start_matches(|c: char| !is_han(c));
    let bare = bare.strip_prefix("其中").unwrap_or(bare).trim_start_matches(|c: char| !is_han(c));
    let section = judged.content.form().section("requests")?;
    let rows = section
        .table
        .as_ref()?
        .rows
        .iter()
        .filter(|row| row.group.as_ref().is_some_and(|group| group.contains('/')));
    let bare = bare.replace(['“', '”', '"'], "");
    let mut called = WORDS.called.iter().filter(|(_, key)| refused || !key.starts_with("refused"));
    if let Some((_, key)) = called.find(|(words, _)| words.iter().any(|word| names(&bare, word))) {
        return Some(format!("requests.{key}.total"));
    }
    for row in rows {
        for label in std::iter::once(&row.label).chain(&row.aliases) {
            let label = label.trim_start_matches(|c: char| !is_han(c));
            if COMMON.contains(&label) || label.chars().count() < SHORTEST {
                continue;
            }
            let Some((lead, tail)) = bare.split_once(label) else { continue };
            let fits = is_made_of(lead, &[&LISTS.whole])
                && is_made_of(tail, &[&["的", "申请", "共", "共计", "情形", "类"]]);
            if fits {
                return Some(format!("requests.{}.total", row.key));
            }
        }
    }
    None
}
