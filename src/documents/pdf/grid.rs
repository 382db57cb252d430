//! Where the cells of a table stand: their rows and columns, how wide and how high these are.

use super::font::Font;
use super::text::{Line, clean, widest_piece, wrap};
use crate::documents::layout::{LaidCell, TableLayout};

/// Between the frame of a cell and its text.
pub(super) const BESIDE: f32 = 2.5;
pub(super) const ABOVE: f32 = 2.5;
/// Height of a line, in sizes of its text.
pub(super) const LEADING: f32 = 1.35;
/// Sizes of text, the largest first; the first one in which no word has to be parted is taken.
const SIZES: [f32; 5] = [10.5, 9.0, 8.0, 7.0, 6.0];
/// From so many columns on the largest size is not tried.
const MANY_COLUMNS: usize = 9;
/// What one cell may ask for, in characters: more is wrapped.
const MOST: f32 = 14.0;
/// The same for a cell that stands beside several rows and has room to wrap in.
const MOST_BESIDE: f32 = 4.0;
/// More columns than any form has; keeps a broken span from growing the table.
const MOST_COLUMNS: usize = 64;

/// One cell with its place.
#[derive(Debug)]
pub(super) struct Placed {
    pub row: usize,
    pub column: usize,
    pub rowspan: usize,
    pub colspan: usize,
    /// All but the labels of single rows.
    pub centred: bool,
    pub text: String,
    pub lines: Vec<Line>,
}

/// A table set in lines, its edges measured from its own upper left corner.
#[derive(Debug)]
pub(super) struct Grid {
    pub cells: Vec<Placed>,
    pub size: f32,
    /// Edges of the columns, one more than there are columns.
    pub lefts: Vec<f32>,
    /// Edges of the rows, one more than there are rows.
    pub tops: Vec<f32>,
    /// For each row, whether all cells that begin in it are headings.
    pub heads: Vec<bool>,
}

impl Grid {
    /// Sets a table to a width; `None` if it has no cell.
    pub fn set(font: &Font, layout: &TableLayout, width: f32) -> Option<Grid> {
        let heads: Vec<bool> =
            layout.rows.iter().map(|row| !row.is_empty() && row.iter().all(|cell| cell.header)).collect();
        let mut cells = place(layout, &heads);
        let rows = layout.rows.len();
        let columns = cells.iter().map(|cell| cell.column + cell.colspan).max()?;
        let sizes = SIZES.iter().copied().skip(usize::from(columns >= MANY_COLUMNS));
        let mut chosen = None;
        for size in sizes {
            let asked = Asked::of(font, &cells, columns, size);
            let fits = asked.least.iter().sum::<f32>() <= width;
            chosen = Some((size, asked));
            if fits {
                break;
            }
        }
        let (size, asked) = chosen?;
        let lefts = edges(&asked.share(width));
        for cell in &mut cells {
            let room = span(&lefts, cell.column, cell.colspan) - 2.0 * BESIDE;
            cell.lines = lines(font, cell, size, room);
        }
        let tops = edges(&heights(&cells, rows, size));
        Some(Grid { cells, size, lefts, tops, heads })
    }

    pub fn rows(&self) -> usize {
        self.heads.len()
    }

    /// How high the rows from one to before another stand together.
    pub fn height(&self, from: usize, to: usize) -> f32 {
        span(&self.tops, from, to.saturating_sub(from))
    }

    /// How high the text of a cell is.
    pub fn text_height(&self, cell: &Placed) -> f32 {
        text_height(cell, self.size)
    }

    pub fn is_head(&self, row: usize) -> bool {
        self.heads.get(row).copied().unwrap_or(false)
    }
}

/// The distance between the edges of `count` rows or columns.
pub(super) fn span(edges: &[f32], from: usize, count: usize) -> f32 {
    let last = edges.last().copied().unwrap_or(0.0);
    let edge = |at: usize| edges.get(at).copied().unwrap_or(last);
    edge(from + count) - edge(from)
}

/// Gives every cell its place, as a browser does: the next one that no cell above reaches into.
fn place(layout: &TableLayout, heads: &[bool]) -> Vec<Placed> {
    let mut placed = Vec::new();
    // For each column, the first row that is free.
    let mut free: Vec<usize> = Vec::new();
    for (row, (cells, is_head)) in layout.rows.iter().zip(heads).enumerate() {
        let mut column = 0;
        for cell in cells {
            while free.get(column).is_some_and(|free| *free > row) {
                column += 1;
            }
            let is_label = cell.header && cell.rowspan <= 1 && !is_head;
            let cell = placed_at(cell, (row, column), layout.rows.len(), !is_label);
            let end = column + cell.colspan;
            if free.len() < end {
                free.resize(end, 0);
            }
            for below in free.iter_mut().take(end).skip(column) {
                *below = row + cell.rowspan;
            }
            column = end;
            placed.push(cell);
        }
    }
    placed
}

