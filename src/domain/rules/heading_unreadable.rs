//! A title, a signature, a day, an address or a text of a document that cannot be taken.

use super::finding::Argument;
use super::{FORMAT_2021, Fact, Findings, Judging, Rule};
use crate::domain::report::Shape;

pub static RULE: Rule = Rule::error("heading.unreadable", FORMAT_2021, check);

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for fault in judged.faults {
        let (Shape::Heading(reason) | Shape::Text(reason)) = fault.shape else { continue };
        let member = fault.pointer.trim_start_matches('/');
        let mut finding = RULE.finding(member, fault.pointer.clone());
        finding.actual = Some(Fact::Found(fault.found.clone()));
        finding.arguments =
            vec![("member", Argument::Plain(member.to_owned())), ("reason", Argument::Fault(reason))];
        findings.push(finding);
    }
}
