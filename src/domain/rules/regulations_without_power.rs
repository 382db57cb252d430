//! Townships and departments below city level hold no 规章.

use super::finding::Argument;
use super::{Explainable, Fact, Findings, Judging, Needs, Rule, Severity};

pub static RULE: Rule = Rule {
    id: "proactive.regulations_by_body_without_power",
    severity: Severity::Warning,
    explainable: Explainable::ByEditor,
    basis: "《中华人民共和国立法法》第九十一条、第九十三条",
    needs: Needs::Nothing,
    check,
};

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let Some(agency) = judged.agency else { return };
    if agency.kind.may_hold_regulations(agency.level) {
        return;
    }
    let form = judged.content.form();
    for cell in form.cells.iter().filter(|cell| cell.row_key == "regulations") {
        if let Some(count) = judged.content.figures.get(cell.index).filter(|count| *count > 0) {
            let mut finding = RULE.finding(&cell.indicator(), cell.pointer());
            finding.expected = Some(Fact::Number(0, cell.precision));
            finding.actual = Some(Fact::Number(count, cell.precision));
            finding.arguments = vec![("count", Argument::Plain(cell.precision.format(count)))];
            findings.push(finding);
        }
    }
}
