//! Every section of the form must be there, and a narrative must say something (不能遗漏).

use super::finding::Argument;
use super::{Explainable, Findings, Judging, Needs, REGULATION_50, Rule, Severity};

pub static RULE: Rule = Rule {
    id: "section.missing",
    severity: Severity::Error,
    explainable: Explainable::No,
    basis: REGULATION_50,
    needs: Needs::Nothing,
    check,
};

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for (section, state) in judged.content.form().sections.iter().zip(&judged.content.sections) {
        let silent = section.table.is_none() && judged.text(&section.key).is_none();
        if state.present && !silent {
            continue;
        }
        let pointer = if state.present {
            format!("/sections/{}/text", section.key)
        } else {
            format!("/sections/{}", section.key)
        };
        let mut finding = RULE.finding(&section.key, pointer);
        finding.arguments =
            vec![("section", Argument::Plain(format!("{}、{}", section.numeral(), section.title)))];
        findings.push(finding);
    }
}
