//! 未收到政府信息公开申请, 未发生行政复议和行政诉讼: sentences that say nothing came, where the table has numbers.

use super::lists::{LISTS, WORDS};
use super::subjects::is_made_of;
use super::{Wrong, arguments, is_of_another, sum_of};
use crate::domain::number::Precision;
use crate::domain::rules::finding::Argument;
use crate::domain::rules::judging::Judging;
use crate::domain::wording::{Pattern, pattern};

const FEES: &str = "proactive_disclosure.fees.amount";
const NEW: &str = "requests.new_requests.total";
const RECONSIDERED: &str = "disputes.reconsideration.total";
const ISSUED: &str = "proactive_disclosure.normative_documents.issued";
const DIRECT: &str = "disputes.litigation_direct.total";
const AFTER: &str = "disputes.litigation_after_reconsideration.total";
const DISPUTES: &[&str] = &["行政复议", "行政诉讼", "复议", "诉讼"];

/// 零复议, 依申请公开信息为零, 行政复议无一被纠正: the same with nothing that denies.
static ZERO: Pattern = Pattern::new(|| {
    pattern(
        "(?P<none>零)(?P<zero>(?:行政)?复议|(?:行政)?诉讼|纠错)\
         |(?P<lead>[^，。；：]{0,12}?)(?P<of>依申请公开|政府信息公开申请|政府信息公开行政复议|政府信息公开行政诉讼)(?:政府信息|信息|申请|案件|件数|数量|数|量){0,2}均?为(?:零|0件|0)(?:[，。；、]|$)\
         |行政复议[^。；]{0,12}(?P<never>无一件?被纠正)",
    )
});

/// Zeros that the table has otherwise.
fn zeros(judged: &Judging<'_>, sentence: &str) -> Vec<Wrong> {
    if WORDS.aims.iter().any(|word| sentence.contains(word)) {
        return Vec::new();
    }
    let said = ZERO.captures_iter(sentence).filter_map(|captures| {
        let all = captures.get(0)?;
        let what = captures.name("zero").or(captures.name("of")).or(captures.name("never"))?;
        let own = captures.name("lead").is_none_or(|lead| {
            let lead = lead.as_str().replace(&format!("{}年", judged.year), "");
            is_made_of(lead.trim_start_matches('度'), &[&LISTS.whole, &LISTS.because])
        });
        let cells: &[&str] = match what.as_str() {
            what if what.contains("纠") => &["disputes.reconsideration.corrected"],
            what if what.contains("复议") => &[RECONSIDERED],
            what if what.contains("诉讼") => &[DIRECT, AFTER],
            _ => &[NEW],
        };
        let count = sum_of(&judged.content.figures, cells).filter(|count| own && *count > 0)?;
        let start = captures.name("none").unwrap_or(what).start();
        let said = all.as_str().trim_end_matches(|c: char| "，。；、".contains(c));
        let end = all.start() + said.len();
        let cells = cells.iter().map(|cell| (*cell).to_owned()).collect();
        Some(((start, end, arguments(said, &[count])), cells))
    });
    said.collect()
}

/// Clauses that deny what the table counts.
pub(super) fn contradicted(judged: &Judging<'_>, sentence: &str) -> Vec<Wrong> {
    let zero = sentence.contains(['零', '0']) || sentence.contains("无一");
    if !zero && !WORDS.none.iter().any(|word| sentence.contains(word)) {
        return Vec::new();
    }
    if is_of_another(judged, sentence) {
        return Vec::new();
    }
    let mut from = 0;
    let mut found = if zero { zeros(judged, sentence) } else { Vec::new() };
    for clause in sentence.split_inclusive(['，', ',', '。', '；', ';', '\n', '：']) {
        let denied = denied(clause.trim_end_matches(|c: char| "，,。；;：\n".contains(c)), judged.year);
        if let Some((start, cells)) = denied {
            let figures = &judged.content.figures;
            let count = cells.iter().try_fold(0_i64, |sum, cell| sum.checked_add(sum_of(figures, &[cell])?));
            if let Some(count) = count.filter(|count| *count > 0) {
                let said = clause.trim_end_matches(|c: char| "，,。；;：\n".contains(c));
                let cells: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
                let mut words = arguments(said, &[count]);
                if cells == [FEES] {
                    words.retain(|(name, _)| *name != "values");
                    words.push((
                        "values",
                        Argument::Plain(format!("{}万元", Precision::Millionths.format(count))),
                    ));
                }
                found.push(((from + start, from + said.len(), words), cells));
            }
        }
        from += clause.len();
    }
    found
}

