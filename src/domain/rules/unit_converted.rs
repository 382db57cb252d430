//! A cell of a file was written in another unit than the form's, and was converted.

use super::finding::Argument;
use super::{Explainable, FORMAT_2021, Fact, Findings, Judging, Needs, Rule, Severity};
use crate::domain::report::Shape;

pub static RULE: Rule = Rule {
    id: "cell.unit_converted",
    severity: Severity::Info,
    explainable: Explainable::No,
    basis: FORMAT_2021,
    needs: Needs::Nothing,
    check,
};

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for fault in judged.faults.iter().filter(|fault| fault.shape == Shape::OtherUnit) {
        let Some(cell) = fault.cell.and_then(|cell| judged.content.form().cells.get(cell)) else { continue };
        let mut finding = RULE.finding(&cell.indicator(), fault.pointer.clone());
        let stood = fault.found.as_str().unwrap_or_default();
        let value = judged.content.figures.json(cell.index).to_string();
        finding.actual = Some(Fact::Found(fault.found.clone()));
        finding.arguments = vec![
            ("cell", Argument::Plain(format!("{} × {}", cell.row_label, cell.column_label))),
            ("found", Argument::Plain(stood.chars().take(40).collect())),
            ("value", Argument::Plain(value)),
            ("unit", Argument::Plain(cell.unit.clone())),
        ];
        findings.push(finding);
    }
}
