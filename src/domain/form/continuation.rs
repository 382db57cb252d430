//! What follows from the year before: 上年结转 is 结转下年度 of last year, 现行有效 goes on.

/// One cell of this year, and the cell of last year's form it continues.
#[derive(Debug)]
pub struct Continuation {
    /// The rule it belongs to.
    pub rule: String,
    /// By place in the vector.
    pub cell: usize,
    /// The cell of last year, as section, row and column: last year may have had another form.
    pub last: (String, String, String),
    /// Cells of this year that come on top, and that go off.
    pub plus: Vec<usize>,
    pub minus: Vec<usize>,
}

impl Continuation {
    /// Whether the figure is last year's and nothing else.
    pub fn is_plain(&self) -> bool {
        self.plus.is_empty() && self.minus.is_empty()
    }
}
