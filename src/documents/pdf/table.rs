//! Tables on pages: frames, text in cells, breaks between rows with the headings said again.

use super::font::Font;
use super::grid::{ABOVE, BESIDE, Grid, LEADING, Placed, span};
use super::page::{BODY, MARGIN, MEASURE, Pages};
use crate::documents::layout::TableLayout;
use std::ops::Range;

/// A rounding error does not turn a page.
const HAIR: f32 = 0.01;
/// Headings that take more of a page than this are not said again.
const MOST_HEADING: f32 = BODY * 0.4;

/// A table, set and ready to be drawn.
pub(super) struct SetTable {
    grid: Grid,
}

impl SetTable {
    /// `None` if the table has no cell.
    pub fn set(font: &Font, layout: &TableLayout) -> Option<SetTable> {
        Grid::set(font, layout, MEASURE).map(|grid| SetTable { grid })
    }

    /// How much of it must stand under the section's heading.
    ///
    /// A table that a page can hold is not parted for less than half of it; a longer one begins with its
    /// headings and one row.
    pub fn least(&self) -> f32 {
        let whole = self.grid.height(0, self.grid.rows());
        let first_row = (0..self.grid.rows()).find(|row| !self.grid.is_head(*row)).unwrap_or(0);
        let beginning = self.grid.height(0, first_row + 1);
        if whole <= BODY / 3.0 {
            whole
        } else if whole <= BODY * 0.9 {
            beginning.max(whole / 2.0)
        } else {
            beginning
        }
    }

    /// Draws the table from where the page is filled up to.
    pub fn draw(&self, pages: &mut Pages) {
        let mut said = vec![false; self.grid.cells.len()];
        let mut from = 0;
        while from < self.grid.rows() {
            let again = if from > 0 { self.headings_above(from) } else { 0..0 };
            let again_height = self.grid.height(again.start, again.end);
            let to = self.end_of_page(from, pages.room() - again_height);
            if to == from && !pages.is_fresh() {
                pages.turn();
                continue;
            }
            // A row higher than a page is drawn all the same.
            let to = to.max(from + 1);
            self.draw_rows(pages, &again, None);
            self.draw_rows(pages, &(from..to), Some(&mut said));
            from = to;
            if from < self.grid.rows() {
                pages.turn();
            }
        }
    }

    /// The headings that speak of a row: the last run of heading rows above it, none if it is one itself.
    fn headings_above(&self, row: usize) -> Range<usize> {
        if self.grid.is_head(row) {
            return 0..0;
        }
        let Some(last) = (0..row).rev().find(|above| self.grid.is_head(*above)) else {
            return 0..0;
        };
        let first = (0..last).rev().find(|above| !self.grid.is_head(*above)).map_or(0, |above| above + 1);
        let run = first..last + 1;
        if self.grid.height(run.start, run.end) > MOST_HEADING { 0..0 } else { run }
    }

    /// The row before which the page ends, `from` if not one row fits.
    fn end_of_page(&self, from: usize, room: f32) -> usize {
        let rows = self.grid.rows();
        let fits = |to: &usize| self.grid.height(from, *to) <= room + HAIR;
        let furthest = (from..=rows).rev().find(fits).unwrap_or(from);
        if furthest == rows || furthest == from {
            return furthest;
        }
        let earliest = from + (furthest - from).div_ceil(2);
        (earliest..=furthest).rev().find(|to| self.is_good_end(from, *to)).unwrap_or_else(|| {
            // Better a word without its room than a heading without its rows.
            (from + 1..=furthest).rev().find(|to| !self.grid.is_head(to - 1)).unwrap_or(from)
        })
    }

    /// No heading is left alone, and every cell that is cut has room for its text above the cut.
    fn is_good_end(&self, from: usize, to: usize) -> bool {
        let cut = |cell: &&Placed| cell.row < to && to < cell.row + cell.rowspan;
        let has_room = |cell: &Placed| self.grid.height(cell.row.max(from), to) + HAIR >= self.needed(cell);
        !self.grid.is_head(to.saturating_sub(1)) && self.grid.cells.iter().filter(cut).all(has_room)
    }

    fn needed(&self, cell: &Placed) -> f32 {
        self.grid.text_height(cell) + 2.0 * ABOVE
    }

    /// Draws some rows and moves on below them. Cells that reach further are cut.
    ///
    /// `said` tells whose text stands already: a cell without room for its text in any of its parts says
    /// it in the last one.
    fn draw_rows(&self, pages: &mut Pages, rows: &Range<usize>, mut said: Option<&mut Vec<bool>>) {
        let top = pages.y;
        for (at, cell) in self.grid.cells.iter().enumerate() {
            let end = cell.row + cell.rowspan;
            let part = cell.row.max(rows.start)..end.min(rows.end);
            if part.is_empty() {
                continue;
            }
            let y = top + self.grid.height(rows.start, part.start);
            let height = self.grid.height(part.start, part.end);
            let spoken = said.as_deref_mut().and_then(|said| said.get_mut(at));
            let is_due = end <= rows.end && spoken.as_deref().is_none_or(|spoken| !spoken);
            let has_room = height + HAIR >= self.needed(cell);
            self.draw_cell(pages, cell, y, height, has_room || is_due);
            if let Some(spoken) = spoken.filter(|_| has_room) {
                *spoken = true;
            }
        }
        pages.y = top + self.grid.height(rows.start, rows.end);
    }

    fn draw_cell(&self, pages: &mut Pages, cell: &Placed, y: f32, height: f32, with_text: bool) {
        let x = MARGIN + span(&self.grid.lefts, 0, cell.column);
        let width = span(&self.grid.lefts, cell.column, cell.colspan);
        pages.frame(x, y, width, height);
        if !with_text {
            return;
        }
        let line_height = self.grid.size * LEADING;
        let mut line_top = y + (height - self.grid.text_height(cell)) / 2.0;
        for line in &cell.lines {
            let beside = if cell.centred { (width - line.width) / 2.0 } else { BESIDE };
            pages.text(x + beside, line_top, line_height, self.grid.size, 0.0, &line.text);
            line_top += line_height;
        }
    }
}

#[cfg(test)]
mod tests;
