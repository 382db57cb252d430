//! A consolidated cell is the sum of the own reports it holds.

use super::{Explainable, Fact, Findings, Judging, Rule};

pub static RULE: Rule =
    Rule::warning("consolidated.sums", "政府年度报告汇总本级及所属部门、下级政府的数据", check)
        .explainable(Explainable::ByEditor);

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let Some(below) = judged.subordinates else { return };
    for cell in &judged.content.form().cells {
        let (Some(expected), Some(actual)) =
            (below.sum.get(cell.index), judged.content.figures.get(cell.index))
        else {
            continue;
        };
        if expected == actual {
            continue;
        }
        findings.push(
            RULE.finding(&cell.indicator(), cell.pointer())
                .comparing(Fact::Number(expected, cell.precision), Fact::Number(actual, cell.precision))
                .with("place", cell.name())
                .with("expected", cell.precision.format(expected))
                .with("actual", cell.precision.format(actual))
                .with("reports", below.sum.reports)
                .with("missing", below.missing),
        );
    }
}
