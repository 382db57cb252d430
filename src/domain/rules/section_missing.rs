//! Every section of the form must be there, and a narrative must say something (不能遗漏).

use super::{Findings, Judging, REGULATION_50, Rule};

pub static RULE: Rule = Rule::error("section.missing", REGULATION_50, check);

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
        findings.push(
            RULE.finding(&section.key, pointer)
                .with("section", format!("{}、{}", section.numeral(), section.title)),
        );
    }
}
