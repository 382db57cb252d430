//! From report year 2021 the tables of the 2019 trial form may no longer be used.

use super::{FORMAT_2021, Findings, Judging, Rule};
use crate::domain::form;
use crate::domain::report::Shape;

pub static RULE: Rule = Rule::error("format.superseded_tables", FORMAT_2021, check);

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
            findings.push(
                RULE.finding(section, format!("/sections/{section}/table"))
                    .with("year", judged.year)
                    .with("document", &prescribed.document),
            );
        }
    }
}
