//! A narrative that is another agency's of the same year.

use super::{Explainable, Findings, Judging, Rule};

pub static RULE: Rule = Rule::warning(
    "similar.to_other_agency",
    "国办公开办函〔2021〕30号（报告应反映本机关情况，不得雷同、敷衍）",
    check,
)
.explainable(Explainable::ByEditor);

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for twin in judged.twins {
        let Some(section) = judged.content.form().section(&twin.section) else { continue };
        findings.push(
            RULE.finding(&section.key, format!("/sections/{}/text", section.key))
                .with("section", &section.title)
                .with("agency", &twin.agency_name)
                .with("percent", twin.permille / 10),
        );
    }
}
