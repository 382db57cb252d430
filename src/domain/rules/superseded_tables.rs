//! From report year 2021 the tables of the 2019 trial form may no longer be used.

use super::finding::Argument;
use super::{Explainable, FORMAT_2021, Findings, Judging, Needs, Rule, Severity};
use crate::domain::form;
use crate::domain::report::Shape;

pub static RULE: Rule = Rule {
    id: "format.superseded_tables",
    severity: Severity::Error,
    explainable: Explainable::No,
    basis: FORMAT_2021,
    needs: Needs::Nothing,
    check,
};

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let used = judged.content.form();
    let prescribed = form::for_year(judged.year);
    let superseded = used.from < prescribed.from;
    let mut told: Vec<&str> = Vec::new();
    let from_faults = judged
        .faults
        .iter()
        .filter(|fault| fault.shape == Shape::OfAnotherForm)
        .filter_map(|fault| fault.pointer.split('/').nth(2));
    let whole = superseded.then_some("proactive_disclosure");
    for section in from_faults.chain(whole) {
        if !told.contains(&section) {
            told.push(section);
            let mut finding = RULE.finding(section, format!("/sections/{section}/table"));
            finding.arguments = vec![
                ("year", Argument::Plain(judged.year.to_string())),
                ("document", Argument::Plain(prescribed.document.clone())),
            ];
            findings.push(finding);
        }
    }
}
