//! An index number that is not made as its division makes them.

use super::{Explainable, Fact, Findings, Judging, Rule};

pub static RULE: Rule = Rule::warning(
    "index_number.pattern",
    "当地政府信息公开目录的索引号规则（local.toml 的 index_number）",
    check,
)
.explainable(Explainable::ByEditor);

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let (Some(number), Some(division)) = (judged.around.index_number, judged.division) else { return };
    // The nearest division has the last word.
    let patterns = judged.rules.local.index_numbers.iter();
    let nearest =
        patterns.filter(|one| division.starts_with(&one.division)).max_by_key(|one| one.division.len());
    let Some(known) = nearest.filter(|known| !known.pattern.is_match(number)) else { return };
    let finding = RULE
        .finding("index_number", "/index_number".to_owned())
        .comparing(Fact::Text(known.example.clone()), Fact::Text(number.to_owned()));
    findings
        .push(finding.with("found", number).with("example", &known.example).with("source", &known.source));
}
