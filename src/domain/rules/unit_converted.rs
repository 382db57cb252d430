//! A cell of a file was written in another unit than the form's, and was converted.

use super::{FORMAT_2021, Fact, Findings, Judging, Rule};
use crate::domain::report::Shape;

pub static RULE: Rule = Rule::info("cell.unit_converted", FORMAT_2021, check);

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for fault in judged.faults.iter().filter(|fault| fault.shape == Shape::OtherUnit) {
        let Some(cell) = fault.cell.and_then(|cell| judged.content.form().cells.get(cell)) else { continue };
        let mut finding = RULE.finding(&cell.indicator(), fault.pointer.clone());
        let stood = fault.found.as_str().unwrap_or_default();
        let value = judged.content.figures.json(cell.index).to_string();
        finding.actual = Some(Fact::Found(fault.found.clone()));
        findings.push(
            finding
                .with("cell", cell.name())
                .with("found", stood.chars().take(40).collect::<String>())
                .with("value", value)
                .with("unit", &cell.unit),
        );
    }
}
