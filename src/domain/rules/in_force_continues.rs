//! 现行有效件数 of this year is that of last year, plus what was issued, less what was repealed.

use super::{Explainable, Fact, Findings, Judging, Needs, Rule};

pub static RULE: Rule = Rule::warning(
    "proactive.in_force_continues",
    "国办公开办函〔2021〕30号 附件表二（现行有效件数逐年相承；清理、失效应作说明）",
    check,
)
.explainable(Explainable::MustByEditor)
.needing(Needs::Continuation);

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let Some(previous) = judged.previous.known() else { return };
    let form = judged.content.form();
    let sum = |cells: &[usize]| {
        cells.iter().try_fold(0_i64, |sum, cell| judged.content.figures.get(*cell)?.checked_add(sum))
    };
    for continuation in form.continuations.iter().filter(|one| one.rule == RULE.id) {
        let (section, row, column) = &continuation.last;
        let (Some(cell), Some(issued), Some(repealed), Some(before), Some(actual)) = (
            form.cells.get(continuation.cell),
            sum(&continuation.plus),
            sum(&continuation.minus),
            previous.value(section, row, column),
            judged.content.figures.get(continuation.cell),
        ) else {
            continue;
        };
        let expected = before.saturating_add(issued).saturating_sub(repealed);
        if expected == actual {
            continue;
        }
        let mut finding = RULE
            .finding(&cell.row_key, cell.pointer())
            .comparing(Fact::Number(expected, cell.precision), Fact::Number(actual, cell.precision));
        let beside = continuation.plus.iter().chain(&continuation.minus);
        finding.related = beside.filter_map(|at| form.cells.get(*at)).map(|cell| cell.pointer()).collect();
        findings.push(
            finding
                .with("place", &cell.row_label)
                .with("year", previous.year)
                .with("before", before)
                .with("issued", issued)
                .with("repealed", repealed)
                .with("expected", expected)
                .with("actual", actual),
        );
    }
}
