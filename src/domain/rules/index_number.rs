//! An index number that is not made as its division makes them.

use super::finding::Argument;
use super::{Explainable, Fact, Findings, Judging, Needs, Rule, Severity};

pub static RULE: Rule = Rule {
    id: "index_number.pattern",
    severity: Severity::Warning,
    explainable: Explainable::ByEditor,
    basis: "当地政府信息公开目录的索引号规则（local.toml 的 index_number）",
    needs: Needs::Nothing,
    check,
};

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let (Some(number), Some(division)) = (judged.around.index_number, judged.division) else { return };
    // The nearest division has the last word.
    let patterns = judged.rules.local.index_numbers.iter();
    let nearest =
        patterns.filter(|one| division.starts_with(&one.division)).max_by_key(|one| one.division.len());
    let Some(known) = nearest.filter(|known| !known.pattern.is_match(number)) else { return };
    let mut finding = RULE.finding("index_number", "/index_number".to_owned());
    finding.expected = Some(Fact::Text(known.example.clone()));
    finding.actual = Some(Fact::Text(number.to_owned()));
    finding.arguments = vec![
        ("found", Argument::Plain(number.to_owned())),
        ("example", Argument::Plain(known.example.clone())),
        ("source", Argument::Plain(known.source.clone())),
    ];
    findings.push(finding);
}
