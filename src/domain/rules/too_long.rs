//! 总体情况 is meant to be short: a guideline of 1,000 characters.

use super::finding::Argument;
use super::{Explainable, Fact, Findings, Judging, Needs, Rule, Severity};
use crate::domain::number::Precision;

pub static RULE: Rule = Rule {
    id: "overview.too_long",
    severity: Severity::Warning,
    explainable: Explainable::ByEditor,
    basis: "各地主管部门编制要求（参考）",
    needs: Needs::Nothing,
    check,
};

/// Characters, blanks not counted.
pub const GUIDELINE_CHARACTERS: i64 = 1000;

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let Some(text) = judged.text("overview") else {
        return;
    };
    let length = text.chars().filter(|character| !character.is_whitespace()).count();
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    if length > GUIDELINE_CHARACTERS {
        let mut finding = RULE.finding("overview", "/sections/overview/text".to_owned());
        finding.expected = Some(Fact::Number(GUIDELINE_CHARACTERS, Precision::Count));
        finding.actual = Some(Fact::Number(length, Precision::Count));
        finding.arguments = vec![
            ("length", Argument::Plain(length.to_string())),
            ("limit", Argument::Plain(GUIDELINE_CHARACTERS.to_string())),
        ];
        findings.push(finding);
    }
}
