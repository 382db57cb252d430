//! A text document: paragraphs, tables, boxes; what was taken back or is hidden is not read.

use super::Space;
use super::inline::{Inline, is_hidden};
use super::style::{Family, Look, Styles};
use crate::documents::docx::{Cell, Node, Row};
use crate::documents::fault::ReadFault;
use crate::documents::grid::Cover;
use crate::documents::xml::{Attributes, Builder, walk};

/// Longest text of a paragraph, in bytes.
const LONGEST_TEXT: usize = 1 << 20;
/// Widest merged cell, and most cells or rows that one element stands for.
const WIDEST_SPAN: usize = 64;
const MOST_REPEATED: usize = 64;
/// Most cells that repetition makes.
const MOST_CELLS: usize = 100_000;

pub(super) fn read(xml: &str, styles: Styles) -> Result<Vec<Node>, ReadFault> {
    let mut reader = Reader { styles, ..Reader::default() };
    walk(xml, &mut reader)?;
    if reader.has_body { Ok(reader.nodes) } else { Err(ReadFault::NoText) }
}

/// What an open element is to its children.
enum Open {
    /// Nothing by itself.
    Plain,
    Skipped,
    Styles,
    Body,
    /// A text with a look of its own.
    Styled(Look),
    /// Of a list.
    Item,
    Paragraph {
        text: String,
        boxes: Vec<Node>,
        look: Look,
        /// A field in it says that none of it is shown.
        hidden: bool,
    },
    Box(Vec<Node>),
    Table(Vec<Row>),
    Row {
        cells: Vec<Cell>,
        repeated: usize,
        reach: usize,
    },
    Cell {
        cell: Cell,
        repeated: usize,
        look: Look,
    },
}

#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    styles: Styles,
    nodes: Vec<Node>,
    has_body: bool,
    cells: usize,
    /// What was last said of the text that is being written.
    last: Look,
}

impl Builder for Reader {
    fn start(&mut self, space: &str, name: &str, attributes: &Attributes<'_>) -> Result<(), ReadFault> {
        let space = Space::of(space);
        let opened = match self.open.last() {
            Some(Open::Skipped) => Open::Skipped,
            Some(Open::Styles) => {
                self.styles.start(space, name, attributes);
                Open::Styles
            }
            _ => self.content(space, name, attributes)?,
        };
        self.open.push(opened);
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), ReadFault> {
        // Line ends and indents of the XML are none of the text.
        let mut spaced = String::with_capacity(text.len());
        for c in text.chars() {
            let is_space = matches!(c, ' ' | '\t' | '\n' | '\r');
            if !is_space {
                spaced.push(c);
            } else if !spaced.ends_with(' ') {
                spaced.push(' ');
            }
        }
        self.write(&spaced)
    }

    fn end(&mut self) -> Result<(), ReadFault> {
        match self.open.pop() {
            Some(Open::Paragraph { text, boxes, hidden, .. }) => {
                self.last = Look::default();
                let text = if hidden { String::new() } else { text };
                self.place(Node::Paragraph { text, open_end: false });
                boxes.into_iter().for_each(|node| self.place(node));
            }
            // What stands in a box stands behind its paragraph.
            Some(Open::Box(nodes)) => nodes.into_iter().for_each(|node| self.place(node)),
            Some(Open::Table(rows)) => self.place(Node::Table(rows)),
            Some(Open::Row { cells, repeated, .. }) => self.end_row(cells, repeated)?,
            Some(Open::Cell { cell, repeated, .. }) => self.end_cell(cell, repeated)?,
            _ => {}
        }
        Ok(())
    }
}