fn placed_at(cell: &LaidCell, (row, column): (usize, usize), rows: usize, centred: bool) -> Placed {
    Placed {
        row,
        column,
        rowspan: cell.rowspan.clamp(1, rows.saturating_sub(row).max(1)),
        colspan: cell.colspan.clamp(1, MOST_COLUMNS),
        centred,
        text: clean(&cell.text),
        lines: Vec::new(),
    }
}

/// The text in as few lines as its cell needs; centred ones of nearly equal length.
fn lines(font: &Font, cell: &Placed, size: f32, room: f32) -> Vec<Line> {
    let mut lines = wrap(font, &cell.text, size, room, 0.0);
    let least = widest_piece(font, &cell.text, size).max(size);
    let mut narrower = room - size / 2.0;
    while cell.centred && lines.len() > 1 && narrower >= least {
        let even = wrap(font, &cell.text, size, narrower, 0.0);
        if even.len() > lines.len() {
            break;
        }
        lines = even;
        narrower -= size / 2.0;
    }
    lines
}

/// What the columns ask for at one size of text.
struct Asked {
    /// In which no word is parted.
    least: Vec<f32>,
    /// In which most cells need one line.
    wish: Vec<f32>,
}

impl Asked {
    fn of(font: &Font, cells: &[Placed], columns: usize, size: f32) -> Asked {
        let bare = 2.0 * BESIDE + size;
        let mut asked = Asked { least: vec![bare; columns], wish: vec![bare; columns] };
        let mut by_span: Vec<&Placed> = cells.iter().collect();
        by_span.sort_by_key(|cell| cell.colspan);
        for cell in by_span {
            let whole = font.width(&cell.text, size);
            let least = widest_piece(font, &cell.text, size).max(whole.min(2.0 * size)) + 2.0 * BESIDE;
            widen(&mut asked.least, cell, least);
            let most = if cell.rowspan > 1 { MOST_BESIDE } else { MOST };
            let wish = whole.min(most * size) + 2.0 * BESIDE;
            widen(&mut asked.wish, cell, if cell.colspan > 1 { least } else { least.max(wish) });
        }
        asked
    }

    /// Shares a width out: everyone's least, then towards everyone's wish, then evenly by what they have.
    fn share(&self, width: f32) -> Vec<f32> {
        let least: f32 = self.least.iter().sum();
        let gaps: Vec<f32> =
            self.least.iter().zip(&self.wish).map(|(least, wish)| (wish - least).max(0.0)).collect();
        let gap: f32 = gaps.iter().sum();
        let part = if gap > 0.0 { ((width - least) / gap).clamp(0.0, 1.0) } else { 0.0 };
        let widths: Vec<f32> = self.least.iter().zip(&gaps).map(|(least, gap)| least + gap * part).collect();
        let all: f32 = widths.iter().sum();
        widths.iter().map(|one| one * width / all).collect()
    }
}

/// Makes the columns under a cell wide enough for it together.
fn widen(widths: &mut [f32], cell: &Placed, needed: f32) {
    let columns = || cell.column..cell.column + cell.colspan;
    let now: f32 = widths.get(columns()).unwrap_or_default().iter().sum();
    spread(widths.get_mut(columns()).unwrap_or_default(), needed - now);
}

/// Spreads what is lacking evenly.
fn spread(lengths: &mut [f32], lacking: f32) {
    let count: f32 = lengths.iter().map(|_| 1.0).sum();
    if lacking > 0.0 {
        for length in lengths {
            *length += lacking / count;
        }
    }
}

fn text_height(cell: &Placed, size: f32) -> f32 {
    cell.lines.iter().map(|_| size * LEADING).sum()
}

fn heights(cells: &[Placed], rows: usize, size: f32) -> Vec<f32> {
    let mut heights = vec![size * LEADING + 2.0 * ABOVE; rows];
    let mut by_span: Vec<&Placed> = cells.iter().collect();
    by_span.sort_by_key(|cell| cell.rowspan);
    for cell in by_span {
        let own = heights.get_mut(cell.row..cell.row + cell.rowspan).unwrap_or_default();
        let lacking = text_height(cell, size) + 2.0 * ABOVE - own.iter().sum::<f32>();
        spread(own, lacking);
    }
    heights
}

fn edges(lengths: &[f32]) -> Vec<f32> {
    let mut edge = 0.0;
    let ends = lengths.iter().map(|length| {
        edge += length;
        edge
    });
    std::iter::once(0.0).chain(ends).collect()
}
