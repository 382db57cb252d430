//! A report this one rests on was corrected since: last year's, or one that a consolidated report holds.

use super::finding::Argument;
use super::{Explainable, Finding, Judged, Rule, Severity};

pub static RULE: Rule = Rule {
    id: "upstream.changed",
    severity: Severity::Warning,
    explainable: Explainable::ByEditor,
    basis: "更正后应复核下一年度的结转数和包含该报告的汇总报告",
    forms: &[],
    check,
};

fn check(judged: &Judged<'_>, findings: &mut Vec<Finding>) {
    for source in judged.upstream {
        let mut finding = RULE.finding(&source.report_id, "/sections".to_owned());
        finding.arguments = vec![
            ("agency", Argument::Plain(source.agency_name.clone())),
            ("year", Argument::Plain(source.year.to_string())),
            ("revision", Argument::Plain(source.revision.to_string())),
        ];
        findings.push(finding);
    }
}
