//! A section of a file has its heading and no table that could be read: often it is a picture.

use super::finding::Argument;
use super::{Explainable, FORMAT_2021, Findings, Judging, Needs, Rule, Severity};
use crate::domain::report::Shape;

pub static RULE: Rule = Rule {
    id: "section.table_not_found",
    severity: Severity::Warning,
    explainable: Explainable::No,
    basis: FORMAT_2021,
    needs: Needs::Nothing,
    check,
};

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for fault in judged.faults.iter().filter(|fault| fault.shape == Shape::NoTable) {
        let sections = &judged.content.form().sections;
        let key = fault.pointer.trim_start_matches("/sections/").trim_end_matches("/table");
        let Some(section) = sections.iter().find(|section| section.key == key) else { continue };
        let mut finding = RULE.finding(key, fault.pointer.clone());
        let title = format!("{}、{}", section.numeral(), section.title);
        finding.arguments = vec![("section", Argument::Plain(title))];
        findings.push(finding);
    }
}
