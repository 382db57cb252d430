//! A section under a heading of older or other wording.

use super::finding::Argument;
use super::{Explainable, FORMAT_2021, Fact, Findings, Judging, Needs, Rule, Severity};

pub static RULE: Rule = Rule {
    id: "section.title_variant",
    severity: Severity::Info,
    explainable: Explainable::No,
    basis: FORMAT_2021,
    needs: Needs::Nothing,
    check,
};

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for (section, state) in judged.content.form().sections.iter().zip(&judged.content.sections) {
        if let Some(found) = state.found_title.as_ref().filter(|found| **found != section.title) {
            let mut finding = RULE.finding(&section.key, format!("/sections/{}/title", section.key));
            finding.expected = Some(Fact::Text(section.title.clone()));
            finding.actual = Some(Fact::Text(found.clone()));
            finding.arguments = vec![
                ("found", Argument::Plain(found.clone())),
                ("title", Argument::Plain(section.title.clone())),
            ];
            findings.push(finding);
        }
    }
}
