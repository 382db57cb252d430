//! 重复申请2件, 本机关不掌握相关政府信息的5件: the rows of the results, by the form's own labels.

use super::lists::WHOLE;
use super::subjects::is_made_of;
use super::{APART, UNITS, Wrong, arguments, cleaned, sum_of};
use crate::domain::rules::judging::Judging;
use crate::domain::wording::{is_han, numbers, years};

/// Labels that mean something else in running text.
const COMMON: [&str; 3] = ["其他", "合计", "总计"];
const SHORTEST: usize = 4;

pub(super) fn contradicted(judged: &Judging<'_>, sentence: &str) -> Vec<Wrong> {
    let apart = APART.iter().any(|word| sentence.contains(word))
        || years(sentence).into_iter().any(|(_, _, named)| named != judged.year);
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

/// How running text calls rows whose labels are longer.
const CALLED: [(&[&str], &str); 8] = [
    (&["第三方合法权益"], "refused_third_party_rights"),
    (&["内部事务信息"], "refused_internal_affairs"),
    (&["过程性信息"], "refused_deliberative_process"),
    (&["行政执法案卷"], "refused_enforcement_file"),
    (&["行政查询事项"], "refused_administrative_inquiry"),
    (
        &["政府信息不存在或不掌握", "信息不存在或不掌握", "不掌握相关政府信息", "不存在或不掌握"],
        "unavailable_not_held",
    ),
    (&["信访举报投诉类", "信访、举报、投诉类", "信访投诉举报类"], "not_processed_petition"),
    (&["逾期不补正", "逾期未补正"], "other_correction_overdue"),
];

/// Whether a phrase is a word with nothing but fitting words on either side.
fn names(bare: &str, word: &str) -> bool {
    const LEAD: &[&str] = &[
        "涉及",
        "涉",
        "属于",
        "属",
        "因",
        "保护",
        "损害",
        "侵害",
        "危害",
        "本机关",
        "政府信息",
        "申请人",
        "答复",
    ];
    const TAIL: &[&str] =
        &["的", "不予公开", "不予处理", "无法提供", "申请", "有", "共", "类", "补正", "不再处理"];
    let sides = bare.split_once(word);
    sides.is_some_and(|(lead, tail)| is_made_of(lead, &[WHOLE, LEAD]) && is_made_of(tail, &[TAIL]))
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
    let mut called = CALLED.iter().filter(|(_, key)| refused || !key.starts_with("refused"));
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
            let fits = is_made_of(lead, &[WHOLE])
                && is_made_of(tail, &[&["的", "申请", "共", "共计", "情形", "类"]]);
            if fits {
                return Some(format!("requests.{}.total", row.key));
            }
        }
    }
    None
}
