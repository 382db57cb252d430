//! Townships and departments below city level hold no 规章.

use super::{Explainable, Fact, Findings, Judging, Rule};

pub static RULE: Rule = Rule::warning(
    "proactive.regulations_by_body_without_power",
    "《中华人民共和国立法法》第九十一条、第九十三条",
    check,
)
.explainable(Explainable::ByEditor);

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let Some(agency) = judged.agency else { return };
    if agency.kind.may_hold_regulations(agency.level) {
        return;
    }
    let form = judged.content.form();
    for cell in form.cells.iter().filter(|cell| cell.row_key == "regulations") {
        if let Some(count) = judged.content.figures.get(cell.index).filter(|count| *count > 0) {
            findings.push(
                RULE.finding(&cell.indicator(), cell.pointer())
                    .comparing(Fact::Number(0, cell.precision), Fact::Number(count, cell.precision))
                    .with("count", cell.precision.format(count)),
            );
        }
    }
}
