//! A figure far from last year's: it may be right, and whoever reads it will ask.

use super::{Explainable, Fact, Findings, Judging, Rule};

pub static RULE: Rule = Rule::info("cell.outlier", "与本机关上一年度报告相比变化悬殊，应当核对并说明", check)
    .explainable(Explainable::ByEditor);

/// Columns in which a jump is asked about: the totals, and what stands alone.
const COLUMNS: [&str; 6] = ["total", "decisions", "amount", "issued", "repealed", "in_force"];
/// A jump is ten times as much or as little, in units that matter.
const TIMES: i64 = 10;
const LEAST: i64 = 100;

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let Some(previous) = judged.previous.known().filter(|previous| !previous.merged) else { return };
    let cells = judged.content.form().cells.iter();
    for cell in cells.filter(|cell| COLUMNS.contains(&cell.column_key.as_str())) {
        let before = previous.value(&cell.section_key, &cell.row_key, &cell.column_key);
        let (Some(before), Some(now)) = (before, judged.content.figures.get(cell.index)) else { continue };
        let least = LEAST.saturating_mul(cell.precision.one());
        let vanished = now == 0 && before >= least;
        let jumped = now >= before.saturating_mul(TIMES) && now - before >= least && before > 0;
        let fell = now > 0 && before >= now.saturating_mul(TIMES) && before - now >= least;
        let appeared = before == 0 && now >= least.saturating_mul(TIMES);
        if !(vanished || jumped || fell || appeared) {
            continue;
        }
        findings.push(
            RULE.finding(&cell.indicator(), cell.pointer())
                .comparing(Fact::Number(before, cell.precision), Fact::Number(now, cell.precision))
                .with("place", cell.name())
                .with("year", previous.year)
                .with("before", cell.precision.format(before))
                .with("now", cell.precision.format(now)),
        );
    }
}
