//! A narrative that speaks of another year as the one it reports on.

use super::finding::Argument;
use super::{Explainable, Findings, Judging, Needs, Rule, Severity};
use crate::domain::wording::{is_digit, sentences, years};

pub static RULE: Rule = Rule {
    id: "text.wrong_year",
    severity: Severity::Warning,
    explainable: Explainable::ByEditor,
    basis: "《中华人民共和国政府信息公开条例》第五十条（报告上一年度情况）",
    needs: Needs::Nothing,
    check,
};

/// What announces the dates between which a report counts.
const PERIODS: [&str; 6] = ["统计期限", "统计时限", "统计时间", "统计周期", "统计时段", "起止时间"];
const FIRST_DAYS: [&str; 2] = ["1月1日", "一月一日"];
const LAST_DAYS: [&str; 2] = ["12月31日", "十二月三十一日"];
/// How a year may be called over.
const CLOSES: [&str; 6] = ["12月31日", "十二月三十一日", "年底", "年末", "底", "末"];
const UNTIL: [&str; 4] = ["截至", "截止", "截至到", "截止到"];
const TO: [&str; 8] = ["起至", "起到", "至", "到", "—", "-", "－", "～"];
const THIS_YEAR: [&str; 6] = ["本年度（", "本年（", "今年（", "本年度(", "本年(", "今年("];
/// A year to come may be spoken of with these.
const PLANS: [&str; 8] = ["将", "计划", "力争", "确保", "预计", "拟", "目标", "之前"];
const REPORTED: [&str; 3] = ["政府信息公开", "政务公开", "信息公开"];
/// Who reports.
const BODIES: [&str; 22] = [
    "我局",
    "我办",
    "我委",
    "我市",
    "我县",
    "我区",
    "我镇",
    "我乡",
    "我厅",
    "我院",
    "我中心",
    "我街道",
    "我单位",
    "我部门",
    "本机关",
    "本单位",
    "本局",
    "全市",
    "全县",
    "全区",
    "全镇",
    "全局",
];
/// What a report counts.
const COUNTED: [&str; 11] = [
    "收到政府信息",
    "收到申请",
    "收到依申请",
    "受理政府信息",
    "受理依申请",
    "主动公开",
    "新收",
    "公开政府信息",
    "受理申请",
    "办理依申请",
    "公开信息",
];
/// How a report begins.
const OPENINGS: [&str; 6] = ["在", "坚持以", "坚持", "按照", "根据", "认真贯彻"];
const COMPARED: [&str; 10] = ["同比", "相比", "较", "比上", "上年", "去年", "本年", "今年", "今后", "以来"];
const MARKS: [char; 8] = ['。', '；', ';', '\n', '，', ',', '！', '：'];
/// Characters looked at on either side of a year.
const AROUND: usize = 40;

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for said in &judged.texts {
        let text = said.text();
        let years = wrong(text, judged.year);
        let ranges = years
            .into_iter()
            .map(|(start, end)| (start, end, vec![("year", Argument::Plain(judged.year.to_string()))]));
        said.tell(&RULE, ranges, findings);
    }
}

/// Years that a text gives as the end or the beginning of what it counts, or as the year of the report.
fn wrong(text: &str, year: i32) -> Vec<(usize, usize)> {
    let found = sentences(text).flat_map(|(from, sentence)| {
        let begins = from == 0 || text.get(..from).is_some_and(|before| before.ends_with('\n'));
        wrong_in(sentence, year, begins).into_iter().map(move |(start, end)| (from + start, from + end))
    });
    found.collect()
}

fn wrong_in(sentence: &str, year: i32, begins: bool) -> Vec<(usize, usize)> {
    let period = PERIODS.iter().filter_map(|word| sentence.find(*word)).min();
    let planned = PLANS.iter().any(|word| sentence.contains(*word));
    let (mut found, mut period_told) = (Vec::new(), false);
    for (start, end, named) in years(sentence).into_iter().filter(|(_, _, named)| *named != year) {
        let before = sentence.get(..start).unwrap_or_default();
        let digits = sentence.get(start..end).unwrap_or_default();
        let behind = sentence.get(end..).unwrap_or_default().trim_start_matches('年');
        // Of the two dates of a period one is told.
        let dates = period.is_some_and(|at| at < start) && is_dated(behind);
        let plan = planned && named > year;
        let closes = is_closed(before, behind) && !plan;
        let spans = named < year && is_whole_year(digits, behind);
        let reports = is_this_year(before, behind)
            || is_announced(before, behind)
            || ((named - year).abs() <= 2 && !plan && is_counted(sentence, before, behind, year))
            || (named == year - 1 && begins && is_opening(sentence, before, behind, year));
        let wrong = if dates { !period_told } else { closes || spans || reports };
        period_told |= dates;
        if wrong {
            found.push((start, end));
        }
    }
    found
}

/// What follows one of these words.
fn after<'t>(text: &'t str, words: &[&str]) -> Option<&'t str> {
    words.iter().find_map(|word| text.strip_prefix(*word))
}

/// The first or the last day of a year.
fn is_dated(behind: &str) -> bool {
    after(behind, &FIRST_DAYS).or_else(|| after(behind, &LAST_DAYS)).is_some()
}

/// 截至2022年12月31日, but not 截至2022年12月31日的.
fn is_closed(before: &str, behind: &str) -> bool {
    UNTIL.iter().any(|word| before.ends_with(*word))
        && after(behind, &CLOSES).is_some_and(|rest| !rest.starts_with('的'))
}

