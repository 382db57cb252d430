//! A narrative that is last year's with other numbers.

use super::{Explainable, Findings, Judging, Rule};
use crate::domain::wording::likeness;

pub static RULE: Rule = Rule::warning(
    "similar.to_previous_year",
    "国办公开办函〔2021〕30号（报告应反映本年度情况，不得雷同、敷衍）",
    check,
)
.explainable(Explainable::ByEditor);

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let Some(previous) = judged.previous.known() else { return };
    // After a merger no single report is "last year's".
    let [before] = previous.contents.as_slice() else { return };
    for section in judged.content.form().sections.iter().filter(|section| section.table.is_none()) {
        let (Some(now), Some(then)) = (judged.text(&section.key), before.text(&section.key)) else {
            continue;
        };
        let likeness = likeness(now, then);
        if !likeness.is_copied() {
            continue;
        }
        findings.push(
            RULE.finding(&section.key, format!("/sections/{}/text", section.key))
                .with("section", &section.title)
                .with("year", previous.year)
                .with("percent", likeness.permille / 10),
        );
    }
}
