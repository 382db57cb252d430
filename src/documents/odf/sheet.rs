//! A workbook: its sheets as they are seen, numbers as they are and not as they are rounded to be shown.

use super::Space;
use super::inline::Inline;
use super::style::{Family, Look, Styles};
use crate::documents::fault::ReadFault;
use crate::documents::grid::Grid;
use crate::documents::number_format::{is_another_number, numeral};
use crate::documents::sheet::{Sheet, Workbook};
use crate::documents::value::{self, CellText, UNCLEAR};
use crate::documents::xml::{Attributes, Builder, walk};

/// Most cells or rows that one element with something in it stands for.
const MOST_REPEATED: usize = 64;
const LAST_ROW: usize = 1 << 20;
/// Most columns whose styles are kept.
const MOST_DESCRIBED: usize = 64;

pub(super) fn read(xml: &str, styles: Styles) -> Result<Grid, ReadFault> {
    let mut reader = Reader { styles, ..Reader::default() };
    walk(xml, &mut reader)?;
    if !reader.has_body {
        return Err(ReadFault::NoText);
    }
    Ok(Grid { blocks: reader.workbook.blocks, aside: reader.workbook.aside, ..Grid::default() })
}

/// What an open element is to its children.
enum Open {
    Plain,
    Skipped,
    Styles,
    Table,
    /// Rows or columns that are folded away.
    Folded,
    Row,
    Cell {
        repeated: usize,
        number: Option<String>,
        word: Option<String>,
        /// What is shown, if something is said of it.
        text: Option<String>,
        look: Look,
        /// What was last said of the text that is being written.
        last: Look,
    },
    Paragraph,
    /// A text with a look of its own.
    Styled(Look),
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
    /// The styles of cells that name none: of the row that is open, and of columns up to each.
    style_of_row: Option<String>,
    styles_of_columns: Vec<(usize, Option<String>)>,
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
        if in_paragraph && !matches!(self.open.last(), Some(Open::Skipped)) {
            self.write(text);
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), ReadFault> {
        match self.open.pop() {
            Some(Open::Cell { repeated, number, word, text, look, .. }) => {
                let shown = text.or(word);
                let shown = shown.as_deref();
                let mut text = number
                    .map_or_else(|| shown.unwrap_or_default().to_owned(), |number| seen(&number, shown));
                if look.is_struck() && !text.trim().is_empty() {
                    text.insert_str(0, "~~");
                }
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
    fn write(&mut self, text: &str) {
        let mut now = Look::default();
        for open in self.open.iter_mut().rev() {
            match open {
                Open::Styled(inner) => now = now.within(*inner),
                Open::Cell { text: whole, last, look, .. } => {
                    now.within(*look).write(text, last, whole.get_or_insert_default());
                    break;
                }
                _ => {}
            }
        }
    }

    fn content(&mut self, space: Space, name: &str, attributes: &Attributes<'_>) -> Open {
        match (space, name) {
            (Space::Office, "automatic-styles" | "styles" | "font-face-decls") => Open::Styles,
            (Space::Office, "spreadsheet") => {
                self.has_body = true;
                Open::Plain
            }
            (Space::Table, "tracked-changes" | "shapes" | "named-expressions" | "dde-links") => Open::Skipped,
            _ if !self.has_body => Open::Plain,
            (Space::Table, "table") if self.styles.look(Family::Table, attributes).is_hidden() => {
                Open::Skipped
            }
            (Space::Table, "table") => {
                (self.row, self.described) = (0, 0);
                self.styles_of_columns.clear();
                Open::Table
            }
            (Space::Table, "table-row-group" | "table-column-group")
                if attributes.get("display").as_deref() == Some("false") =>
            {
                Open::Folded
            }
            (Space::Table, "table-column") => {
                let count = attributes.count("number-columns-repeated");
                let next = self.described.saturating_add(count);
                if self.is_hidden(Family::Column, attributes) {
                    self.sheet.hidden_columns.push((short(self.described), short(next - 1)));
                }
                self.described = next;
                if self.styles_of_columns.len() < MOST_DESCRIBED {
                    self.styles_of_columns.push((next, attributes.get("default-cell-style-name")));
                }
                Open::Plain
            }
            (Space::Table, "table-row") => {
                self.rows = attributes.count("number-rows-repeated");
                self.column = 0;
                self.style_of_row = attributes.get("default-cell-style-name");
                if self.is_hidden(Family::Row, attributes) {
                    let last = self.row.saturating_add(self.rows.min(MOST_REPEATED));
                    self.sheet.hidden_rows.extend((self.row..last).map(short));
                }
                Open::Row
            }
            (Space::Table, "table-cell" | "covered-table-cell") => self.cell(attributes),
            (Space::Text, "p") => {
                if let Some(Open::Cell { text, .. }) = self.open.last_mut() {
                    let text = text.get_or_insert_default();
                    if !text.is_empty() {
                        text.push('\n');
                    }
                }
                Open::Paragraph
            }
            // What is drawn on a sheet stands in no cell.
            (Space::Draw, _) => Open::Skipped,
            _ => match Inline::of(space, name, attributes, &self.styles) {
                Inline::Skipped => Open::Skipped,
                Inline::Styled(look) => Open::Styled(look),
                Inline::Piece(piece) => {
                    self.write(&piece);
                    Open::Plain
                }
                Inline::Other => Open::Plain,
            },
        }
    }

    /// Whether a row or column is not shown.
    fn is_hidden(&self, family: Family, attributes: &Attributes<'_>) -> bool {
        matches!(attributes.get("visibility").as_deref(), Some("collapse" | "filter"))
            || self.styles.look(family, attributes).is_hidden()
            || self.open.iter().any(|open| matches!(open, Open::Folded))
    }

    fn cell(&mut self, attributes: &Attributes<'_>) -> Open {
        let is_number = matches!(attributes.get("value-type").as_deref(), Some("float" | "currency"));
        let (tall, wide) =
            (attributes.count("number-rows-spanned"), attributes.count("number-columns-spanned"));
        if tall.max(wide) > 1 {
            let last = (self.row.saturating_add(tall - 1), self.column.saturating_add(wide - 1));
            self.sheet.merged.push(((short(self.row), short(self.column)), (short(last.0), short(last.1))));
        }
        let of_column = || {
            let column = self.styles_of_columns.iter().find(|(end, _)| self.column < *end);
            column.and_then(|(_, style)| style.clone())
        };
        let style = attributes.get("style-name").or_else(|| self.style_of_row.clone()).or_else(of_column);
        Open::Cell {
            repeated: attributes.count("number-columns-repeated"),
            number: attributes.get("value").filter(|_| is_number),
            word: attributes.get("string-value"),
            text: None,
            look: self.styles.named(Family::Cell, style),
            last: Look::default(),
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

/// A number as it is, unless the sheet shows another one: in thousands, as a share, as a word.
fn seen(number: &str, shown: Option<&str>) -> String {
    let kept = number.trim().parse().map_or_else(|_| number.to_owned(), numeral);
    // Where nothing is told of it, the number is shown as it is.
    let Some(shown) = shown else { return kept };
    // 12件, ￥12.
    let is_mark = |c: char| "~^%+-－—".contains(c) || UNCLEAR.contains(c);
    let figure = shown.trim_end_matches(|c: char| !c.is_numeric() && !is_mark(c));
    let figure = figure.trim_start_matches(|c: char| !c.is_numeric() && !is_mark(c));
    let agrees = match value::read(figure) {
        CellText::Number(told) => is_rounded(&kept, &told),
        // Nought may be a dash.
        CellText::Blank(_) => kept.parse() == Ok(0.0),
        CellText::Unreadable(_) => false,
    };
    let words: String = shown.chars().filter(|c| !(c.is_numeric() || ",.，．".contains(*c))).collect();
    match agrees {
        // 17,809,000元 is read as what it shows.
        true if is_another_number(words.trim()) => shown.trim().to_owned(),
        true => kept,
        false => format!("{kept} [{}]", shown.trim()),
    }
}

/// Whether one number is the other to the digits it is told with.
fn is_rounded(kept: &str, told: &str) -> bool {
    let places = told.split_once('.').map_or(0, |(_, places)| places.len());
    let (Ok(kept), Ok(told), Ok(places)) = (kept.parse::<f64>(), told.parse::<f64>(), i32::try_from(places))
    else {
        return false;
    };
    (kept - told).abs() <= 0.5 * 10_f64.powi(-places) * 1.000_001
}

fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::seen;

    #[test]
    fn a_number_that_is_shown_as_another_is_none() {
        for (number, shown) in [
            ("12", "12"),
            ("12", "12件"),
            ("25.1", "￥25.10"),
            ("1234.5678", "1,234.57"),
            ("0", "—"),
            ("0.30000000000000004", "0.3"),
        ] {
            assert!(!seen(number, Some(shown)).contains('['), "{number} as {shown}");
        }
        for (number, shown) in
            [("12", "1200%"), ("12345", "12.35"), ("12", "无"), ("5", "1900-01-04"), ("12", "112")]
        {
            assert!(seen(number, Some(shown)).contains('['), "{number} as {shown}");
        }
    }
}
