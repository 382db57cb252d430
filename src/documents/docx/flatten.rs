//! From a docx's nodes to the grid: merged cells spread out, frames opened, tables in cells set behind.

use super::DocxFault;
use super::body::{Cell, Node, Row};
use crate::documents::grid::{Block, Grid, GridCell};

/// Most cells of a document, those covered by merged ones counted.
const MOST_CELLS: usize = 100_000;
/// From how many paragraphs on the only cell of a row is a frame around text, and not a label.
const FRAME_PARAGRAPHS: usize = 4;

/// Lays out the nodes; they nest no deeper than the elements they came from.
pub(super) fn grid(nodes: Vec<Node>) -> Result<Grid, DocxFault> {
    let mut layout = Layout::default();
    layout.nodes(nodes)?;
    Ok(Grid::of(layout.blocks))
}

#[derive(Default)]
struct Layout {
    blocks: Vec<Block>,
    /// Running number of the last paragraph or row.
    line: usize,
    cells: usize,
}

impl Layout {
    fn nodes(&mut self, nodes: Vec<Node>) -> Result<(), DocxFault> {
        for node in nodes {
            match node {
                Node::Paragraph { text, .. } => self.paragraph(&text),
                Node::Table(rows) if is_frame(&rows) => {
                    let cells = rows.into_iter().flat_map(|row| row.cells);
                    for cell in cells.filter(|cell| !cell.continued) {
                        self.nodes(cell.content)?;
                    }
                }
                Node::Table(rows) => self.table(rows)?,
            }
        }
        Ok(())
    }

    fn paragraph(&mut self, text: &str) {
        let text = text.trim();
        if !text.is_empty() {
            self.line += 1;
            self.blocks.push(Block::Paragraph { text: text.to_owned(), line: self.line });
        }
    }

    fn table(&mut self, rows: Vec<Row>) -> Result<(), DocxFault> {
        let (mut laid, mut inner_tables) = (Vec::new(), Vec::new());
        for row in rows {
            let mut cells = Vec::new();
            for _ in 0..row.before {
                self.add(&mut cells, String::new())?;
            }
            for cell in row.cells {
                let covers = cell.covers;
                let text = text_of(cell, &mut inner_tables);
                self.add(&mut cells, text)?;
                for _ in 0..covers {
                    self.add(&mut cells, String::new())?;
                }
            }
            if !cells.is_empty() {
                self.line += 1;
                laid.push(cells);
            }
        }
        if !laid.is_empty() {
            self.blocks.push(Block::Table { rows: laid });
        }
        self.nodes(inner_tables)
    }

    fn add(&mut self, cells: &mut Vec<GridCell>, text: String) -> Result<(), DocxFault> {
        self.cells += 1;
        if self.cells > MOST_CELLS {
            return Err(DocxFault::TooManyCells);
        }
        cells.push(GridCell { text, line: self.line + 1 });
        Ok(())
    }
}

/// Whether a table only frames what stands in it: one column, and more in it than a cell holds.
fn is_frame(rows: &[Row]) -> bool {
    let holds_more = |cell: &Cell| {
        let is_table = |node: &Node| matches!(node, Node::Table(_));
        let is_text = |node: &&Node| matches!(node, Node::Paragraph { text, .. } if !text.trim().is_empty());
        cell.content.iter().any(is_table) || cell.content.iter().filter(is_text).count() >= FRAME_PARAGRAPHS
    };
    rows.iter().all(|row| row.cells.len() <= 1) && rows.iter().flat_map(|row| &row.cells).any(holds_more)
}

/// The paragraphs of a cell; tables in it are set aside.
fn text_of(cell: Cell, inner_tables: &mut Vec<Node>) -> String {
    let mut paragraphs = Vec::new();
    if !cell.continued {
        for node in cell.content {
            match node {
                Node::Paragraph { text, .. } => paragraphs.push(text.trim().to_owned()),
                table @ Node::Table(_) => inner_tables.push(table),
            }
        }
    }
    paragraphs.retain(|text| !text.is_empty());
    paragraphs.join("\n")
}
