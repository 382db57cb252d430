//! A reporting year that ends on 30 December.

use super::judging::Told;
use super::{Explainable, Findings, Judging, Needs, Rule, Severity};
use crate::domain::wording::pattern;
use regex::Regex;
use std::sync::LazyLock;

pub static RULE: Rule = Rule {
    id: "text.wrong_period",
    severity: Severity::Warning,
    explainable: Explainable::ByEditor,
    basis: "《中华人民共和国政府信息公开条例》第五十条（报告上一年度情况，自1月1日至12月31日）",
    needs: Needs::Nothing,
    check,
};

static WRONG: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "(?:1月1日|一月一日)(?:起)?(?:至|到|—|-|－|～)(?:[0-9]{4}年)?(?P<first>12月30日|12月3日|11月30日|11月31日|十二月三十日)(?:止|[，,。；;、）)]|$)\
         |(?:截至|截止|截止到|截至到)[0-9]{4}年(?P<second>12月30日|十二月三十日)(?:止|[，,]|$)\
         |(?:统计期限|统计时限|统计时间|统计周期|统计时段)[^。；\n]{0,30}?(?P<third>12月30日|十二月三十日)",
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

fn wrong(text: &str) -> Vec<Told> {
    let days = WRONG.captures_iter(text).filter_map(|captures| {
        let day = ["first", "second", "third"].into_iter().find_map(|name| captures.name(name))?;
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
        ] {
            assert_eq!(wrong(text).len(), 1, "{text}");
        }
        for text in [
            "自2023年1月1日起至12月31日止",
            "12月30日，召开推进会",
            "1月1日至12月3日期间开展的活动",
            "截至2023年12月30日的存量",
            "截至12月30日，完成任务",
        ] {
            assert!(wrong(text).is_empty(), "{text}");
        }
    }
}
