//! 上年结转 of this year is 结转下年度 of last year, in each of the seven columns.

use super::{Explainable, Fact, Findings, Judging, Needs, Rule, Severity};

pub static RULE: Rule = Rule::error(
    "requests.carried_over_from_last_year",
    "国办公开办函〔2021〕30号 附件表三“二、上年结转政府信息公开申请数量”与上一年度“四、结转下年度继续办理”",
    check,
)
.explainable(Explainable::ByEditor)
.needing(Needs::Continuation);

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let Some(previous) = judged.previous.known() else { return };
    let form = judged.content.form();
    for continuation in form.continuations.iter().filter(|one| one.rule == RULE.id) {
        let (section, row, column) = &continuation.last;
        let carried_forward = previous.value(section, row, column);
        let (Some(cell), Some(expected), Some(actual)) = (
            form.cells.get(continuation.cell),
            carried_forward,
            judged.content.figures.get(continuation.cell),
        ) else {
            continue;
        };
        if expected == actual {
            continue;
        }
        let mut finding = RULE.finding(&cell.column_key, cell.pointer());
        if previous.merged {
            // What was taken over from predecessors is often settled before it is counted.
            finding.severity = Severity::Warning;
        }
        finding.expected = Some(Fact::Number(expected, cell.precision));
        finding.actual = Some(Fact::Number(actual, cell.precision));
        findings.push(
            finding
                .with("place", &cell.column_label)
                .with("year", previous.year)
                .with("expected", cell.precision.format(expected))
                .with("actual", cell.precision.format(actual)),
        );
    }
}
