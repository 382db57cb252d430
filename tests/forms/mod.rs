//! The forms as data, and the algebra of their figures.

use nianbao::inside::domain::figures::{Figures, FiguresFault};
use nianbao::inside::domain::form::{self, Form};
use nianbao::inside::domain::number::MAX_COUNT;
use proptest::prelude::*;
use std::collections::HashSet;

/// Stored vectors are read by this order: it may never change, only new forms may come.
#[test]
fn the_order_of_each_forms_cells_is_frozen() {
    for (id, golden) in [("2019", include_str!("cells-2019.txt")), ("2021", include_str!("cells-2021.txt"))] {
        let form = form::by_id(id).expect("the form");
        let cells: Vec<String> = form.cells.iter().map(|cell| cell.pointer()).collect();
        assert_eq!(cells, golden.lines().collect::<Vec<_>>(), "form {id}");
    }
}

#[test]
fn the_2021_form_has_two_hundred_cells_in_three_tables() {
    let form = form::by_id("2021").expect("the form");
    let count = |key: &str| form.cells.iter().filter(|cell| cell.section_key == key).count();
    assert_eq!((count("proactive_disclosure"), count("requests"), count("disputes")), (10, 175, 15));
    assert_eq!(form.cells.len(), 200);
    let names: HashSet<String> = form.cells.iter().map(|cell| cell.indicator()).collect();
    assert_eq!(names.len(), 200, "no two cells share a name");
}

#[test]
fn every_identity_names_cells_on_both_sides() {
    for form in form::all() {
        let printed: usize = form.source.identities.len();
        assert!(printed > 0 && form.identities.len() > printed);
        for identity in &form.identities {
            assert!(
                !identity.sum.is_empty() && !identity.equals.is_empty(),
                "{}: {}",
                form.id,
                identity.rule
            );
            assert!(identity.cells().all(|cell| cell < form.cells.len()));
        }
        for source in &form.source.identities {
            for key in source.sum.iter().chain(&source.equals) {
                let stated = form.identities.iter().find(|identity| identity.rule == source.rule);
                let cells = stated.map_or(0, |identity| identity.sum.len() + identity.equals.len());
                assert_eq!(
                    cells,
                    source.sum.len() + source.equals.len(),
                    "{}: {key} names no cell",
                    source.rule
                );
            }
        }
    }
}

fn current() -> &'static Form {
    form::by_id("2021").expect("the form")
}

fn cell(name: &str) -> usize {
    current().by_indicator(name).unwrap_or_else(|| panic!("no cell {name}"))
}

/// Makes figures full and right out of what was drawn: totals follow from their parts, and what was
/// received from what became of it.
fn complete(drawn: &[i64]) -> Figures {
    let form = current();
    let mut figures = Figures::empty(form);
    for (index, value) in drawn.iter().enumerate() {
        figures.set(index, Some(*value));
    }
    let rows: Vec<&str> = form
        .section("requests")
        .and_then(|section| section.table.as_ref())
        .map(|table| table.rows.iter().map(|row| row.key.as_str()).collect())
        .unwrap_or_default();
    let columns: Vec<String> = form
        .cells
        .iter()
        .filter(|cell| cell.section_key == "requests" && cell.row_key == rows[0])
        .map(|cell| cell.column_key.clone())
        .collect();
    let at = |row: &str, column: &str| cell(&format!("requests.{row}.{column}"));
    let leaves = rows
        .iter()
        .filter(|row| !["new_requests", "carried_over", "results_total", "carried_forward"].contains(*row));
    let leaves: Vec<&&str> = leaves.collect();
    for column in columns.iter().filter(|column| *column != "total") {
        let results: i64 = leaves.iter().map(|row| figures.get(at(row, column)).unwrap_or(0)).sum();
        figures.set(at("results_total", column), Some(results));
        let forward = figures.get(at("carried_forward", column)).unwrap_or(0);
        let over = figures.get(at("carried_over", column)).unwrap_or(0).min(results + forward);
        figures.set(at("carried_over", column), Some(over));
        figures.set(at("new_requests", column), Some(results + forward - over));
    }
    for row in &rows {
        let total = columns
            .iter()
            .filter(|column| *column != "total")
            .map(|column| figures.get(at(row, column)).unwrap_or(0))
            .sum();
        figures.set(at(row, "total"), Some(total));
    }
    for group in ["reconsideration", "litigation_direct", "litigation_after_reconsideration"] {
        let outcome = |name: &str| cell(&format!("disputes.{group}.{name}"));
        let total = ["upheld", "corrected", "other", "pending"]
            .iter()
            .map(|name| figures.get(outcome(name)).unwrap_or(0))
            .sum();
        figures.set(outcome("total"), Some(total));
    }
    figures
}

fn holds(figures: &Figures) -> bool {
    figures.form().identities.iter().all(|identity| figures.residual(identity).is_none())
}

fn full() -> impl Strategy<Value = Figures> {
    prop::collection::vec(0i64..100_000, 200).prop_map(|drawn| complete(&drawn))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_sum_of_valid_full_reports_is_valid(reports in prop::collection::vec(full(), 1..6)) {
        prop_assert!(reports.iter().all(holds));
        let sum = reports.iter().skip(1).try_fold(reports[0].clone(), |sum, report| sum.checked_add(report));
        prop_assert!(holds(&sum.expect("a sum")));
    }

    #[test]
    fn one_changed_cell_always_breaks_an_identity_that_names_it(
        report in full(), at in 0usize..200, change in prop_oneof![-50i64..0, 1i64..50],
    ) {
        let form = current();
        prop_assume!(!form.identities_of(at).is_empty());
        let mut changed = report.clone();
        changed.set(at, report.get(at).map(|value| value + change));
        let broken = form.identities_of(at).iter().any(|number| changed.residual(&form.identities[*number]).is_some());
        prop_assert!(broken, "{}", form.cells[at].pointer());
    }

    #[test]
    fn what_is_added_can_be_taken_away_again(left in full(), right in full()) {
        let sum = left.checked_add(&right).expect("a sum");
        prop_assert_eq!(sum.checked_subtract(&right).expect("a difference"), left);
        prop_assert_eq!(right.checked_add(&sum.checked_subtract(&right).expect("a difference")).expect("a sum"), sum);
    }

    #[test]
    fn the_stored_shape_is_read_back_as_it_was(values in prop::collection::vec(prop::option::of(0..=MAX_COUNT), 200)) {
        let mut figures = Figures::empty(current());
        values.iter().enumerate().for_each(|(at, value)| figures.set(at, *value));
        prop_assert_eq!(Figures::from_flat("2021", &figures.to_flat()), Ok(figures));
    }
}

#[test]
fn null_is_not_zero_and_an_overflow_is_an_error() {
    let mut left = Figures::empty(current());
    let right = Figures::empty(current());
    assert_eq!(left.checked_add(&right).map(|sum| sum.get(0)), Ok(None));
    left.set(0, Some(0));
    assert_eq!(left.checked_add(&right).map(|sum| sum.get(0)), Ok(Some(0)));
    assert_ne!(left, right);
    let mut most = Figures::empty(current());
    most.set(0, Some(i64::MAX));
    left.set(0, Some(1));
    assert_eq!(most.checked_add(&left), Err(FiguresFault::Overflow));
    let other = Figures::empty(form::by_id("2019").expect("the form"));
    assert_eq!(left.checked_add(&other), Err(FiguresFault::DifferentForms));
    for wrong in ["[]", "[1", "{}", "[1.5]"] {
        assert_eq!(Figures::from_flat("2021", wrong), Err(FiguresFault::Malformed));
    }
}
