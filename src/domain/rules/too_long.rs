//! 总体情况 is meant to be short: a guideline of 1,000 characters.

use super::{Explainable, Fact, Findings, Judging, Rule};
use crate::domain::number::Precision;

pub static RULE: Rule = Rule::warning("overview.too_long", "各地主管部门编制要求（参考）", check)
    .explainable(Explainable::ByEditor);

/// Characters, blanks not counted.
pub const GUIDELINE_CHARACTERS: i64 = 1000;

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let Some(text) = judged.text("overview") else {
        return;
    };
    let length = text.chars().filter(|character| !character.is_whitespace()).count();
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    if length > GUIDELINE_CHARACTERS {
        findings.push(
            RULE.finding("overview", "/sections/overview/text".to_owned())
                .comparing(
                    Fact::Number(GUIDELINE_CHARACTERS, Precision::Count),
                    Fact::Number(length, Precision::Count),
                )
                .with("length", length)
                .with("limit", GUIDELINE_CHARACTERS),
        );
    }
}
