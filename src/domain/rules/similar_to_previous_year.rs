//! A narrative that is last year's with other numbers.

use super::finding::Argument;
use super::{Explainable, Findings, Judging, Needs, Rule, Severity};
use crate::domain::wording::likeness;

pub static RULE: Rule = Rule {
    id: "similar.to_previous_year",
    severity: Severity::Warning,
    explainable: Explainable::ByEditor,
    basis: "国办公开办函〔2021〕30号（报告应反映本年度情况，不得雷同、敷衍）",
    needs: Needs::Nothing,
    check,
};

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
        let mut finding = RULE.finding(&section.key, format!("/sections/{}/text", section.key));
        finding.arguments = vec![
            ("section", Argument::Plain(section.title.clone())),
            ("year", Argument::Plain(previous.year.to_string())),
            ("percent", Argument::Plain((likeness.permille / 10).to_string())),
        ];
        findings.push(finding);
    }
}
