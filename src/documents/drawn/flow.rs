//! From page to page: paragraphs that run over lines, tables that run over pages, page numbers put aside.

use super::lines::Line;
use super::page::{Item, MARGIN, Sheet};
use super::ruled::{Growing, Row};
use crate::documents::fault::ReadFault;
use crate::documents::grid::{Block, Grid, GridCell};
use crate::documents::text;

/// Most cells that are laid out.
const MOST_CELLS: usize = 100_000;
/// Most pieces that are told aside.
const MOST_ASIDE: usize = 200;

#[derive(Default)]
struct Flow {
    blocks: Vec<Block>,
    aside: Vec<GridCell>,
    /// Lines of text that no table has ended yet.
    lines: Vec<Line>,
    /// The table that the next page may go on with.
    table: Option<Growing>,
    line: usize,
    cells: usize,
}

pub(super) fn grid(sheets: Vec<Sheet>) -> Result<Grid, ReadFault> {
    let mut flow = Flow::default();
    for sheet in sheets {
        for item in sheet.items {
            match item {
                Item::Line(line) if is_page_number(&line, sheet.height) => flow.put_aside(&line.text),
                Item::Line(line) => {
                    flow.end_table()?;
                    flow.lines.push(line);
                }
                Item::Table(rows) => flow.table(rows)?,
            }
        }
        flow.put_aside(sheet.aside.trim());
    }
    flow.end_table()?;
    flow.end_text();
    Ok(Grid { blocks: flow.blocks, aside: flow.aside, ..Grid::default() })
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
            self.aside.push(GridCell::new(text.chars().take(200).collect::<String>(), self.line + 1));
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

    /// Takes in the rows of a table, behind those of the last one where it goes on.
    fn table(&mut self, rows: Vec<Row>) -> Result<(), ReadFault> {
        let rest = match &mut self.table {
            Some(table) if self.lines.is_empty() => table.go_on(rows),
            _ => Some(rows),
        };
        if let Some(rows) = rest {
            self.end_table()?;
            self.end_text();
            self.table = Some(Growing::new(rows));
        }
        Ok(())
    }

    fn end_table(&mut self) -> Result<(), ReadFault> {
        let Some(table) = self.table.take() else { return Ok(()) };
        let rows = table.lay_out(self.line + 1);
        self.line += rows.len();
        self.cells += rows.iter().map(Vec::len).sum::<usize>();
        if self.cells > MOST_CELLS {
            return Err(ReadFault::TooManyCells);
        }
        self.blocks.push(Block::Table { rows });
        Ok(())
    }
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
            let is_text = |line: &Line| !line.is_parted && line.text.chars().any(char::is_alphabetic);
            is_text(last)
                && is_text(line)
                && (last.size - line.size).abs() < line.size * 0.15
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
