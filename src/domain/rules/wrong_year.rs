//! A narrative that speaks of another year as the one it reports on.

use super::finding::Argument;
use super::words::{tell, texts};
use super::{Explainable, Finding, Judged, Rule, Severity};

pub static RULE: Rule = Rule {
    id: "text.wrong_year",
    severity: Severity::Warning,
    explainable: Explainable::ByEditor,
    basis: "《中华人民共和国政府信息公开条例》第五十条（报告上一年度情况）",
    forms: &[],
    check,
};

fn check(judged: &Judged<'_>, findings: &mut Vec<Finding>) {
    for (section, pointer, text) in texts(judged) {
        let years = wrong(text, judged.year);
        let ranges = years
            .into_iter()
            .map(|(start, end)| (start, end, vec![("year", Argument::Plain(judged.year.to_string()))]));
        tell(&RULE, section, &pointer, text, ranges, findings);
    }
}

/// Years that a text gives as the end or the beginning of what it counts, or as the year of the report.
fn wrong(text: &str, year: i32) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('年') {
        let digits = text
            .get(..at)
            .map(|before| before.len() - before.trim_end_matches(|c: char| c.is_ascii_digit()).len());
        let Some(start) = digits.filter(|digits| *digits == 4).map(|digits| at - digits) else { continue };
        let named: Option<i32> = text.get(start..at).and_then(|digits| digits.parse().ok());
        let Some(named) = named.filter(|named| *named != year) else { continue };
        let before = text.get(..start).unwrap_or_default();
        let behind = text.get(at + '年'.len_utf8()..).unwrap_or_default();
        let ends = (before.ends_with("截至") || before.ends_with("截止") || before.ends_with("截止到"))
            && behind.starts_with("12月31日")
            && named < year;
        let begins = behind.starts_with("1月1日至") && named < year && !before.ends_with("从");
        let report = behind.trim_start_matches('度').starts_with("政府信息公开工作年度报告")
            && !before.trim_end_matches('《').ends_with("公布了")
            && named < year;
        if ends || begins || report {
            found.push((start, at));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_year_as_the_reports_own_is_told_and_comparisons_and_plans_are_not() {
        assert_eq!(wrong("截至2022年12月31日，共公开120条", 2023).len(), 1);
        assert_eq!(wrong("所列数据统计期限自2022年1月1日至2022年12月31日", 2023).len(), 1);
        assert_eq!(wrong("现公布2022年政府信息公开工作年度报告", 2023).len(), 1);
        for text in
            ["截至2023年12月31日", "较2022年增长3%", "2024年，我局将", "2022年度结转2件", "（2019年修订）"]
        {
            assert!(wrong(text, 2023).is_empty(), "{text}");
        }
    }
}
