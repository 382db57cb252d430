//! The vector: a report's numbers in the frozen order of its form.

use crate::domain::flat::read_flat;
use crate::domain::form::{self, Form, Identity};
use serde_json::Value;

/// The figures of one report, or a sum of such. `None` is "not filled in", and is not zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    form: &'static Form,
    cells: Vec<Option<i64>>,
}

/// Both sides of a broken identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Residual {
    pub left: i64,
    pub right: i64,
}

/// Why two vectors cannot be added or a stored one not be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FiguresFault {
    /// They are of two forms.
    #[error("the two vectors are of different forms")]
    DifferentForms,
    /// A sum that no cell can hold.
    #[error("a sum exceeds what a cell can hold")]
    Overflow,
    /// Stored with another length than its form's.
    #[error("the stored vector does not fit its form")]
    Malformed,
}

impl PartialEq for Form {
    fn eq(&self, other: &Form) -> bool {
        self.id == other.id
    }
}

impl Figures {
    /// A vector in which nothing is filled in.
    pub fn empty(form: &'static Form) -> Figures {
        Figures { form, cells: vec![None; form.cells.len()] }
    }

    /// The form whose cells these are.
    pub fn form(&self) -> &'static Form {
        self.form
    }

    /// A cell's value in the unit of its section; `None`: not filled in, or no such cell.
    pub fn get(&self, cell: usize) -> Option<i64> {
        self.cells.get(cell).copied().flatten()
    }

    /// Fills a cell in, or empties it; a cell that the form does not have stays away.
    pub fn set(&mut self, cell: usize, value: Option<i64>) {
        if let Some(place) = self.cells.get_mut(cell) {
            *place = value;
        }
    }

    /// All values in the order of the form's cells.
    pub fn values(&self) -> &[Option<i64>] {
        &self.cells
    }

    /// Cell by cell sum; a cell is null only where both are.
    pub fn checked_add(&self, other: &Figures) -> Result<Figures, FiguresFault> {
        self.combine(other, i64::checked_add)
    }

    /// Cell by cell difference; a cell is null only where both are.
    pub fn checked_subtract(&self, other: &Figures) -> Result<Figures, FiguresFault> {
        self.combine(other, i64::checked_sub)
    }

    fn combine(
        &self,
        other: &Figures,
        operation: fn(i64, i64) -> Option<i64>,
    ) -> Result<Figures, FiguresFault> {
        if self.form != other.form {
            return Err(FiguresFault::DifferentForms);
        }
        let cells = self
            .cells
            .iter()
            .zip(&other.cells)
            .map(|pair| match pair {
                (None, None) => Ok(None),
                (left, right) => {
                    operation(left.unwrap_or(0), right.unwrap_or(0)).map(Some).ok_or(FiguresFault::Overflow)
                }
            })
            .collect::<Result<_, _>>()?;
        Ok(Figures { form: self.form, cells })
    }

    /// Both sides of an identity that does not hold; `None` if it holds or a cell is null.
    pub fn residual(&self, identity: &Identity) -> Option<Residual> {
        let side = |cells: &[usize]| {
            cells.iter().try_fold(0i64, |sum, cell| self.get(*cell).and_then(|value| sum.checked_add(value)))
        };
        let (left, right) = (side(&identity.sum)?, side(&identity.equals)?);
        (left != right).then_some(Residual { left, right })
    }

    /// The stored shape: a flat JSON array in form order.
    pub fn to_flat(&self) -> String {
        let mut text = String::with_capacity(self.cells.len() * 3);
        text.push('[');
        for (place, value) in self.cells.iter().enumerate() {
            if place > 0 {
                text.push(',');
            }
            match value {
                Some(value) => text.push_str(&value.to_string()),
                None => text.push_str("null"),
            }
        }
        text.push(']');
        text
    }

    /// Reads the stored shape back.
    pub fn from_flat(form_id: &str, text: &str) -> Result<Figures, FiguresFault> {
        let form = form::by_id(form_id).ok_or(FiguresFault::Malformed)?;
        let cells = read_flat(text, form.cells.len()).ok_or(FiguresFault::Malformed)?;
        Ok(Figures { form, cells })
    }

    /// The cell as a JSON number (exact) or null.
    pub fn json(&self, cell: usize) -> Value {
        match (self.get(cell), self.form.cells.get(cell)) {
            (Some(value), Some(described)) => described.precision.json(value),
            _ => Value::Null,
        }
    }
}

/// A JSON number that keeps the numeral as it is written.
pub fn exact_number(numeral: &str) -> Value {
    serde_json::from_str(numeral).unwrap_or(Value::Null)
}
