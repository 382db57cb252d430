//! The shape of a table's row: where its cells begin and end, and which of them are merged.

use super::Numbers;
use crate::documents::docx::{Cell, Row};
use crate::documents::grid::Cover;

/// Most cells of a row.
const MOST_CELLS: usize = 64;
/// How far two borders may stand apart and still be the same, in twentieths of a point.
const HAIR: i32 = 40;

/// A row as its mark describes it.
#[derive(Debug, Clone, Default)]
pub(super) struct RowShape {
    /// The borders of its cells, from the left: one more than there are cells.
    pub borders: Vec<i32>,
    /// How each cell belongs to another.
    spans: Vec<Cover>,
}

impl RowShape {
    /// Reads the description: how many cells, their borders, and what is said of each.
    pub fn read(said: &[u8]) -> Option<RowShape> {
        let count = usize::from(said.u8_at(0)?);
        if count > MOST_CELLS {
            return None;
        }
        let border = |number: usize| {
            said.u16_at(1 + number * 2).map(|border| i32::from(i16::from_le_bytes(border.to_le_bytes())))
        };
        let borders = (0..=count).map(border).collect::<Option<Vec<i32>>>()?;
        let cells = 1 + (count + 1) * 2;
        // What is left out says nothing.
        let span = |number: usize| match said.u16_at(cells + number * 20) {
            Some(flags) if flags & 0b11 == 0b10 => Cover::Beside,
            Some(flags) if (flags >> 5) & 0b11 == 0b01 => Cover::Above,
            _ => Cover::Own,
        };
        Some(RowShape { borders, spans: (0..count).map(span).collect() })
    }
}

/// A row as it was written: its cells, and its shape where its mark gave one.
pub(super) type Written = (Vec<Cell>, Option<RowShape>);

/// Sets cells into the columns that all rows of a table share.
pub(super) fn rows(written: Vec<Written>) -> Vec<Row> {
    let mut borders: Vec<i32> = written
        .iter()
        .filter_map(|(_, shape)| shape.as_ref())
        .flat_map(|shape| shape.borders.clone())
        .collect();
    borders.sort_unstable();
    // Of borders a hair apart the first counts; where they drift further apart they are others.
    let mut columns: Vec<i32> = Vec::new();
    for border in borders {
        if columns.last().is_none_or(|last| border - last > HAIR) {
            columns.push(border);
        }
    }
    let column = |border: i32| columns.partition_point(|known| *known <= border).saturating_sub(1);
    written
        .into_iter()
        .map(|(cells, shape)| {
            let shape = shape.filter(|shape| shape.spans.len() == cells.len()).unwrap_or_default();
            let before = shape.borders.first().map_or(0, |first| column(*first));
            let cells = cells.into_iter().enumerate().map(|(at, mut cell)| {
                if let (Some(left), Some(right)) = (shape.borders.get(at), shape.borders.get(at + 1)) {
                    cell.covers = column(*right).saturating_sub(column(*left)).saturating_sub(1);
                }
                cell.span(shape.spans.get(at).copied().unwrap_or_default());
                cell
            });
            Row::of(before, cells.collect())
        })
        .collect()
}
