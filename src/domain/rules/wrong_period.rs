//! A reporting year that ends on 30 December, and days that no calendar has.

use super::judging::Told;
use super::{Explainable, Findings, Judging, Rule};
use crate::domain::wording::{Pattern, pattern};

pub static RULE: Rule = Rule::warning(
    "text.wrong_period",
    "《中华人民共和国政府信息公开条例》第五十条（报告上一年度情况，自1月1日至12月31日）",
    check,
)
.explainable(Explainable::ByEditor);

static WRONG: Pattern = Pattern::new(|| {
    pattern(
        "(?:1月1日|一月一日)(?:起)?(?:至|到|—|-|－|～)(?:[0-9]{4}年)?(?P<first>12月30日|12月3日|11月30日|11月31日|十二月三十日)(?:止|[，,。；;、）)]|$)\
         |(?:截至|截止|截止到|截至到)[0-9]{4}年(?P<second>12月30日|十二月三十日)(?:止|[，,]|$)\
         |(?:统计期限|统计时限|统计时间|统计周期|统计时段)[^。；\n]{0,30}?(?P<third>12月30日|十二月三十日)\
         |(?:统计期限|统计时限|统计时间|统计周期|统计时段)[^。；\n]{0,8}?[0-9]{4}年1月(?:1日)?(?:起)?(?:至|到|—|-|－|～)(?:[0-9]{4}年)?(?P<fourth>(?:1[01]|[2-9])月)(?:底|末|止)?(?:[，,。；;、）)]|$)",
    )
});

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    if judged.period_end.format("%m-%d").to_string() != "12-31" {
        return;
    }
    for said in &judged.texts {
        said.tell(&RULE, wrong(said.text()), findings);
    }
}

/// 自2024年12月31日起至2024年1月1日止.
static BACKWARDS: Pattern = Pattern::new(|| {
    pattern(
        "[0-9]{4}年12月31日(?:起)?(?:至|到|—|-|－|～)(?:[0-9]{4}年)?(?P<day>1月1日)止?(?:[，,。；;、）)]|$)",
    )
});
/// 20241月1日: the year has lost its name.
static GLUED: Pattern = Pattern::new(|| pattern("(?P<day>20[0-9]{2}(?:1[0-2]|[1-9])月)"));
static DAY: Pattern = Pattern::new(|| pattern("(?P<month>[0-9]{1,2})月(?P<day>[0-9]{1,2})日"));
/// How many days the months have at most.
const DAYS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// 2月30日, 13月1日.
fn impossible(text: &str) -> Vec<Told> {
    let days = DAY.captures_iter(text).filter_map(|captures| {
        let all = captures.get(0)?;
        let number = |name: &str| captures.name(name)?.as_str().parse::<usize>().ok();
        let (month, day) = (number("month")?, number("day")?);
        let last = month.checked_sub(1).and_then(|at| DAYS.get(at)).copied().unwrap_or_default();
        let glued =
            text.get(..all.start()).is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit()));
        let wrong = day == 0 || u32::try_from(day).ok()? > last;
        (wrong && !glued).then(|| (all.start(), all.end(), Vec::new()))
    });
    days.collect()
}

fn wrong(text: &str) -> Vec<Told> {
    let mut found = of_period(text);
    for pattern in [&*BACKWARDS, &*GLUED] {
        let days = pattern.captures_iter(text).filter_map(|captures| captures.name("day"));
        found.extend(days.map(|day| (day.start(), day.end(), Vec::new())));
    }
    let apart = |day: &Told| !found.iter().any(|(from, to, _)| day.0 < *to && *from < day.1);
    let impossible: Vec<Told> = impossible(text).into_iter().filter(apart).collect();
    found.extend(impossible);
    found.sort_by_key(|(start, end, _)| (*start, *end));
    found
}

fn of_period(text: &str) -> Vec<Told> {
    let days = WRONG.captures_iter(text).filter_map(|captures| {
        let day = ["first", "second", "third", "fourth"].into_iter().find_map(|name| captures.name(name))?;
        Some((day.start(), day.end(), Vec::new()))
    });
    days.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_of_the_year_is_the_thirty_first() {
        for text in [
            "本报告所列数据的统计期限自2023年1月1日起至2023年12月30日止",
            "1月1日至12月30日，共公开120条",
            "截至2023年12月30日，共公开120条",
            "统计时限为2023年全年，即到12月30日",
            "自2023年12月31日起至2023年1月1日止",
            "自20231月1日起开展",
            "2月30日，召开推进会",
            "统计期限为2023年1月1日至2023年13月31日",
            "截至2023年11月31日，公开120条",
            "统计时间为2023年1月至2023年11月。",
        ] {
            assert_eq!(wrong(text).len(), 1, "{text}");
        }
        for text in [
            "自2023年1月1日起至12月31日止",
            "统计时间为2023年1月至2023年12月。",
            "12月30日，召开推进会",
            "1月1日至12月3日期间开展的活动",
            "截至2023年12月30日的存量",
            "截至12月30日，完成任务",
            "2024年2月29日，召开推进会",
            "自2023年12月31日至2024年1月1日值守",
            "2023 1月1日",
        ] {
            assert!(wrong(text).is_empty(), "{text}");
        }
    }
}
