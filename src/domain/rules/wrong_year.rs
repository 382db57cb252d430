//! A narrative that speaks of another year as the one it reports on.

use super::finding::telling;
use super::vocabulary::VOCABULARY;
use super::{Explainable, Findings, Judging, Rule};
use crate::domain::wording::{Pattern, is_digit, pattern, sentences, years};

pub static RULE: Rule =
    Rule::warning("text.wrong_year", "《中华人民共和国政府信息公开条例》第五十条（报告上一年度情况）", check)
        .explainable(Explainable::ByEditor);

/// What announces the dates between which a report counts.
const PERIODS: [&str; 6] = ["统计期限", "统计时限", "统计时间", "统计周期", "统计时段", "起止时间"];
const FIRST_DAYS: [&str; 2] = ["1月1日", "一月一日"];
const LAST_DAYS: [&str; 2] = ["12月31日", "十二月三十一日"];
/// How a year may be called over.
const CLOSES: [&str; 6] = ["12月31日", "十二月三十一日", "年底", "年末", "底", "末"];
const UNTIL: [&str; 4] = ["截至", "截止", "截至到", "截止到"];
const TO: [&str; 8] = ["起至", "起到", "至", "到", "—", "-", "－", "～"];
const THIS_YEAR: [&str; 8] =
    ["今年以来（", "今年以来(", "本年度（", "本年（", "今年（", "本年度(", "本年(", "今年("];
/// A year to come may be spoken of with these.
const PLANS: [&str; 8] = ["将", "计划", "力争", "确保", "预计", "拟", "目标", "之前"];
const REPORTED: [&str; 3] = ["政府信息公开", "政务公开", "信息公开"];
/// How a report begins.
const OPENINGS: [&str; 6] = ["在", "坚持以", "坚持", "按照", "根据", "认真贯彻"];
const COMPARED: [&str; 10] = ["同比", "相比", "较", "比上", "上年", "去年", "本年", "今年", "今后", "以来"];
const MARKS: [char; 8] = ['。', '；', ';', '\n', '，', ',', '！', '：'];
/// Characters looked at on either side of a year.
const AROUND: usize = 40;

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let titled = judged.around.title.and_then(|title| title.split(|c: char| c.is_ascii_digit()).next());
    let own = judged.around.agency_name.or(titled).unwrap_or_default().trim();
    let titles = judged.beside.iter().filter(|said| said.place == "title");
    let titles = titles.map(|said| (said, in_title(said.text(), judged.year)));
    for (said, years) in
        judged.texts.iter().map(|said| (said, wrong(said.text(), judged.year, own))).chain(titles)
    {
        let ranges = years.into_iter().map(|(start, end)| (start, end, telling("year", judged.year)));
        said.tell(&RULE, ranges, findings);
    }
}

/// The one year of a title, if it is another.
fn in_title(title: &str, year: i32) -> Vec<(usize, usize)> {
    match years(title).as_slice() {
        [(start, end, named)] if *named != year && (2000..2100).contains(named) => vec![(*start, *end)],
        _ => Vec::new(),
    }
}

/// 20225年, and 202年 at the beginning of a sentence: a year with a digit too many or too few.
static MISWRITTEN: Pattern = Pattern::new(|| {
    pattern("(?:^|[^0-9.])(?P<long>20[0-9]{3})年[，,度我全1-9]|^(?P<short>20[0-9])年[，,度]")
});

/// Years that a text gives as the end or the beginning of what it counts, or as the year of the report.
fn wrong(text: &str, year: i32, own: &str) -> Vec<(usize, usize)> {
    let found = sentences(text).flat_map(|(from, sentence)| {
        let begins = from == 0 || text.get(..from).is_some_and(|before| before.ends_with('\n'));
        wrong_in(sentence, year, begins, own).into_iter().map(move |(start, end)| (from + start, from + end))
    });
    found.collect()
}

