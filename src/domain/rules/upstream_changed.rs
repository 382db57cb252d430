//! A report this one rests on was corrected since: last year's, or one that a consolidated report holds.

use super::finding::Argument;
use super::{Explainable, Finding, Findings, Judging, Needs, Rule, Severity};

pub static RULE: Rule = Rule {
    id: "upstream.changed",
    severity: Severity::Warning,
    explainable: Explainable::ByEditor,
    basis: "更正后应复核下一年度的结转数和包含该报告的汇总报告",
    needs: Needs::Nothing,
    check,
};

fn check(judged: &Judging<'_>, findings: &mut Findings) {
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

/// Whether anything a report rests on was corrected, answered for or not.
pub fn tells_upstream(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.rule == RULE.id)
}

/// The reports whose correction a finding tells and somebody has answered for.
pub fn explained_sources(findings: &[Finding]) -> Vec<&str> {
    let explained =
        findings.iter().filter(|finding| finding.rule == RULE.id && finding.explanation.is_some());
    explained.filter_map(|finding| finding.key.split_once(':')).map(|(_, source)| source).collect()
}
