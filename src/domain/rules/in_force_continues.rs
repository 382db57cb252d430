//! 现行有效件数 of this year is that of last year, plus what was issued, less what was repealed.

use super::finding::Argument;
use super::{Explainable, Fact, Findings, Judging, Needs, Rule, Severity};

pub static RULE: Rule = Rule {
    id: "proactive.in_force_continues",
    severity: Severity::Warning,
    explainable: Explainable::MustByEditor,
    basis: "国办公开办函〔2021〕30号 附件表二（现行有效件数逐年相承；清理、失效应作说明）",
    needs: Needs::Column("in_force"),
    check,
};

const SECTION: &str = "proactive_disclosure";

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let Some(previous) = judged.previous.known() else { return };
    let form = judged.content.form();
    let cells = form.cells.iter().filter(|cell| cell.section_key == SECTION && cell.column_key == "in_force");
    for cell in cells {
        let of_this_year = |column: &str| {
            let at = form.find(SECTION, &cell.row_key, column)?;
            Some((at, judged.content.figures.get(at)?))
        };
        let (Some((issued_at, issued)), Some((repealed_at, repealed)), Some(before), Some(actual)) = (
            of_this_year("issued"),
            of_this_year("repealed"),
            previous.value(SECTION, &cell.row_key, "in_force"),
            judged.content.figures.get(cell.index),
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
        finding.related = [issued_at, repealed_at]
            .iter()
            .filter_map(|at| form.cells.get(*at))
            .map(|cell| cell.pointer())
            .collect();
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
