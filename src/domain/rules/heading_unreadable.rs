//! A title, a signature, a day or an address at the head of a document that cannot be read.

use super::finding::Argument;
use super::{Explainable, FORMAT_2021, Fact, Finding, Judged, Rule, Severity};
use crate::domain::report::Shape;

pub static RULE: Rule = Rule {
    id: "heading.unreadable",
    severity: Severity::Error,
    explainable: Explainable::No,
    basis: FORMAT_2021,
    forms: &[],
    check,
};

fn check(judged: &Judged<'_>, findings: &mut Vec<Finding>) {
    for fault in judged.faults {
        let Shape::Heading(reason) = fault.shape else { continue };
        let member = fault.pointer.trim_start_matches('/');
        let mut finding = RULE.finding(member, fault.pointer.clone());
        finding.actual = Some(Fact::Found(fault.found.clone()));
        finding.arguments =
            vec![("member", Argument::Plain(member.to_owned())), ("reason", Argument::Fault(reason))];
        findings.push(finding);
    }
}
