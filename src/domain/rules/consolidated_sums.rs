//! A consolidated cell is the sum of the own reports it holds.

use super::finding::Argument;
use super::{Explainable, Fact, Findings, Judging, Needs, Rule, Severity};

pub static RULE: Rule = Rule {
    id: "consolidated.sums",
    severity: Severity::Warning,
    explainable: Explainable::ByEditor,
    basis: "政府年度报告汇总本级及所属部门、下级政府的数据",
    needs: Needs::Nothing,
    check,
};

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
        let mut finding = RULE.finding(&cell.indicator(), cell.pointer());
        finding.expected = Some(Fact::Number(expected, cell.precision));
        finding.actual = Some(Fact::Number(actual, cell.precision));
        finding.arguments = vec![
            ("place", Argument::Plain(format!("{} × {}", cell.row_label, cell.column_label))),
            ("expected", Argument::Plain(cell.precision.format(expected))),
            ("actual", Argument::Plain(cell.precision.format(actual))),
            ("reports", Argument::Plain(below.sum.reports.to_string())),
            ("missing", Argument::Plain(below.missing.to_string())),
        ];
        findings.push(finding);
    }
}