impl Reader {
    fn content(&mut self, space: Space, name: &str, attributes: &Attributes<'_>) -> Result<Open, ReadFault> {
        let in_body = self.has_body;
        Ok(match (space, name) {
            (Space::Office, "automatic-styles" | "styles" | "font-face-decls") => Open::Styles,
            (Space::Office, "text") => {
                self.has_body = true;
                Open::Body
            }
            _ if !in_body => Open::Plain,
            (Space::Text, "hidden-paragraph") if is_hidden(attributes) => {
                self.hide();
                Open::Skipped
            }
            (Space::Text, "p" | "h") if !is_hidden(attributes) => {
                let look = self.styles.look(Family::Paragraph, attributes);
                Open::Paragraph { text: String::new(), boxes: Vec::new(), look, hidden: false }
            }
            (Space::Draw, "text-box" | "custom-shape" | "rect" | "ellipse" | "circle" | "caption") => {
                Open::Box(Vec::new())
            }
            (Space::Table, "table") if self.styles.look(Family::Table, attributes).is_hidden() => {
                Open::Skipped
            }
            (Space::Table, "table") => Open::Table(Vec::new()),
            (Space::Table, "table-row") => {
                let repeated = attributes.count("number-rows-repeated").min(MOST_REPEATED);
                Open::Row { cells: Vec::new(), repeated, reach: 0 }
            }
            (Space::Table, "table-cell" | "covered-table-cell") => {
                self.cell(name == "covered-table-cell", attributes)
            }
            // What counts its items stands before a figure.
            (Space::Text, "list-item") => Open::Item,
            _ => match Inline::of(space, name, attributes, &self.styles) {
                Inline::Skipped => Open::Skipped,
                Inline::Styled(look) => Open::Styled(look),
                Inline::Piece(piece) => {
                    self.write(&piece)?;
                    Open::Plain
                }
                Inline::Other => Open::Plain,
            },
        })
    }

    fn cell(&mut self, covered: bool, attributes: &Attributes<'_>) -> Open {
        let repeated = attributes.count("number-columns-repeated").min(MOST_REPEATED);
        let wide = attributes.count("number-columns-spanned").min(WIDEST_SPAN);
        let Some(Open::Row { reach, .. }) =
            self.open.iter_mut().rev().find(|open| matches!(open, Open::Row { .. }))
        else {
            return Open::Plain;
        };
        let mut cell = Cell::of(Vec::new());
        if covered {
            // The cell before it reaches so far, or one from above.
            cell.span(if *reach > 0 { Cover::Beside } else { Cover::Above });
            *reach = reach.saturating_sub(repeated);
        } else {
            *reach = wide - 1;
        }
        Open::Cell { cell, repeated, look: self.styles.look(Family::Cell, attributes) }
    }

    fn end_cell(&mut self, cell: Cell, repeated: usize) -> Result<(), ReadFault> {
        self.cells += repeated;
        if self.cells > MOST_CELLS {
            return Err(ReadFault::TooManyCells);
        }
        if let Some(Open::Row { cells, .. }) = self.open.last_mut() {
            cells.extend((1..repeated).map(|_| cell.clone()));
            cells.push(cell);
        }
        Ok(())
    }

    fn end_row(&mut self, cells: Vec<Cell>, repeated: usize) -> Result<(), ReadFault> {
        self.cells += cells.len() * (repeated - 1);
        if self.cells > MOST_CELLS {
            return Err(ReadFault::TooManyCells);
        }
        // Rows may stand in groups.
        let table = self.open.iter_mut().rev().find_map(|open| match open {
            Open::Table(rows) => Some(rows),
            _ => None,
        });
        if let Some(rows) = table {
            rows.extend((0..repeated).map(|_| Row::of(0, cells.clone())));
        }
        Ok(())
    }

    /// The paragraph that is open is not shown.
    fn hide(&mut self) {
        let open = self.open.iter_mut().rev().find_map(|open| match open {
            Open::Paragraph { hidden, .. } => Some(hidden),
            _ => None,
        });
        open.into_iter().for_each(|hidden| *hidden = true);
    }

    fn write(&mut self, piece: &str) -> Result<(), ReadFault> {
        let behind = self.open.iter().rev().map_while(|open| match open {
            Open::Cell { look, .. } => Some(*look),
            Open::Item => Some(Look::doubtful()),
            Open::Box(_) => None,
            _ => Some(Look::default()),
        });
        let behind = behind.fold(Look::default(), Look::within);
        let mut look = Look::default();
        for open in self.open.iter_mut().rev() {
            match open {
                Open::Styled(inner) => look = look.within(*inner),
                Open::Paragraph { text, look: whole, .. } => {
                    look.within(*whole).within(behind).write(piece, &mut self.last, text);
                    return if text.len() > LONGEST_TEXT { Err(ReadFault::TooLargeInside) } else { Ok(()) };
                }
                Open::Plain => {}
                // Text that stands in no paragraph, or where it is skipped, is none.
                _ => return Ok(()),
            }
        }
        Ok(())
    }

    fn place(&mut self, node: Node) {
        for open in self.open.iter_mut().rev() {
            match open {
                Open::Cell { cell, .. } => return cell.content.push(node),
                Open::Box(nodes) | Open::Paragraph { boxes: nodes, .. } => return nodes.push(node),
                Open::Body => return self.nodes.push(node),
                Open::Row { .. } | Open::Table(_) => return,
                _ => {}
            }
        }
    }
}
