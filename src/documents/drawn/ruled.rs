//! Tables that grow from page to page, and their rows laid out in the columns that all of them share.

use super::boxes::{Table, edges};
use super::lines::{Line, of_cell};
use crate::documents::grid::{Cover, GridCell};
use crate::documents::label::is_row_label;

/// How far edges that are the same may stand apart from page to page.
const NEAR: f64 = 4.0;
/// What the text of a box of no clear shape is led by: no number holds it.
const UNCLEAR: char = '~';

/// What is seen of a box in one row.
#[derive(Debug, Clone)]
pub(super) struct Part {
    from: f64,
    to: f64,
    lines: Vec<Line>,
    is_clear: bool,
    /// It reaches over several rows.
    is_tall: bool,
    /// It reaches down from a row above.
    is_from_above: bool,
}

pub(super) type Row = Vec<Part>;

/// The rows of a table whose boxes hold these lines.
pub(super) fn rows(table: &Table, mut lines: impl FnMut(usize) -> Vec<Line>) -> Vec<Row> {
    let mut rows = Vec::with_capacity(table.rows());
    for row in 0..table.rows() {
        let mut parts: Row = Vec::new();
        let mut last = None;
        for column in 0..table.columns() {
            let (Some(owner), Some(from), Some(to)) =
                (table.owner(row, column), table.xs.get(column), table.xs.get(column + 1))
            else {
                continue;
            };
            if last == Some(owner)
                && let Some(part) = parts.last_mut()
            {
                part.to = *to;
                continue;
            }
            last = Some(owner);
            let area = table.boxes.get(owner);
            let is_first = area.is_some_and(|area| (area.row, area.column) == (row, column));
            parts.push(Part {
                from: *from,
                to: *to,
                lines: if is_first { lines(owner) } else { Vec::new() },
                is_clear: area.is_some_and(|area| area.is_clear),
                is_tall: area.is_some_and(|area| area.rows > 1),
                is_from_above: area.is_some_and(|area| area.row < row),
            });
        }
        rows.push(parts);
    }
    rows
}

impl Part {
    /// A cell that no lines are drawn around.
    pub fn alone(from: f64, to: f64, lines: Vec<Line>) -> Part {
        Part { from, to, lines, is_clear: true, is_tall: true, is_from_above: false }
    }

    fn text(&self) -> String {
        // In a tall box figures stand below each other, each for a row of its own.
        let width = if self.is_tall { f64::INFINITY } else { self.to - self.from };
        let mut text = of_cell(&self.lines, width);
        if !self.is_clear && !text.is_empty() {
            text.insert(0, UNCLEAR);
        }
        text
    }
}

/// A table that may go on.
pub(super) struct Growing {
    rows: Vec<Row>,
}

impl Growing {
    pub fn new(rows: Vec<Row>) -> Growing {
        Growing { rows }
    }

    /// Takes in the rows of the next page where they are as wide; gives them back where they are not.
    pub fn go_on(&mut self, mut rows: Vec<Row>) -> Option<Vec<Row>> {
        let ends = |rows: &[Row]| {
            let row = rows.first()?;
            Some((row.first()?.from, row.last()?.to))
        };
        let are_near =
            ends(&self.rows).zip(ends(&rows)).is_some_and(|((from, to), (other_from, other_to))| {
                (from - other_from).abs() <= NEAR && (to - other_to).abs() <= NEAR
            });
        if !are_near {
            return Some(rows);
        }
        if let (Some(last), Some(first)) = (self.rows.last_mut(), rows.first())
            && is_broken(last, first)
        {
            for (part, more) in last.iter_mut().zip(rows.remove(0)) {
                part.lines.extend(more.lines);
            }
        }
        self.rows.extend(rows);
        None
    }

    /// Sets the rows into the columns that any of them has.
    pub fn lay_out(self, line: usize) -> Vec<Vec<GridCell>> {
        let all = self.rows.iter().flatten().flat_map(|part| [part.from, part.to]).collect();
        let columns = edges(all);
        // An edge that is near one a little further left is that one.
        let column = |edge: f64| columns.partition_point(|known| *known <= edge + 0.01).saturating_sub(1);
        let rows = self.rows.into_iter().enumerate().map(|(at, row)| {
            let line = line + at;
            let mut cells = Vec::new();
            for part in row {
                let wide = column(part.to).saturating_sub(column(part.from)).max(1);
                cells.push(match part.is_from_above {
                    true => covered(line, true),
                    false => GridCell::new(part.text(), line),
                });
                cells.extend((1..wide).map(|_| covered(line, part.is_from_above)));
            }
            cells
        });
        rows.collect()
    }
}

/// Whether a page ended within a row: a label of the form is whole only with what stands on the next page.
fn is_broken(last: &Row, first: &Row) -> bool {
    let alike = last.len() == first.len()
        && last.iter().zip(first).all(|(one, other)| (one.from - other.from).abs() <= NEAR);
    alike
        && last.iter().zip(first).any(|(one, other)| {
            let (head, rest) = (one.text(), other.text());
            let whole = format!("{head}{rest}");
            !head.is_empty()
                && !rest.is_empty()
                && is_row_label(&whole)
                && !is_row_label(&head)
                && !is_row_label(&rest)
        })
}

/// A position that a merged cell covers, of this row or of one above.
fn covered(line: usize, above: bool) -> GridCell {
    GridCell::covered(line, if above { Cover::Above } else { Cover::Beside })
}
