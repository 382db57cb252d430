//! A cell is not filled in. Null is not zero: what the filer meant must be asked.

use super::{FORMAT_2021, Fact, Findings, Judging, Rule};

pub static RULE: Rule = Rule::error("cell.missing", FORMAT_2021, check);

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
        findings.push(finding.with("cell", cell.name()));
    }
}
