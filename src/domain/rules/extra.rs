//! Nothing may stand in a report that its form does not have.

use super::{FORMAT_2021, Fact, Findings, Judging, Rule};
use crate::domain::report::Shape;

pub static RULE: Rule = Rule::error("section.extra", FORMAT_2021, check);

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for fault in judged.faults.iter().filter(|fault| fault.cell.is_none()) {
        let in_table = fault.pointer.contains("/table/");
        let extra = match fault.shape {
            Shape::Unknown | Shape::Misplaced => true,
            Shape::WrongType => !in_table,
            Shape::OfAnotherForm
            | Shape::Number(_)
            | Shape::OtherUnit
            | Shape::NoTable
            | Shape::Text(_)
            | Shape::SecondReport
            | Shape::Heading(_) => false,
        };
        if extra {
            let place = fault.pointer.trim_start_matches("/sections/").replace('/', ".");
            let mut finding = RULE.finding(&place, fault.pointer.clone());
            finding.actual = Some(Fact::Found(fault.found.clone()));
            findings.push(finding.with("place", place));
        }
    }
}
