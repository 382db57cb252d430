//! The rows of a table, laid out in its columns.

use super::{Aligned, Beside, Columns, Head, Sheet};
use crate::documents::drawn::UNCLEAR;
use crate::documents::drawn::canvas::Glyph;
use crate::documents::drawn::ruled::Row;
use std::collections::HashSet;

/// How much larger than the label of its row a figure is at most.
const LARGE: f64 = 1.6;

impl<'p> Sheet<'p> {
    pub(super) fn table(
        &self,
        rows: Vec<Beside<'p>>,
        head: Option<&Head<'p>>,
        columns: Columns,
        glyphs: &mut [Glyph],
    ) -> Aligned {
        let mut maker = Maker { sheet: self, columns: &columns, glyphs, taken: Vec::new(), rows: Vec::new() };
        let bottom = |row: &Beside<'_>| {
            let words = row.words.iter().filter_map(|at| self.words.get(*at)).map(|word| word.y);
            words.chain(row.label.map(|label| label.bottom)).fold(0.0, f64::max)
        };
        let bottom = rows.iter().map(bottom).fold(0.0, f64::max);
        let mut top = rows.first().map_or(0.0, |row| row.y);
        if let Some(head) = head {
            top = head.top;
            if let Some(storeys) = self.storeys(head, &columns) {
                let cells = storeys.iter().map(|(label, from, to)| (*from, *to, label.words.as_slice()));
                maker.row(cells.collect());
            }
            let cells =
                head.columns.iter().enumerate().map(|(at, label)| (at + 1, at + 2, label.words.as_slice()));
            maker.row(cells.collect());
        }
        for row in &rows {
            maker.beside(row);
        }
        let (used, rows): (HashSet<usize>, _) = (maker.taken.into_iter().collect(), maker.rows);
        let (mut taken, mut aside) = (Vec::new(), String::new());
        for (at, word) in self.words.iter().enumerate() {
            // Headings over rows, and what nobody knows.
            let is_left = word.right <= columns.first() && (top..=bottom).contains(&word.y);
            if is_left && !used.contains(&at) && !self.owned.contains(&at) {
                aside.push_str(&word.text);
            }
            if is_left || used.contains(&at) {
                taken.extend(&word.glyphs);
            }
        }
        Aligned { rows, top, taken, aside, bottom, columns }
    }
}

/// Lays out the rows of a table.
struct Maker<'m, 'p> {
    sheet: &'m Sheet<'p>,
    columns: &'m Columns,
    glyphs: &'m mut [Glyph],
    taken: Vec<usize>,
    rows: Vec<Row>,
}

impl Maker<'_, '_> {
    /// A row of cells, each from an edge to another.
    fn row(&mut self, cells: Vec<(usize, usize, &[usize])>) {
        let (mut row, mut at) = (Vec::new(), 0);
        for (from, to, words) in cells {
            row.extend((at..from).filter_map(|at| self.columns.part(at, at + 1, &[])));
            self.taken.extend(words);
            let words = words.iter().filter_map(|at| self.sheet.words.get(*at));
            let glyphs = words.flat_map(|word| &word.glyphs).filter_map(|at| self.glyphs.get(*at)).copied();
            row.extend(self.columns.part(from, to, &glyphs.collect::<Vec<_>>()));
            at = to;
        }
        let columns = self.columns.edges.len().saturating_sub(1);
        row.extend((at..columns).filter_map(|at| self.columns.part(at, at + 1, &[])));
        self.rows.push(row);
    }

    fn beside(&mut self, row: &Beside<'_>) {
        let mut cells: Vec<Vec<usize>> = vec![Vec::new(); self.columns.spans.len()];
        let mut is_clear = row.is_clear;
        for at in &row.words {
            let Some(word) = self.sheet.words.get(*at) else { continue };
            let (x, y) = word.middle();
            let own = (word.left, word.right);
            let taken = if self.columns.is_ruled { self.sheet.ruled.room(own, y) } else { own };
            let column = self.columns.holds(taken);
            let label = column.and_then(|column| self.columns.middles.get(column));
            is_clear &= label.is_some_and(|label| !self.sheet.ruled.part_places(*label, x, y));
            is_clear &= row.label.is_none_or(|label| word.size <= label.size * LARGE);
            let near = self.columns.middles.iter().enumerate();
            let near = near.min_by(|(_, one), (_, other)| (*one - x).abs().total_cmp(&(*other - x).abs()));
            if let Some(cell) = column.or(near.map(|(at, _)| at)).and_then(|column| cells.get_mut(column)) {
                cell.push(*at);
            }
        }
        if !is_clear {
            let words = row.words.iter().filter_map(|at| self.sheet.words.get(*at));
            for at in words.flat_map(|word| &word.glyphs) {
                if let Some(glyph) = self.glyphs.get_mut(*at).filter(|glyph| glyph.c.is_ascii_digit()) {
                    glyph.c = UNCLEAR;
                }
            }
        }
        let label = row.label.map(|label| (0, 1, label.words.as_slice()));
        let cells = cells.iter().enumerate().map(|(at, words)| (at + 1, at + 2, words.as_slice()));
        self.row(label.into_iter().chain(cells).collect());
    }
}