/// Where a clause begins to deny something the table counts, and the cells it denies.
fn denied(clause: &str, year: i32) -> Option<(usize, Vec<&'static str>)> {
    let (at, word) = WORDS
        .none
        .iter()
        .filter_map(|word| Some((clause.find(word)?, *word)))
        .min_by_key(|(at, word)| (*at, std::cmp::Reverse(word.len())))?;
    let blank = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let before = blank(clause.get(..at)?).replace(&format!("{year}年"), "").replace("度", "");
    let behind = blank(clause.get(at + word.len()..)?);
    if !is_made_of(
        &before,
        &[
            &LISTS.whole,
            &LISTS.because,
            &["我中心", "我院", "我乡", "我街道", "本局", "本镇", "本县", "本中心", "，"],
        ],
    ) {
        return None;
    }
    let whole = behind.trim_end_matches("的申请").trim_end_matches("情况").trim_end_matches("事项");
    for (words, cell) in &WORDS.denied {
        // 未作出行政处罚, 无行政强制; but 未收到行政许可 is of others.
        let fits = !word.contains(['收', '接']) || word.contains("取") || word.contains("征");
        if fits && words.iter().any(|word| whole == *word || behind == *word) {
            return Some((at, vec![*cell]));
        }
    }
    // 无行政复议、行政诉讼被纠正情况.
    if let Some(corrected) = behind.trim_end_matches("情况").trim_end_matches('的').strip_suffix("被纠正")
    {
        let made = !corrected.is_empty() && is_made_of(corrected, &[DISPUTES, &["、", "和", "及"]]);
        let mut cells = Vec::new();
        cells.extend(corrected.contains("复议").then_some("disputes.reconsideration.corrected"));
        if corrected.contains("诉讼") {
            cells.extend([
                "disputes.litigation_direct.corrected",
                "disputes.litigation_after_reconsideration.corrected",
            ]);
        }
        return made.then_some((at, cells));
    }
    let disputes = DISPUTES.iter().any(|word| behind.contains(word));
    if disputes {
        let made =
            is_made_of(&behind, &[&WORDS.around, &LISTS.because, &LISTS.cases, DISPUTES, &["直接", "起诉"]]);
        let mut cells = Vec::new();
        if behind.contains("复议") && !behind.contains("复议后") {
            cells.push(RECONSIDERED);
        }
        if behind.contains("诉讼") {
            cells.extend([DIRECT, AFTER]);
        }
        return (made && !cells.is_empty()).then_some((at, cells));
    }
    if word.contains("制") || word.contains("出台") {
        let documents = is_made_of(&behind, &[&["新", "行政规范性文件", "规范性文件"]]) && !behind.is_empty();
        return documents.then(|| (at, vec![ISSUED]));
    }
    let asked = ["信息公开申请", "依申请公开", "信息公开的申请", "申请政府信息公开"]
        .iter()
        .any(|word| behind.contains(word));
    let received = ["收", "接", "受理", "没有", "无"].iter().any(|part| word.contains(part));
    let made = is_made_of(&behind, &[&WORDS.around, &LISTS.applications, &LISTS.everybody]);
    (asked && received && made).then(|| (at, vec![NEW]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_denials_are_understood_and_partial_ones_are_not() {
        for (clause, cells) in [
            ("未收到政府信息公开申请", 1),
            ("2023年，未收到公民、法人和其他组织提出的政府信息公开申请", 1),
            ("全年未收到依申请公开事项", 1),
            ("未发生因政府信息公开引起的行政复议和行政诉讼案件", 3),
            ("我局无政府信息公开行政复议、行政诉讼情况", 3),
            ("未因政府信息公开工作被申请行政复议、提起行政诉讼", 3),
            ("没有发生行政复议", 1),
            ("全年未制发行政规范性文件", 1),
            ("全年未作出行政处罚决定", 1),
            ("无行政强制", 1),
            ("未收取行政事业性收费", 1),
            ("无结转下年度继续办理的申请", 1),
            ("本年度无上年结转申请", 1),
            ("我县全年没有人申请政府信息公开", 1),
            ("无一件结转", 1),
            ("无行政复议、行政诉讼被纠正情况", 3),
        ] {
            let clause = clause.replace("2023年，", "2023年");
            assert_eq!(denied(&clause, 2023).map(|(_, cells)| cells.len()), Some(cells), "{clause}");
        }
        for clause in [
            "未收到要求听证的申请",
            "未发生被纠正的行政复议案件",
            "窗口未收到政府信息公开申请",
            "未发生行政诉讼败诉案件",
            "未收到政府信息公开申请的收费",
            "无",
            "未发生泄密事件",
            "未收取信息处理费",
            "未作出行政处罚决定书公开",
            "未实施行政许可事项清单管理",
            "无行政处罚案件被撤销",
            "未收到行政处罚",
            "无正当理由大量反复申请",
            "对未收到答复的申请人",
        ] {
            assert_eq!(denied(clause, 2023), None, "{clause}");
        }
    }
}
