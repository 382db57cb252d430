//! Nothing may be published before the year is over; before publication this is a warning.

use super::{Findings, Judging, Moment, Rule, Severity};

pub static RULE: Rule = Rule::warning(
    "year.published_before_end",
    "《中华人民共和国政府信息公开条例》第四十九条、第五十条（公布上一年度报告）",
    check,
);

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    if judged.day.is_some_and(|day| day <= judged.period_end) {
        let mut finding = RULE.finding("year", "/year".to_owned());
        if judged.moment == Moment::Publish {
            finding.severity = Severity::Error;
        }
        findings.push(finding.with("end", judged.period_end));
    }
}
