//! What a deployment asks the overview to tell in numbers, and it does not.

use super::{Explainable, Findings, Judging, RequiredCount, Rule};
use crate::domain::wording::numbers;

pub static RULE: Rule =
    Rule::warning("overview.required_count", "当地主管部门的编制要求（local.toml 的 required_count）", check)
        .explainable(Explainable::ByEditor);

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let asked: Vec<&RequiredCount> =
        judged.rules.local.required_counts.iter().filter(|count| is_asked(judged, count)).collect();
    if asked.is_empty() {
        return;
    }
    let Some(said) = judged.said("overview") else { return };
    let told = numbers(said.text());
    for count in asked {
        let tells = told.iter().any(|told| {
            let unit = count.units.is_empty() || count.units.iter().any(|unit| unit == told.unit);
            unit && count.words.iter().any(|word| told.before.contains(word.as_str()))
        });
        if !tells {
            findings.push(
                RULE.finding(&count.subject, "/sections/overview/text".to_owned())
                    .with("subject", &count.subject)
                    .with("source", &count.source),
            );
        }
    }
}

/// Whether it is asked of this agency.
fn is_asked(judged: &Judging<'_>, count: &RequiredCount) -> bool {
    let there = judged.division.unwrap_or_default().starts_with(&count.division);
    let level =
        judged.agency.is_some_and(|agency| count.levels.iter().any(|one| one == agency.level.as_str()));
    there && (count.levels.is_empty() || level)
}