/// 2022年1月1日至12月31日 with nothing behind it that the year is of.
fn is_whole_year(digits: &str, behind: &str) -> bool {
    let months =
        || after(behind, &["1月"]).and_then(|rest| after(rest, &TO)).and_then(|rest| after(rest, &["12月"]));
    if months().is_some_and(|rest| rest.trim_start().starts_with(['，', ','])) {
        return true;
    }
    let last = after(behind, &FIRST_DAYS).and_then(|rest| after(rest.trim_start(), &TO));
    let ended = last.and_then(|rest| {
        let rest = rest.trim_start();
        let day = rest.strip_prefix(digits).map_or(rest, |rest| rest.trim_start_matches('年'));
        after(day, &LAST_DAYS)
    });
    ended.is_some_and(|rest| {
        let next = rest.trim_start().chars().next();
        next.is_none_or(|c| "，,。；;、）)止期".contains(c))
    })
}

/// 本年度（2022年）.
fn is_this_year(before: &str, behind: &str) -> bool {
    THIS_YEAR.iter().any(|word| before.ends_with(*word)) && behind.starts_with(['）', ')'])
}

/// 2022年，在县委、县政府的正确领导下，我局扎实推进政府信息公开工作: how a report begins, with another year.
fn is_opening(sentence: &str, before: &str, behind: &str, year: i32) -> bool {
    let behind = behind.trim_start_matches('度').trim_start_matches(['，', ',', ' ']);
    let opens = after(behind, &OPENINGS).is_some() || after(behind, &BODIES).is_some();
    let reports = ["政府信息公开工作", "政务公开工作"].iter().any(|word| sentence.contains(word));
    let compared = || COMPARED.iter().any(|word| sentence.contains(*word));
    let named = || years(sentence).iter().any(|(_, _, named)| *named == year);
    opens && reports && before.trim().is_empty() && !compared() && !named()
}

/// 2022年，我办收到申请14件: a sentence that begins with another year and counts as the report does, with no word
/// of this year or of a comparison.
fn is_counted(sentence: &str, before: &str, behind: &str, year: i32) -> bool {
    let behind = behind.trim_start_matches('度');
    let behind = behind.strip_prefix("全年").unwrap_or(behind).trim_start_matches(['，', ',', ' ']);
    let own = after(behind, &BODIES).is_some_and(|rest| {
        let clause = rest.split(['，', ',', '；', '：']).next().unwrap_or_default();
        let none = ["未收到", "没有收到"].iter().any(|word| clause.contains(word));
        COUNTED.iter().any(|word| clause.contains(*word)) && (none || clause.contains(is_digit))
    });
    let compared = || COMPARED.iter().any(|word| sentence.contains(*word));
    own && before.trim().is_empty()
        && !compared()
        && years(sentence).iter().all(|(_, _, named)| *named != year)
}

/// 现公布2022年政府信息公开工作年度报告: the report itself, not one spoken of.
fn is_announced(before: &str, behind: &str) -> bool {
    let (before, behind) = (last_of(before), first_of(behind).trim_start_matches('度'));
    let head = before.rsplit(MARKS).next().unwrap_or_default().trim();
    let tail = behind.split(MARKS).next().unwrap_or_default();
    let own = head.starts_with(['现', '特']) || tail.ends_with("如下");
    let report = tail.contains("报告") && !tail.contains("报告中");
    own && report && after(tail, &REPORTED).is_some()
}

fn first_of(text: &str) -> &str {
    text.char_indices().nth(AROUND).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

fn last_of(text: &str) -> &str {
    text.char_indices().rev().take(AROUND).last().and_then(|(start, _)| text.get(start..)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_year_as_the_reports_own_is_told_and_comparisons_and_plans_are_not() {
        for text in [
            "截至2022年12月31日，共公开120条",
            "截至二〇二二年十二月三十一日，共公开120条",
            "截至2022年年底，共公开120条",
            "截至2024年12月31日，共公开120条",
            "所列数据统计期限自2022年1月1日至2022年12月31日",
            "统计期限自2023年1月1日至2022年12月31日",
            "2022年1月1日至12月31日，共公开120条",
            "现公布2022年政府信息公开工作年度报告",
            "现将2022年政府信息公开工作情况报告如下",
            "本年度（2022年）共公开120条",
            "2022年，我办收到政府信息公开申请14件，均已答复",
            "2024年，我办主动公开政府信息120条",
            "2022年1月至12月，我局共公开信息120条",
            "2022年全年，我局公开信息120条",
        ] {
            assert_eq!(wrong(text, 2023).len(), 1, "{text}");
        }
        for text in [
            "截至2023年12月31日",
            "较2022年增长3%",
            "2024年，我局将",
            "截至2024年12月31日，力争全覆盖",
            "2022年度结转2件",
            "（2019年修订）",
            "对截至2020年12月31日的历史问题",
            "对自2018年1月1日至2022年12月31日制发的文件",
            "1月，编制并发布2022年度政府信息公开工作年度报告",
            "2022年政府信息公开工作年度报告中反映的问题",
            "自2024年1月1日起施行",
            "2022年，我办收到申请11件，2023年收到14件",
            "2022年，我局印发管理办法3件",
            "2024年，我局将主动公开120条以上",
            "2019年，我局主动公开120条",
            "2022年1月至12月的问题已整改",
            "2022年全年的问题已整改到位",
        ] {
            assert!(wrong(text, 2023).is_empty(), "{text}");
        }
    }

    #[test]
    fn the_place_told_is_the_year_in_the_whole_text() {
        let text = "情况如下。截至2022年12月31日，共公开120条。";
        assert_eq!(wrong(text, 2023).first().map(|(start, end)| &text[*start..*end]), Some("2022"));
    }
}
