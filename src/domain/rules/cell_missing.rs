//! A cell is not filled in. Null is not zero: what the filer meant must be asked.

use super::finding::Argument;
use super::{Explainable, FORMAT_2021, Fact, Findings, Judging, Needs, Rule, Severity};

pub static RULE: Rule = Rule {
    id: "cell.missing",
    severity: Severity::Error,
    explainable: Explainable::No,
    basis: FORMAT_2021,
    needs: Needs::Nothing,
    check,
};

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for cell in &judged.content.form().cells {
        let there = judged.content.sections.get(cell.section).is_some_and(|section| section.present);
        let faulty = judged.faults.iter().any(|fault| fault.cell == Some(cell.index));
        if !there || faulty || judged.content.figures.get(cell.index).is_some() {
            continue;
        }
        let mut finding = RULE.finding(&cell.indicator(), cell.pointer());
        finding.actual = judged
            .blanks
            .iter()
            .find(|(blank, _)| *blank == cell.index)
            .map(|(_, stood)| Fact::Text(stood.clone()));
        finding.arguments =
            vec![("cell", Argument::Plain(format!("{} × {}", cell.row_label, cell.column_label)))];
        findings.push(finding);
    }
}
