//! A section under a heading of older or other wording.

use super::{FORMAT_2021, Fact, Findings, Judging, Rule};

pub static RULE: Rule = Rule::info("section.title_variant", FORMAT_2021, check);

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for (section, state) in judged.content.form().sections.iter().zip(&judged.content.sections) {
        if let Some(found) = state.found_title.as_ref().filter(|found| **found != section.title) {
            findings.push(
                RULE.finding(&section.key, format!("/sections/{}/title", section.key))
                    .comparing(Fact::Text(section.title.clone()), Fact::Text(found.clone()))
                    .with("found", found)
                    .with("title", &section.title),
            );
        }
    }
}