fn wrong_in(sentence: &str, year: i32, begins: bool, own: &str) -> Vec<(usize, usize)> {
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
        let spans = (named < year && is_whole_year(digits, behind)) || ends_late(before, behind, year);
        let reports = is_this_year(before, behind)
            || is_announced(before, behind)
            || (named >= year - 2 && !plan && is_counted(sentence, before, behind, year, own))
            || (named == year - 1 && begins && is_opening(sentence, before, behind, year, own))
            || (named < year && is_planned(before, behind));
        let wrong = if dates { !period_told } else { closes || spans || reports };
        period_told |= dates;
        if wrong {
            found.push((start, end));
        }
    }
    let miswritten = MISWRITTEN.captures_iter(sentence);
    found.extend(miswritten.filter_map(|captures| {
        let digits = captures.name("long").or(captures.name("short"))?;
        Some((digits.start(), digits.end()))
    }));
    found.sort_unstable();
    found
}

/// 2025年1月1日至2026年12月31日，: the second date of the year reported on.
fn ends_late(before: &str, behind: &str, year: i32) -> bool {
    let from = FIRST_DAYS.iter().any(|day| {
        TO.iter().any(|to| {
            before.ends_with(&format!("{year}年{day}{to}"))
                || before.ends_with(&format!("{year}年{day}起{to}"))
        })
    });
    // 有效期自2025年1月1日至2026年12月31日: only what begins a sentence is the report's own.
    let begins = before.trim().trim_start_matches('自').starts_with(&year.to_string());
    from && begins && after(behind, &LAST_DAYS).is_some_and(|rest| rest.starts_with(['，', ',', '。']))
}

/// 下一步，我县将在2024年进一步深化: what is to come is in no year that is over.
fn is_planned(before: &str, behind: &str) -> bool {
    let next = ["下一步，", "下步，"].iter().any(|word| before.contains(word));
    let plan = ["进一步", "继续", "重点", "着力", "全面"].iter().any(|word| behind.starts_with(word));
    next && before.ends_with("将在") && plan
}

/// What follows who reports: 我县, or its own name or the place in it, 清河县.
fn after_body<'t>(behind: &'t str, own: &str) -> Option<&'t str> {
    if let Some(rest) = after(behind, &VOCABULARY.bodies) {
        return Some(rest);
    }
    let shared: usize = behind
        .chars()
        .zip(own.chars())
        .take_while(|(one, other)| one == other)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let place = behind.get(..shared)?;
    let name = if shared == own.len() { shared } else { place.rfind(PLACES)? + PLACE };
    let rest = behind.get(name..).filter(|_| name > PLACE)?;
    let offices = ["人民政府办公室", "政府办公室", "人民政府", "政府", "办公室"];
    let rest = after(rest, &offices).unwrap_or(rest);
    VOCABULARY.begins.iter().any(|word| rest.starts_with(word)).then_some(rest)
}

/// What a place's name ends with, and how long that is.
const PLACES: [char; 8] = ['省', '市', '县', '区', '州', '旗', '镇', '乡'];
const PLACE: usize = '县'.len_utf8();

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
        // 期间制发的文件 are spoken of, not the report's own year.
        next.is_none_or(|c| "，,。；;、）)止".contains(c))
            || after(rest.trim_start(), &["期间，", "期间,"]).is_some()
    })
}

/// 本年度（2022年）.
fn is_this_year(before: &str, behind: &str) -> bool {
    THIS_YEAR.iter().any(|word| before.ends_with(*word)) && behind.starts_with(['）', ')'])
}

/// 2022年，在县委、县政府的正确领导下，我局扎实推进政府信息公开工作: how a report begins, with another year.
fn is_opening(sentence: &str, before: &str, behind: &str, year: i32, own: &str) -> bool {
    let behind = behind.trim_start_matches('度').trim_start_matches(['，', ',', ' ']);
    let opens = after(behind, &OPENINGS).is_some() || after_body(behind, own).is_some();
    let reports = ["政府信息公开工作", "政务公开工作"].iter().any(|word| sentence.contains(word));
    let compared = || COMPARED.iter().any(|word| sentence.contains(*word));
    let named = || years(sentence).iter().any(|(_, _, named)| *named == year);
    opens && reports && before.trim().is_empty() && !compared() && !named()
}

