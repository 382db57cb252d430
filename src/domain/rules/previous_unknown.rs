//! Last year's report is not published here, so that nothing can be compared with it.

use super::elsewhere::Previous;
use super::finding::Argument;
use super::{Explainable, FORMAT_2021, Findings, Judging, Needs, Rule, Severity};

pub static RULE: Rule = Rule {
    id: "previous_year.unknown",
    severity: Severity::Info,
    explainable: Explainable::No,
    basis: FORMAT_2021,
    needs: Needs::Nothing,
    check,
};

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    if let Previous::Unknown(year) = judged.previous {
        let mut finding = RULE.finding("year", "/year".to_owned());
        finding.arguments = vec![("year", Argument::Plain(year.to_string()))];
        findings.push(finding);
    }
}
