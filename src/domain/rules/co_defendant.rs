//! A suit with the 复议机关 as co-defendant, summed into a consolidated report, may be counted twice.

use super::{Explainable, Fact, Findings, Judging, Needs, Rule};
use crate::domain::report::Scope;

pub static RULE: Rule = Rule::info(
    "consolidated.co_defendant",
    "国办公开办函〔2016〕201号《关于政府信息公开年度报告有关项目填报问题的解释》",
    check,
)
.explainable(Explainable::ByEditor)
.needing(Needs::Cell("disputes.litigation_after_reconsideration.total"));

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let (Some(Scope::Consolidated), Some(below)) = (judged.scope, judged.subordinates) else { return };
    let form = judged.content.form();
    let Some(at) = form.find("disputes", "litigation_after_reconsideration", "total") else { return };
    let (sum, own) = (below.sum.get(at), judged.content.figures.get(at));
    let (Some(cell), Some(count)) = (form.cells.get(at), sum.filter(|sum| *sum > 1 && own == Some(*sum)))
    else {
        return;
    };
    let mut finding = RULE.finding(&cell.indicator(), cell.pointer());
    finding.actual = Some(Fact::Number(count, cell.precision));
    findings.push(finding.with("count", cell.precision.format(count)));
}
