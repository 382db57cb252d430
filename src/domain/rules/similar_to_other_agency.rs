//! A narrative that is another agency's of the same year.

use super::finding::Argument;
use super::{Explainable, Findings, Judging, Needs, Rule, Severity};

pub static RULE: Rule = Rule {
    id: "similar.to_other_agency",
    severity: Severity::Warning,
    explainable: Explainable::ByEditor,
    basis: "国办公开办函〔2021〕30号（报告应反映本机关情况，不得雷同、敷衍）",
    needs: Needs::Nothing,
    check,
};

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for twin in judged.twins {
        let Some(section) = judged.content.form().section(&twin.section) else { continue };
        let mut finding = RULE.finding(&section.key, format!("/sections/{}/text", section.key));
        finding.arguments = vec![
            ("section", Argument::Plain(section.title.clone())),
            ("agency", Argument::Plain(twin.agency_name.clone())),
            ("percent", Argument::Plain((twin.permille / 10).to_string())),
        ];
        findings.push(finding);
    }
}
