//! The sum of many vectors: each cell's total, and how many of the reports filled it in.

use crate::domain::figures::Figures;
use crate::domain::form::Form;
use serde_json::Value;

/// A sum of reports of one form.
#[derive(Debug, Clone, PartialEq)]
pub struct Sum {
    form: &'static Form,
    /// How many reports were added.
    pub reports: i64,
    cells: Vec<i64>,
    present: Vec<i64>,
}

/// A sum that cannot be: of two forms, beyond what a cell holds, or stored with another length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sum is of another form, too large, or not as it was stored")]
pub struct SumFault;

impl Sum {
    /// The sum of no report.
    pub fn empty(form: &'static Form) -> Sum {
        let width = form.cells.len();
        Sum { form, reports: 0, cells: vec![0; width], present: vec![0; width] }
    }

    /// A sum as it was stored.
    pub fn of_stored(
        form: &'static Form,
        reports: i64,
        cells: Vec<i64>,
        present: Vec<i64>,
    ) -> Result<Sum, SumFault> {
        let width = form.cells.len();
        let fits = cells.len() == width && present.len() == width;
        if fits { Ok(Sum { form, reports, cells, present }) } else { Err(SumFault) }
    }

    /// The form of the reports.
    pub fn form(&self) -> &'static Form {
        self.form
    }

    /// Each cell's total, in the order of the form's cells.
    pub fn cells(&self) -> &[i64] {
        &self.cells
    }

    /// How many reports have the cell filled in.
    pub fn present(&self) -> &[i64] {
        &self.present
    }

    /// Adds a report (`sign` 1) or takes it away again (`sign` −1).
    pub fn count(&mut self, figures: &Figures, sign: i64) -> Result<(), SumFault> {
        if *figures.form() != *self.form {
            return Err(SumFault);
        }
        self.reports += sign;
        for (at, (cell, present)) in self.cells.iter_mut().zip(&mut self.present).enumerate() {
            if let Some(value) = figures.get(at) {
                *cell = cell.checked_add(sign * value).ok_or(SumFault)?;
                *present += sign;
            }
        }
        Ok(())
    }

    /// Adds another sum, or takes it away.
    pub fn merge(&mut self, other: &Sum, sign: i64) -> Result<(), SumFault> {
        if *other.form != *self.form {
            return Err(SumFault);
        }
        self.reports += sign * other.reports;
        for (cell, value) in self.cells.iter_mut().zip(&other.cells) {
            *cell = sign.checked_mul(*value).and_then(|value| cell.checked_add(value)).ok_or(SumFault)?;
        }
        for (present, count) in self.present.iter_mut().zip(&other.present) {
            *present += sign * count;
        }
        Ok(())
    }

    /// A cell's total; `None` where no report has it.
    pub fn get(&self, cell: usize) -> Option<i64> {
        let present = self.present.get(cell).is_some_and(|count| *count > 0);
        self.cells.get(cell).copied().filter(|_| present)
    }

    /// How many reports filled a cell in.
    pub fn present_at(&self, cell: usize) -> i64 {
        self.present.get(cell).copied().unwrap_or(0)
    }

    /// Sets a cell that was computed from others.
    pub(super) fn set(&mut self, cell: usize, value: i64, present: i64) {
        if let (Some(place), Some(count)) = (self.cells.get_mut(cell), self.present.get_mut(cell)) {
            (*place, *count) = (value, present);
        }
    }

    /// A cell as JSON: exact, or null.
    pub fn json(&self, cell: usize) -> Value {
        match (self.get(cell), self.form.cells.get(cell)) {
            (Some(value), Some(described)) => described.precision.json(value),
            _ => Value::Null,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::form::for_year;
    use proptest::prelude::*;

    fn figures() -> impl Strategy<Value = Figures> {
        let form = for_year(2023);
        proptest::collection::vec(proptest::option::of(0_i64..1_000_000), form.cells.len()).prop_map(
            move |cells| {
                let mut figures = Figures::empty(form);
                cells.into_iter().enumerate().for_each(|(at, value)| figures.set(at, value));
                figures
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_was_added_is_taken_away_without_a_trace(reports in proptest::collection::vec(figures(), 0..6)) {
            let nothing = Sum::empty(for_year(2023));
            let mut sum = nothing.clone();
            for report in &reports {
                sum.count(report, 1).unwrap();
            }
            prop_assert_eq!(sum.reports, reports.len() as i64);
            for report in reports.iter().rev() {
                sum.count(report, -1).unwrap();
            }
            prop_assert_eq!(sum, nothing);
        }

        #[test]
        fn a_sum_of_parts_is_the_sum_of_all(left in proptest::collection::vec(figures(), 0..4), right in proptest::collection::vec(figures(), 0..4)) {
            let sum = |reports: &[Figures]| {
                let mut sum = Sum::empty(for_year(2023));
                reports.iter().for_each(|report| sum.count(report, 1).unwrap());
                sum
            };
            let mut whole = sum(&left);
            whole.merge(&sum(&right), 1).unwrap();
            prop_assert_eq!(whole, sum(&[left, right].concat()));
        }
    }
}
