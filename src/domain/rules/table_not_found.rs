//! A section of a file has its heading and no table that could be read: often it is a picture.

use super::{FORMAT_2021, Findings, Judging, Rule};
use crate::domain::report::Shape;

pub static RULE: Rule = Rule::warning("section.table_not_found", FORMAT_2021, check);

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for fault in judged.faults.iter().filter(|fault| fault.shape == Shape::NoTable) {
        let sections = &judged.content.form().sections;
        let key = fault.pointer.trim_start_matches("/sections/").trim_end_matches("/table");
        let Some(section) = sections.iter().find(|section| section.key == key) else { continue };
        let finding = RULE.finding(key, fault.pointer.clone());
        let title = format!("{}、{}", section.numeral(), section.title);
        findings.push(finding.with("section", title));
    }
}
