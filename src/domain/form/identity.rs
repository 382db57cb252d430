//! The linear identities a form prescribes over its cells.

/// Along which lines of a table an identity is stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForEach {
    Column,
    Row,
}

/// One equation, stated for one column or one row: Σ `sum` = Σ `equals`.
#[derive(Debug)]
pub struct Identity {
    /// The rule it belongs to, `requests.balance`.
    pub rule: String,
    pub for_each: ForEach,
    /// The key of the column or row it is stated for.
    pub place: String,
    /// The label of that column or row.
    pub place_label: String,
    /// Cells of the left side, by place in the vector.
    pub sum: Vec<usize>,
    /// Cells of the right side; the first one is the total that the form prints.
    pub equals: Vec<usize>,
}

impl Identity {
    /// Every cell the identity speaks of, the total first.
    pub fn cells(&self) -> impl Iterator<Item = usize> + '_ {
        self.equals.iter().chain(&self.sum).copied()
    }

    /// +1 on the left side, −1 on the right, `None` for a cell it does not speak of.
    pub fn sign(&self, cell: usize) -> Option<i64> {
        if self.sum.contains(&cell) {
            Some(1)
        } else if self.equals.contains(&cell) {
            Some(-1)
        } else {
            None
        }
    }
}
