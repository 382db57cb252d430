//! Sheets of every format but xlsx: cells by row and column, what is hidden, what is merged.

use super::fault::ReadFault;
use super::grid::{Block, GridCell};
use super::xlsx::looks::Look;
use super::xlsx::shown::Sheet as Shown;
use super::xlsx::{self, MOST_COLUMNS, Rows};
use std::collections::HashMap;

/// Most cells of a workbook that hold something, and most that are laid out.
const MOST_CELLS: usize = 100_000;
/// Most cells beyond the widest row that are told.
const MOST_ASIDE: usize = 100;

/// A sheet.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub rows: Rows,
    pub hidden_rows: Vec<u32>,
    /// First and last.
    pub hidden_columns: Vec<(u32, u32)>,
    /// The first cell of each merged region and its last one, by row and column.
    pub merged: Vec<((u32, u32), (u32, u32))>,
    /// Cells that look otherwise than usual.
    pub looks: HashMap<(u32, u32), Look>,
    /// Where a condition may hide numbers.
    pub hiding: Vec<((u32, u32), (u32, u32))>,
}

/// A workbook that grows sheet by sheet.
#[derive(Debug)]
pub(super) struct Workbook {
    pub blocks: Vec<Block>,
    pub aside: Vec<GridCell>,
    filled: usize,
    laid: usize,
}

impl Default for Workbook {
    fn default() -> Workbook {
        Workbook { blocks: Vec::new(), aside: Vec::new(), filled: MOST_CELLS, laid: MOST_CELLS }
    }
}

impl Workbook {
    /// Puts a cell into a sheet; far out to the right stands no report.
    pub fn put(&mut self, sheet: &mut Sheet, row: u32, column: u32, text: &str) -> Result<(), ReadFault> {
        let text = text.trim();
        self.filled = self.filled.checked_sub(1).ok_or(ReadFault::TooManyCells)?;
        if column < MOST_COLUMNS {
            let cells = sheet.rows.entry(row).or_default();
            if !text.is_empty() {
                cells.insert(column, text.to_owned());
            }
        } else if !text.is_empty() && self.aside.len() < MOST_ASIDE {
            let line = usize::try_from(row).unwrap_or(usize::MAX).saturating_add(1);
            self.aside.push(GridCell::new(text, line));
        }
        Ok(())
    }

    /// Lays a sheet out behind the others.
    pub fn lay_out(&mut self, sheet: Sheet) -> Result<(), ReadFault> {
        let Sheet { rows, hidden_rows, hidden_columns, merged, looks, hiding } = sheet;
        let mut shown = Shown::of(hidden_rows, hidden_columns, merged);
        shown.looks = looks;
        shown.hide(hiding);
        xlsx::lay_out(rows, &shown, &mut self.laid, &mut self.blocks)
    }
}
