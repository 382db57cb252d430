//! 收到申请14件，其中自然人10件、商业企业5件: who applied, against the columns of the table.

use super::lists::{LISTS, WORDS};
use super::subjects::is_made_of;
use super::{Subject, UNITS, Wrong, arguments, cleaned, is_of_another, sum_of};
use crate::domain::rules::judging::Judging;
use crate::domain::wording::{Told as Number, numbers};

const ROWS: [&str; 2] = ["new_requests", "carried_over"];

pub(super) fn contradicted(judged: &Judging<'_>, sentence: &str) -> Vec<Wrong> {
    if is_of_another(judged, sentence) {
        return Vec::new();
    }
    let told = numbers(sentence);
    let Some(among) = sentence.find("其中") else {
        let mut found = alone(judged, &told);
        if found.is_empty() {
            found = listed(judged, sentence, &told);
        }
        return found;
    };
    // The whole must be what was received, and the only number before its parts.
    let mut before = told.iter().filter(|told| told.start < among);
    let (Some(whole), None) = (before.next(), before.next()) else { return Vec::new() };
    let received = Subject::of(&cleaned(whole.phrase, judged.year)).is_some_and(|(subject, named)| {
        named && subject.words.iter().any(|word| ["收到", "新收"].contains(word))
    });
    if !received {
        return Vec::new();
    }
    let mut found = Vec::new();
    for part in told.iter().skip_while(|told| told.start < among) {
        let Some(columns) = columns_of(part.phrase).filter(|_| part.unit == whole.unit) else { break };
        let of = |row: &str| {
            let names: Vec<String> =
                columns.iter().map(|column| format!("requests.{row}.{column}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            sum_of(&judged.content.figures, &names)
        };
        let (Some(new), Some(carried)) = (of(ROWS[0]), of(ROWS[1])) else { break };
        if part.number != new && part.number != new + carried {
            let cells = columns.iter().map(|column| format!("requests.{}.{column}", ROWS[0])).collect();
            found.push(((part.start, part.end, arguments(part.clause, &[new])), cells));
        }
    }
    found
}

/// 全市自然人申请3540件: applicants told by themselves.
fn alone(judged: &Judging<'_>, told: &[Number<'_>]) -> Vec<Wrong> {
    let wrong = told.iter().filter(|told| UNITS.contains(&told.unit)).filter_map(|told| {
        let phrase = cleaned(told.phrase, judged.year);
        let lead = phrase.strip_suffix("申请").or_else(|| phrase.strip_suffix("提出申请"))?;
        let lead = lead.strip_suffix("自然人")?;
        let new = sum_of(&judged.content.figures, &["requests.new_requests.natural_person"])?;
        let carried = sum_of(&judged.content.figures, &["requests.carried_over.natural_person"])?;
        let fits = told.number == new || told.number == new + carried;
        let cells = vec!["requests.new_requests.natural_person".to_owned()];
        (is_made_of(lead, &[&LISTS.whole]) && !fits)
            .then(|| ((told.start, told.end, arguments(told.clause, &[new])), cells))
    });
    wrong.collect()
}

/// What is told of others than applicants, or of a part of the applications.
const NOT_APPLIED: [&str; 17] = [
    "复议", "诉讼", "结转", "许可", "处罚", "建议", "提案", "咨询", "留言", "投诉", "网络", "信函", "当面",
    "办结", "答复", "增加", "减少",
];

/// 147件申请中，自然人118件、商业企业23件; 自然人申请占绝大多数，为108件: applicants without 其中, where the sentence is of nothing
/// else.
fn listed(judged: &Judging<'_>, sentence: &str, told: &[Number<'_>]) -> Vec<Wrong> {
    if !sentence.contains("申请") || NOT_APPLIED.iter().any(|word| sentence.contains(word)) {
        return Vec::new();
    }
    let most = sentence.find("自然人申请占").and_then(|at| {
        let number = told.iter().find(|told| told.start > at && told.phrase.trim_matches('，') == "为")?;
        (number.clause_start() > at).then_some((number, ["natural_person"].as_slice()))
    });
    let known = told.iter().filter(|told| UNITS.contains(&told.unit)).filter_map(|told| {
        let bare = told.phrase.trim_start_matches("申请中，").trim_start_matches("申请人中");
        let bare = bare.strip_prefix("申请人为").unwrap_or(bare);
        let bare = bare.strip_prefix("收到").unwrap_or(bare);
        let bare = bare.trim_start_matches(['，', '、']);
        Some((told, columns_of(bare.strip_prefix('为').unwrap_or(bare))?))
    });
    let known: Vec<(&Number<'_>, &[&str])> = known.chain(most).collect();
    // One kind alone must be said to have applied.
    let sure = known.len() > 1
        || known.iter().any(|(told, _)| told.phrase.contains("自然人申请") || told.phrase.ends_with('为'));
    if !sure {
        return Vec::new();
    }
    let figures = &judged.content.figures;
    let wrong = known.into_iter().filter_map(|(told, columns)| {
        let of = |row: &str| {
            let names: Vec<String> =
                columns.iter().map(|column| format!("requests.{row}.{column}")).collect();
            sum_of(figures, &names.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let (new, carried) = (of(ROWS[0])?, of(ROWS[1])?);
        let others = [Some(new), Some(new + carried), of("results_total"), of("carried_forward")];
        if others.contains(&Some(told.number)) {
            return None;
        }
        let cells = columns.iter().map(|column| format!("requests.{}.{column}", ROWS[0])).collect();
        Some(((told.start, told.end, arguments(told.clause, &[new])), cells))
    });
    wrong.collect()
}

/// The columns of the applicant that a phrase names and nothing else.
fn columns_of(phrase: &str) -> Option<&'static [&'static str]> {
    let phrase: String = phrase.chars().filter(|c| !c.is_whitespace()).collect();
    let bare = phrase.trim_start_matches(['，', '、', '（', '(', ',', '和', '；']);
    let bare = bare.strip_prefix("其中").unwrap_or(bare).trim_start_matches(['：', ':', '，']);
    let bare = bare.strip_prefix("来自").unwrap_or(bare);
    let (words, columns) =
        WORDS.applicants.iter().find(|(words, _)| words.iter().any(|word| bare.starts_with(word)))?;
    let rest = words.iter().find_map(|word| bare.strip_prefix(word))?;
    ["", "申请", "提出", "提交", "提出的", "提出申请", "的", "的申请", "类", "为", "提交的", "申请的"]
        .contains(&rest)
        .then_some(columns.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_applicants_named_alone_are_understood() {
        assert_eq!(columns_of("，其中自然人申请"), Some(["natural_person"].as_slice()));
        assert_eq!(columns_of("、商业企业"), Some(["enterprise"].as_slice()));
        for other in ["，其中自然人通过网络", "，其中网络", "农业企业"] {
            assert_eq!(columns_of(other), None, "{other}");
        }
    }
}
