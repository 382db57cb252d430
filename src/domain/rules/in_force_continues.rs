//! 现行有效件数 of this year is that of last year, plus what was issued, less what was repealed.

use super::finding::Argument;
use super::{Explainable, Fact, Findings, Judging, Needs, Rule, Severity};

pub static RULE: Rule = Rule {
    id: "proactive.in_force_continues",
    severity: Severity::Warning,
    explainable: Explainable::MustByEditor,
    basis: "国办公开办函〔2021〕30号 附件表二（现行有效件数逐年相承；清理、失效应作说明）",
    needs: Needs::Continuation,
    check,
};

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
        let mut finding = RULE.finding(&cell.row_key, cell.pointer());
        finding.expected = Some(Fact::Number(expected, cell.precision));
        finding.actual = Some(Fact::Number(actual, cell.precision));
        let beside = continuation.plus.iter().chain(&continuation.minus);
        finding.related = beside.filter_map(|at| form.cells.get(*at)).map(|cell| cell.pointer()).collect();
        finding.arguments = vec![
            ("place", Argument::Plain(cell.row_label.clone())),
            ("year", Argument::Plain(previous.year.to_string())),
            ("before", Argument::Plain(before.to_string())),
            ("issued", Argument::Plain(issued.to_string())),
            ("repealed", Argument::Plain(repealed.to_string())),
            ("expected", Argument::Plain(expected.to_string())),
            ("actual", Argument::Plain(actual.to_string())),
        ];
        findings.push(finding);
    }
}
