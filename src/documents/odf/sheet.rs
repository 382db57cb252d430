//! A workbook: its sheets as they are seen, numbers as they are and not as they are rounded to be shown.

use super::Space;
use super::style::Styles;
use crate::documents::fault::ReadFault;
use crate::documents::grid::Grid;
use crate::documents::sheet::{Sheet, Workbook};
use crate::documents::xml::{Attributes, Builder, walk};

/// Most cells or rows that one element with something in it stands for.
const MOST_REPEATED: usize = 64;
const LAST_ROW: usize = 1 << 20;

pub(super) fn read(xml: &str) -> Result<Grid, ReadFault> {
    let mut reader = Reader::default();
    walk(xml, &mut reader)?;
    if !reader.has_body {
        return Err(ReadFault::NoText);
    }
    Ok(Grid { blocks: reader.workbook.blocks, aside: reader.workbook.aside })
}

/// What an open element is to its children.
enum Open {
    Plain,
    Skipped,
    Styles,
    Table,
    Row,
    Cell { repeated: usize, number: Option<String>, text: String },
    Paragraph,
}

#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    styles: Styles,
    workbook: Workbook,
    has_body: bool,
    sheet: Sheet,
    row: usize,
    column: usize,
    /// How often the row that is open stands there.
    rows: usize,
    /// The next column that is described.
    described: usize,
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
            _ => self.content(space, name, attributes),
        };
        self.open.push(opened);
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), ReadFault> {
        let in_paragraph = self.open.iter().rev().take(20).any(|open| matches!(open, Open::Paragraph));
        if !in_paragraph || matches!(self.open.last(), Some(Open::Skipped)) {
            return Ok(());
        }
        if let Some(Open::Cell { text: whole, .. }) =
            self.open.iter_mut().rev().find(|open| matches!(open, Open::Cell { .. }))
        {
            whole.push_str(text);
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), ReadFault> {
        match self.open.pop() {
            Some(Open::Cell { repeated, number, text }) => {
                let text = number.unwrap_or(text);
                if !text.trim().is_empty() {
                    self.put(repeated, &text)?;
                }
                self.column = self.column.saturating_add(repeated);
            }
            Some(Open::Row) => self.row = self.row.saturating_add(self.rows),
            Some(Open::Table) => {
                let sheet = std::mem::take(&mut self.sheet);
                self.workbook.lay_out(sheet)?;
            }
            _ => {}
        }
        Ok(())
    }
}

impl Reader {
    fn content(&mut self, space: Space, name: &str, attributes: &Attributes<'_>) -> Open {
        match (space, name) {
            (Space::Office, "automatic-styles" | "styles" | "font-face-decls") => Open::Styles,
            (Space::Office, "spreadsheet") => {
                self.has_body = true;
                Open::Plain
            }
            (Space::Office, "annotation" | "forms" | "scripts")
            | (Space::Table, "tracked-changes" | "shapes" | "named-expressions" | "dde-links") => {
                Open::Skipped
            }
            _ if !self.has_body => Open::Plain,
            (Space::Table, "table") if self.styles.look(attributes).hidden => Open::Skipped,
            (Space::Table, "table") => {
                (self.row, self.described) = (0, 0);
                Open::Table
            }
            (Space::Table, "table-column") => {
                let count = attributes.count("number-columns-repeated");
                let next = self.described.saturating_add(count);
                if is_hidden(attributes) {
                    self.sheet.hidden_columns.push((short(self.described), short(next - 1)));
                }
                self.described = next;
                Open::Plain
            }
            (Space::Table, "table-row") => {
                self.rows = attributes.count("number-rows-repeated");
                self.column = 0;
                if is_hidden(attributes) {
                    let last = self.row.saturating_add(self.rows.min(MOST_REPEATED));
                    self.sheet.hidden_rows.extend((self.row..last).map(short));
                }
                Open::Row
            }
            (Space::Table, "table-cell" | "covered-table-cell") => self.cell(attributes),
            (Space::Text, "p") => {
                if let Some(Open::Cell { text, .. }) = self.open.last_mut()
                    && !text.is_empty()
                {
                    text.push('\n');
                }
                Open::Paragraph
            }
            _ => Open::Plain,
        }
    }

    fn cell(&mut self, attributes: &Attributes<'_>) -> Open {
        let is_number = matches!(attributes.get("value-type").as_deref(), Some("float" | "currency"));
        let (tall, wide) =
            (attributes.count("number-rows-spanned"), attributes.count("number-columns-spanned"));
        if tall.max(wide) > 1 {
            let last = (self.row.saturating_add(tall - 1), self.column.saturating_add(wide - 1));
            self.sheet.merged.push(((short(self.row), short(self.column)), (short(last.0), short(last.1))));
        }
        Open::Cell {
            repeated: attributes.count("number-columns-repeated"),
            number: attributes.get("value").filter(|_| is_number),
            text: String::new(),
        }
    }

    fn put(&mut self, repeated: usize, text: &str) -> Result<(), ReadFault> {
        for row in self.row..self.row.saturating_add(self.rows.min(MOST_REPEATED)).min(LAST_ROW) {
            for column in self.column..self.column.saturating_add(repeated.min(MOST_REPEATED)) {
                self.workbook.put(&mut self.sheet, short(row), short(column), text)?;
            }
        }
        Ok(())
    }
}

fn is_hidden(attributes: &Attributes<'_>) -> bool {
    matches!(attributes.get("visibility").as_deref(), Some("collapse" | "filter"))
}

fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
