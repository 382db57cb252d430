//! A report this one rests on was corrected since: last year's, or one that a consolidated report holds.

use super::{Explainable, Finding, Findings, Judging, Rule};

pub static RULE: Rule =
    Rule::warning("upstream.changed", "更正后应复核下一年度的结转数和包含该报告的汇总报告", check)
        .explainable(Explainable::ByEditor);

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for source in judged.upstream {
        findings.push(
            RULE.finding(&source.report_id, "/sections".to_owned())
                .with("agency", &source.agency_name)
                .with("year", source.year)
                .with("revision", source.revision),
        );
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