/// 2022年，我办收到申请14件: a sentence that begins with another year and counts as the report does, with no word
/// of this year or of a comparison.
fn is_counted(sentence: &str, before: &str, behind: &str, year: i32, own: &str) -> bool {
    let behind = behind.trim_start_matches('度');
    let behind = behind.strip_prefix("全年").unwrap_or(behind).trim_start_matches(['，', ',', ' ']);
    let own = after_body(behind, own).is_some_and(|rest| {
        let clause = rest.split(['，', ',', '；', '：']).next().unwrap_or_default();
        let none = ["未收到", "没有收到", "未收取", "没有收取"].iter().any(|word| clause.contains(word));
        VOCABULARY.counted.iter().any(|word| clause.contains(*word))
            && (none || clause.contains(is_digit) || IN_WORDS.is_match(clause))
    });
    let compared = || COMPARED.iter().any(|word| sentence.contains(*word));
    own && before.trim().is_empty()
        && !compared()
        && years(sentence).iter().all(|(_, _, named)| *named != year)
}

/// 五千余条.
static IN_WORDS: Pattern = Pattern::new(|| pattern("[一二三四五六七八九十百千万]{2,}[余多]?(?:条|件|份|篇)"));

/// 现公布2022年政府信息公开工作年度报告: the report itself, not one spoken of.
fn is_announced(before: &str, behind: &str) -> bool {
    let (before, behind) = (last_of(before), first_of(behind).trim_start_matches('度'));
    let head = before.rsplit(MARKS).next().unwrap_or_default().trim();
    let tail = behind.split(MARKS).next().unwrap_or_default();
    let own = head.starts_with(['现', '特'])
        || tail.ends_with("如下")
        || (tail.contains("报告由") && tail.ends_with("部分组成"));
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
            "2022年1月1日至12月31日期间，共公开120条",
            "现公布2022年政府信息公开工作年度报告",
            "现将2022年政府信息公开工作情况报告如下",
            "本年度（2022年）共公开120条",
            "2022年，我办收到政府信息公开申请14件，均已答复",
            "2024年，我办主动公开政府信息120条",
            "2022年1月至12月，我局共公开信息120条",
            "2022年全年，我局公开信息120条",
            "2022年，清河县人民政府办公室认真贯彻落实《条例》，扎实做好政府信息公开工作",
            "2022年，清河县共主动公开政府信息120条",
            "二〇二二年，我县共主动公开政府信息五千余条",
            "2022年，我县未收取信息处理费",
            "2022年度政府信息公开工作年度报告由六个部分组成",
            "今年以来（2022年），召开会议3次",
            "2032年，我县主动公开政府信息120条",
            "20223年，我县主动公开政府信息120条",
            "202年，我县主动公开政府信息120条",
            "2023年1月1日至2024年12月31日，全县公开120条",
            "下一步，我县将在2022年进一步深化公开内容",
        ] {
            assert_eq!(wrong(text, 2023, "清河县人民政府").len(), 1, "{text}");
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
            "2022年，清河县市场监管局在政务公开工作中首创清单",
            "2023年1月1日至2024年12月31日试点期间，公开120条",
            "办法有效期自2023年1月1日至2024年12月31日，到期评估",
            "对2022年1月1日至2022年12月31日期间制发的文件开展复核",
        ] {
            assert!(wrong(text, 2023, "清河县人民政府").is_empty(), "{text}");
        }
    }

    #[test]
    fn a_title_of_another_year_is_told() {
        assert_eq!(in_title("清河县2022年政府信息公开工作年度报告", 2023).len(), 1);
        assert!(in_title("清河县2023年政府信息公开工作年度报告", 2023).is_empty());
        assert!(in_title("2023年公布的2022年度报告", 2023).is_empty());
    }

    #[test]
    fn the_place_told_is_the_year_in_the_whole_text() {
        let text = "情况如下。截至2022年12月31日，共公开120条。";
        assert_eq!(
            wrong(text, 2023, "清河县人民政府").first().map(|(start, end)| &text[*start..*end]),
            Some("2022")
        );
    }
}
