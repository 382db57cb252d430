//! Plausible figures that satisfy every identity, and follow from the year before.

use crate::domain::agency::{Kind, Level};
use crate::domain::figures::Figures;
use crate::domain::form::Form;
use fastrand::Rng;
use std::collections::BTreeMap;

/// The columns of the applicants, before their total.
const APPLICANTS: usize = 6;

/// What an agency carries from one year into the next.
#[derive(Debug, Clone, Copy, Default)]
pub struct Carried {
    requests: [i64; APPLICANTS],
    regulations: i64,
    normative: i64,
}

/// About how much comes to an agency in a year, beside a county's department.
fn weight(level: Level, kind: Kind) -> i64 {
    let level = match level {
        Level::National | Level::Provincial => 12,
        Level::Municipal => 4,
        Level::County => 1,
        Level::Township => 0,
    };
    if kind == Kind::GeneralOffice { level * 3 } else { level }
}

/// Mostly little, sometimes much.
fn some(rng: &mut Rng, about: i64) -> i64 {
    if about <= 0 {
        return i64::from(rng.u8(0..20) == 0);
    }
    match rng.u8(0..10) {
        0..=3 => 0,
        4..=8 => rng.i64(0..=about * 3),
        _ => rng.i64(about * 3..=about * 12),
    }
}

/// The own report of an agency in a year, given what the year before left; leaves what it carries itself.
pub fn own(form: &'static Form, level: Level, kind: Kind, rng: &mut Rng, carried: &mut Carried) -> Figures {
    let mut figures = Figures::empty(form);
    for cell in 0..form.cells.len() {
        figures.set(cell, Some(0));
    }
    let weight = weight(level, kind);
    disclose(&mut figures, level, weight, rng, carried);
    requests(&mut figures, weight, rng, carried);
    disputes(&mut figures, weight, rng);
    figures
}

fn set(figures: &mut Figures, section: &str, row: &str, column: &str, value: i64) {
    let cell = figures.form().by_indicator(&format!("{section}.{row}.{column}"));
    if let Some(cell) = cell {
        figures.set(cell, Some(value));
    }
}

fn disclose(figures: &mut Figures, level: Level, weight: i64, rng: &mut Rng, carried: &mut Carried) {
    const SECTION: &str = "proactive_disclosure";
    // Only provinces and cities make regulations, and seldom.
    let makes = matches!(level, Level::Provincial | Level::Municipal) && rng.u8(0..30) == 0;
    for (row, kept, issued) in [
        ("regulations", &mut carried.regulations, i64::from(makes)),
        ("normative_documents", &mut carried.normative, some(rng, weight)),
    ] {
        let repealed = rng.i64(0..=*kept / 4);
        *kept += issued - repealed;
        let values = [("issued", issued), ("repealed", repealed), ("in_force", *kept)];
        let before_2021 = [("made", issued), ("disclosed", issued), ("total_disclosed", *kept)];
        for (column, value) in values.into_iter().chain(before_2021) {
            set(figures, SECTION, row, column, value);
        }
    }
    for (row, about) in [("licensing", 300), ("penalties", 40), ("coercion", 3), ("other_services", 100)] {
        let decisions = some(rng, about * weight.max(1));
        set(figures, SECTION, row, "decisions", decisions);
    }
    // In 万元, to four places; the cell holds the last place.
    set(figures, SECTION, "fees", "amount", some(rng, 1_000_000 * weight));
}

fn requests(figures: &mut Figures, weight: i64, rng: &mut Rng, carried: &mut Carried) {
    const SECTION: &str = "requests";
    let form = figures.form();
    let mut columns: Vec<&str> = Vec::new();
    let mut outcomes: Vec<&str> = Vec::new();
    for cell in form.cells.iter().filter(|cell| cell.section_key == SECTION) {
        let counted = ["new_requests", "carried_over", "results_total", "carried_forward"];
        match cell.row_key.as_str() {
            "new_requests" => columns.push(&cell.column_key),
            row if !counted.contains(&row) && outcomes.last() != Some(&row) => outcomes.push(row),
            _ => {}
        }
    }
    let mut totals: BTreeMap<&str, i64> = BTreeMap::new();
    for ((column, key), carried) in columns.iter().enumerate().zip(&mut carried.requests) {
        // People ask; now and then a company does.
        let received = if column == 0 { some(rng, 6 * weight) } else { some(rng, 0) };
        let forward = rng.i64(0..=received / 8);
        let answered = received + *carried - forward;
        let mut values = vec![
            ("new_requests", received),
            ("carried_over", *carried),
            ("results_total", answered),
            ("carried_forward", forward),
        ];
        *carried = forward;
        let mut left = answered;
        for row in outcomes.iter().filter(|row| **row != "granted") {
            let share = match *row {
                "unavailable_not_held" => left / 4,
                "partially_granted" => left / 8,
                _ => left.min(i64::from(rng.u8(0..8) == 0)),
            };
            values.push((row, share));
            left -= share;
        }
        values.push(("granted", left));
        for (row, value) in values {
            set(figures, SECTION, row, key, value);
            *totals.entry(row).or_default() += value;
        }
    }
    for (row, total) in totals {
        set(figures, SECTION, row, "total", total);
    }
}

fn disputes(figures: &mut Figures, weight: i64, rng: &mut Rng) {
    for row in ["reconsideration", "litigation_direct", "litigation_after_reconsideration"] {
        let mut total = 0;
        for column in ["upheld", "corrected", "other", "pending"] {
            let cases = some(rng, weight / 2);
            set(figures, "disputes", row, column, cases);
            total += cases;
        }
        set(figures, "disputes", row, "total", total);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::form;

    #[test]
    fn every_identity_holds_in_every_year_of_both_forms_and_what_is_carried_goes_on() {
        let mut rng = Rng::with_seed(7);
        for _ in 0..40 {
            let mut carried = Carried::default();
            let mut forward = 0;
            for year in 2019..=2025 {
                let form = form::for_year(year);
                let figures = own(form, Level::Municipal, Kind::Department, &mut rng, &mut carried);
                for identity in &form.identities {
                    assert_eq!(figures.residual(identity), None, "{} {}", identity.rule, identity.place);
                }
                let total = |row: &str| {
                    figures.get(form.by_indicator(&format!("requests.{row}.total")).unwrap()).unwrap()
                };
                assert_eq!(total("carried_over"), forward);
                forward = total("carried_forward");
                assert!(figures.values().iter().all(|value| value.is_some_and(|value| value >= 0)));
            }
        }
    }
}
