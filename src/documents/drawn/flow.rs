//! From page to page: paragraphs that run over lines, tables that run over pages, page numbers put aside.

use super::boxes::Table;
use super::lines::Line;
use super::page::{Item, Ruled, Sheet};
use crate::documents::fault::ReadFault;
use crate::documents::grid::{Block, Grid, GridCell};
use crate::documents::text;

/// Most cells that are laid out.
const MOST_CELLS: usize = 100_000;
/// Most pieces that are told aside.
const MOST_ASIDE: usize = 200;
/// Which part of a page, from its top and its bottom, is its margin.
const MARGIN: f64 = 0.09;
/// How far the edges of a table's columns may stand apart from page to page.
const NEAR: f64 = 4.0;

#[derive(Default)]
struct Flow {
    blocks: Vec<Block>,
    aside: Vec<GridCell>,
    /// Lines of text that no table has ended yet.
    lines: Vec<Line>,
    line: usize,
    cells: usize,
    /// The columns of the table that the last page ended with.
    columns: Vec<f64>,
}

pub(super) fn grid(sheets: Vec<Sheet>) -> Result<Grid, ReadFault> {
    let mut flow = Flow::default();
    for sheet in sheets {
        for item in sheet.items {
            match item {
                Item::Line(line) if is_page_number(&line, sheet.height) => flow.put_aside(&line.text),
                Item::Line(line) => flow.lines.push(line),
                Item::Table(ruled) => flow.table(ruled)?,
            }
        }
        flow.put_aside(sheet.aside.trim());
    }
    flow.end_text();
    Ok(Grid { blocks: flow.blocks, aside: flow.aside })
}

/// `3`, `- 3 -`, `第 3 页` or `3 / 12` at an edge of the page.
fn is_page_number(line: &Line, height: f64) -> bool {
    let in_margin = line.y < height * MARGIN || line.y > height * (1.0 - MARGIN);
    let rest: String = line.text.chars().filter(|c| !" -—–－第页共/／·".contains(*c)).collect();
    in_margin && (1..=6).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_digit())
}

impl Flow {
    fn put_aside(&mut self, text: &str) {
        if !text.is_empty() && self.aside.len() < MOST_ASIDE {
            self.aside.push(cell(text.chars().take(200).collect(), self.line + 1));
        }
    }

    /// What was gathered is read as any text, its paragraphs put together first.
    fn end_text(&mut self) {
        let lines = paragraphs(&std::mem::take(&mut self.lines));
        if lines.is_empty() {
            return;
        }
        let read = text::read(&lines.join("\n"));
        let from = self.line;
        self.line += lines.len();
        let moved = |line: usize| line + from;
        self.blocks.extend(read.blocks.into_iter().map(|block| match block {
            Block::Paragraph { text, line } => Block::Paragraph { text, line: moved(line) },
            Block::Table { mut rows } => {
                rows.iter_mut().flatten().for_each(|cell| cell.line = moved(cell.line));
                Block::Table { rows }
            }
        }));
        self.aside.extend(read.aside.into_iter().map(|mut cell| {
            cell.line = moved(cell.line);
            cell
        }));
    }

    fn table(&mut self, ruled: Ruled) -> Result<(), ReadFault> {
        let goes_on = self.lines.is_empty() && are_near(&self.columns, &ruled.table.xs);
        self.end_text();
        self.cells += ruled.table.rows() * ruled.table.columns();
        if self.cells > MOST_CELLS {
            return Err(ReadFault::TooManyCells);
        }
        self.columns.clone_from(&ruled.table.xs);
        let mut rows = Vec::with_capacity(ruled.table.rows());
        for row in 0..ruled.table.rows() {
            self.line += 1;
            let cells = (0..ruled.table.columns()).map(|column| self.cell(&ruled, row, column));
            rows.push(cells.collect::<Vec<GridCell>>());
        }
        match self.blocks.last_mut() {
            Some(Block::Table { rows: known }) if goes_on => known.extend(rows),
            _ => self.blocks.push(Block::Table { rows }),
        }
        Ok(())
    }

    fn cell(&self, ruled: &Ruled, row: usize, column: usize) -> GridCell {
        let place = |table: &Table| {
            table.owner(row, column).and_then(|owner| Some((owner, *table.boxes.get(owner)?)))
        };
        let Some((owner, of)) = place(&ruled.table) else { return cell(String::new(), self.line) };
        let is_first = (of.row, of.column) == (row, column);
        if is_first {
            return cell(ruled.texts.get(owner).cloned().unwrap_or_default(), self.line);
        }
        covered(self.line, of.row < row)
    }
}

fn cell(text: String, line: usize) -> GridCell {
    GridCell { text, line }
}

/// A position that a merged cell covers, of this row or of one above.
fn covered(line: usize, _above: bool) -> GridCell {
    GridCell { text: String::new(), line }
}

fn are_near(one: &[f64], other: &[f64]) -> bool {
    !one.is_empty() && one.len() == other.len() && one.iter().zip(other).all(|(a, b)| (a - b).abs() <= NEAR)
}

/// Lines put together to paragraphs: a line that reaches the right margin goes on where the next one begins
/// at the left. Lines with gaps are rows and stay what they are.
fn paragraphs(lines: &[Line]) -> Vec<String> {
    let right = lines.iter().map(|line| line.to).fold(f64::MIN, f64::max);
    let left = lines.iter().map(|line| line.from).fold(f64::MAX, f64::min);
    let mut whole: Vec<String> = Vec::new();
    let mut last: Option<&Line> = None;
    for line in lines {
        let goes_on = last.is_some_and(|last| {
            let is_text = |line: &Line| !line.is_parted && line.text.chars().any(|c| c.is_alphabetic());
            let same = (last.size - line.size).abs() < line.size * 0.15;
            is_text(last)
                && is_text(line)
                && same
                && last.to > right - last.size * 2.0
                && line.from < left + line.size * 0.8
                && !last.text.ends_with(['。', '：', '；', ':', ';'])
        });
        match whole.last_mut() {
            Some(text) if goes_on => text.push_str(&line.text),
            _ => whole.push(line.text.clone()),
        }
        last = Some(line);
    }
    whole
}
