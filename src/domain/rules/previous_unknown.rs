//! Last year's report is not published here, so that nothing can be compared with it.

use super::elsewhere::Previous;
use super::{FORMAT_2021, Findings, Judging, Rule};

pub static RULE: Rule = Rule::info("previous_year.unknown", FORMAT_2021, check);

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    if let Previous::Unknown(year) = judged.previous {
        findings.push(RULE.finding("year", "/year".to_owned()).with("year", year));
    }
}
