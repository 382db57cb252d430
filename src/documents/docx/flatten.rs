//! From a docx's nodes to the grid: merged cells spread out, frames opened, tables in cells set behind.

use super::DocxFault;
use super::body::{Cell, Node, Row};
use crate::documents::grid::{Block, Cover, Grid, GridCell};

/// Most cells of a document, those covered by merged ones counted.
const MOST_CELLS: usize = 100_000;
/// From how many paragraphs on the only cell of a row is a frame around text, and not a label.
const FRAME_PARAGRAPHS: usize = 4;
/// From how many rows on a table inside a cell is a table, and not a way to split the cell.
const TABLE_ROWS: usize = 3;

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
                    for cell in cells.filter(|cell| cell.continues.is_own()) {
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
                self.add(&mut cells, String::new(), Cover::Own)?;
            }
            for cell in row.cells {
                let (covers, continues) = (cell.covers, cell.continues);
                let text = text_of(cell, &mut inner_tables);
                self.add(&mut cells, text, continues)?;
                let reach = if continues == Cover::Above { Cover::Above } else { Cover::Beside };
                for _ in 0..covers {
                    self.add(&mut cells, String::new(), reach)?;
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

    fn add(&mut self, cells: &mut Vec<GridCell>, text: String, cover: Cover) -> Result<(), DocxFault> {
        self.cells += 1;
        if self.cells > MOST_CELLS {
            return Err(DocxFault::TooManyCells);
        }
        cells.push(GridCell { text, line: self.line + 1, cover });
        Ok(())
    }
}

/// Whether a table only arranges what stands in it: some cell holds a table that is one by itself, or it is a
/// single column with more in it than a cell holds.
fn is_frame(rows: &[Row]) -> bool {
    let single = rows.iter().all(|row| row.cells.len() <= 1);
    rows.iter().flat_map(|row| &row.cells).any(|cell| {
        let is_text = |node: &&Node| matches!(node, Node::Paragraph { text, .. } if !text.trim().is_empty());
        let paragraphs = cell.content.iter().filter(is_text).count();
        let is_table = |node: &Node| matches!(node, Node::Table(_));
        let is_grown = |node: &Node| matches!(node, Node::Table(rows) if is_grown(rows));
        (single && (paragraphs >= FRAME_PARAGRAPHS || cell.content.iter().any(is_table)))
            || cell.content.iter().any(is_grown)
    })
}

/// Whether a table inside a cell is one by itself.
fn is_grown(rows: &[Row]) -> bool {
    let nodes = |row: &Row| {
        row.cells.iter().flat_map(|cell| &cell.content).any(|node| matches!(node, Node::Table(_)))
    };
    rows.len() >= TABLE_ROWS || rows.iter().any(nodes)
}

/// The paragraphs of a cell; tables in it are set aside.
fn text_of(cell: Cell, inner_tables: &mut Vec<Node>) -> String {
    let mut paragraphs = Vec::new();
    if cell.continues.is_own() {
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
