//! A file holds one report: what stands behind it belongs to another agency or another year.

use super::finding::Argument;
use super::{Explainable, FORMAT_2021, Fact, Findings, Judging, Needs, Rule, Severity};
use crate::domain::report::Shape;

pub static RULE: Rule = Rule {
    id: "document.second_report",
    severity: Severity::Error,
    explainable: Explainable::No,
    basis: FORMAT_2021,
    needs: Needs::Nothing,
    check,
};

/// Longest quotation of what the other report begins with, in characters.
const LONGEST: usize = 60;

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for fault in judged.faults.iter().filter(|fault| fault.shape == Shape::SecondReport) {
        let begins: String = fault.found.as_str().unwrap_or_default().chars().take(LONGEST).collect();
        let mut finding = RULE.finding("report", fault.pointer.clone());
        finding.actual = Some(Fact::Found(fault.found.clone()));
        finding.arguments = vec![("found", Argument::Plain(begins))];
        findings.push(finding);
    }
}
