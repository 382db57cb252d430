//! What the four identity rules share: find the broken equations and the likeliest wrong cell in each.

use super::{Fact, Finding, Findings, Judging, Rule};
use crate::domain::figures::{Figures, Residual};
use crate::domain::form::{Cell, Form, Identity};

/// Adds one finding for each broken identity of a rule.
pub fn check(rule: &Rule, judged: &Judging<'_>, findings: &mut Findings) {
    let figures = &judged.content.figures;
    let form = figures.form();
    for identity in form.identities.iter().filter(|identity| identity.rule == rule.id) {
        if let Some(residual) = figures.residual(identity) {
            findings.push(tell(rule, figures, identity, residual));
        }
    }
}

fn tell(rule: &Rule, figures: &Figures, identity: &Identity, residual: Residual) -> Finding {
    let form = figures.form();
    let suspect = likeliest(figures, identity, residual);
    let pointer_of = |cell: usize| form.cells.get(cell).map(|cell| cell.pointer()).unwrap_or_default();
    let precision =
        form.cells.get(suspect).map_or(crate::domain::number::Precision::Count, |cell| cell.precision);
    let sum_of = |value: i64| precision.format(value);
    let mut finding = rule.finding(&identity.place, pointer_of(suspect));
    finding.expected = Some(Fact::Number(residual.left, precision));
    finding.actual = Some(Fact::Number(residual.right, precision));
    finding.related = identity.cells().filter(|cell| *cell != suspect).map(pointer_of).collect();
    finding
        .with("place", &identity.place_label)
        .with("left", sum_of(residual.left))
        .with("right", sum_of(residual.right))
        .with("difference", sum_of((residual.left - residual.right).abs()))
        .with("suspect", name_of(form, suspect))
}

/// 行“…”列“…”.
fn name_of(form: &Form, cell: usize) -> String {
    form.cells.get(cell).map(Cell::name).unwrap_or_default()
}

/// The cell whose single change would mend this identity and harm the others least.
///
/// Each candidate is scored by the other identities it stands in: one that the same change mends
/// counts for it, one that it would break counts against it. Where nothing tells, the total is named.
fn likeliest(figures: &Figures, identity: &Identity, residual: Residual) -> usize {
    let form = figures.form();
    let gap = residual.left - residual.right;
    let mut best: Option<(i64, usize)> = None;
    for cell in identity.cells() {
        let change = -gap * identity.sign(cell).unwrap_or(0);
        let mended = figures.get(cell).and_then(|value| value.checked_add(change));
        let allowed = mended.is_some_and(|value| value >= 0);
        let others: i64 = form
            .identities_of(cell)
            .iter()
            .filter_map(|number| form.identities.get(*number))
            .filter(|other| !std::ptr::eq(*other, identity))
            .map(|other| effect(figures, other, other.sign(cell).unwrap_or(0) * change))
            .sum();
        let score = others - if allowed { 0 } else { 100 };
        if best.is_none_or(|(most, _)| score > most) {
            best = Some((score, cell));
        }
    }
    best.map(|(_, cell)| cell).or_else(|| identity.equals.first().copied()).unwrap_or(0)
}

/// +2: the change mends this identity too; −2: it would break it; −1: it stays broken.
fn effect(figures: &Figures, identity: &Identity, change: i64) -> i64 {
    match figures.residual(identity) {
        None if identity.cells().any(|cell| figures.get(cell).is_none()) => 0,
        None => -2,
        Some(Residual { left, right }) if left - right + change == 0 => 2,
        Some(_) => -1,
    }
}
