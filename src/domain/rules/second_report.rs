//! A file holds one report: what stands behind it belongs to another agency or another year.

use super::{FORMAT_2021, Fact, Findings, Judging, Rule};
use crate::domain::report::Shape;

pub static RULE: Rule = Rule::error("document.second_report", FORMAT_2021, check);

/// Longest quotation of what the other report begins with, in characters.
const LONGEST: usize = 60;

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for fault in judged.faults.iter().filter(|fault| fault.shape == Shape::SecondReport) {
        let begins: String = fault.found.as_str().unwrap_or_default().chars().take(LONGEST).collect();
        let mut finding = RULE.finding("report", fault.pointer.clone());
        finding.actual = Some(Fact::Found(fault.found.clone()));
        findings.push(finding.with("found", begins));
    }
}
