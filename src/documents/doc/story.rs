//! The text of a document as paragraphs and tables; what stands behind it, in boxes and notes, is told.

use super::Numbers;
use super::header::{Header, Piece};
use super::look::{Characters, Said};
use super::marks::{self, Mark, is_mark};
use super::properties::{Paragraph, Properties};
use super::table::{RowShape, Written, rows};
use crate::documents::color::unseen;
use crate::documents::docx::{Cell, Node};
use crate::documents::fault::ReadFault;
use crate::documents::grid::GridCell;
use crate::documents::value::UNCLEAR;
use encoding_rs::WINDOWS_1252;
use std::ops::Range;

/// Longest text of a paragraph, in bytes.
const LONGEST_TEXT: usize = 1 << 20;
/// Deepest nesting of tables.
const DEEPEST: usize = 20;
/// Most paragraphs of other stories that are told.
const MOST_ASIDE: usize = 100;

/// What a document says.
pub(super) struct Story {
    pub nodes: Vec<Node>,
    pub aside: Vec<GridCell>,
}

/// A table that is open: its rows, the cells of the last one, and what stands in the last cell.
#[derive(Default)]
struct Open {
    rows: Vec<Written>,
    cells: Vec<Cell>,
    content: Vec<Node>,
}

#[derive(Default)]
struct Reader {
    nodes: Vec<Node>,
    open: Vec<Open>,
    text: String,
    /// The end of the text, of one look.
    run: String,
    look: Characters,
    /// How high the text before it stands.
    height: i16,
    /// Text stands in boxes somewhere; in the paragraph that is read something is drawn.
    has_boxes: bool,
    is_drawn: bool,
    /// Fields that are open: whether their text is what they ask for and not yet what they show.
    fields: Vec<bool>,
    /// What holds for each paragraph, and which one is read.
    marks: Vec<Mark>,
    paragraph: usize,
    /// What was found last, how far around it holds, and for which paragraph and piece.
    known: (Characters, Range<usize>, usize, usize),
}

pub(super) fn read(
    header: &Header,
    pieces: &[Piece],
    main: &[u8],
    properties: &Properties,
) -> Result<Story, ReadFault> {
    let marks = marks::read(header, pieces, main, properties)?;
    let (mut reader, mut aside) =
        (Reader { marks, has_boxes: header.has_boxes, ..Reader::default() }, Vec::new());
    let mut ended = false;
    each_character(header, pieces, main, |c, place, number, piece| {
        if number >= header.text && !ended {
            reader.end_tables(0)?;
            ended = true;
        }
        if ended && matches!(c, '\r' | '\u{7}') {
            reader.flush();
            reader.paragraph += 1;
            let text = std::mem::take(&mut reader.text);
            if !text.trim().is_empty() && aside.len() < MOST_ASIDE {
                aside.push(GridCell::new(text.trim(), usize::MAX));
            }
            return Ok(());
        }
        let said = pieces.get(piece).map(|piece| piece.said).unwrap_or_default();
        reader.take(c, place, (piece, said), properties)
    })?;
    if !ended {
        reader.end_paragraph();
        reader.end_tables(0)?;
    }
    let line = reader.nodes.len();
    aside.iter_mut().for_each(|cell| cell.line = line);
    Ok(Story { nodes: reader.nodes, aside })
}

/// Goes through the characters in the order of the text: each with its place in the main stream, its running number
/// and that of its piece.
pub(super) fn each_character(
    header: &Header,
    pieces: &[Piece],
    main: &[u8],
    mut take: impl FnMut(char, usize, usize, usize) -> Result<(), ReadFault>,
) -> Result<(), ReadFault> {
    for (piece_number, piece) in pieces.iter().enumerate() {
        let mut units = Units::of(piece, main);
        for number in piece.from..piece.to.min(header.whole) {
            let place = units.place();
            if let Some(c) = units.next() {
                take(c, place, number, piece_number)?;
            }
        }
    }
    Ok(())
}

impl Reader {
    fn take(
        &mut self,
        c: char,
        place: usize,
        piece: (usize, Said),
        properties: &Properties,
    ) -> Result<(), ReadFault> {
        match c {
            '\u{13}' => self.fields.push(true),
            '\u{14}' => {
                if let Some(asks) = self.fields.last_mut() {
                    *asks = false;
                }
            }
            '\u{15}' => {
                self.fields.pop();
            }
            c if is_mark(c) => {
                let paragraph = properties.paragraph(place);
                self.end(c, &paragraph)?;
                self.paragraph += 1;
            }
            _ => {
                let look = self.look_at(place, piece, properties);
                if !look.gone && !self.fields.iter().any(|asks| *asks) {
                    self.write(c, look)?;
                }
            }
        }
        Ok(())
    }

    fn look_at(&mut self, place: usize, (piece, said): (usize, Said), properties: &Properties) -> Characters {
        let (look, range, paragraph, of_piece) = &self.known;
        if range.contains(&place) && *paragraph == self.paragraph && *of_piece == piece {
            return *look;
        }
        let mark = self.mark();
        let (by_place, range) = properties.characters(place, mark.style);
        let look = said.over(by_place).characters(mark.paper);
        self.known = (look, range, self.paragraph, piece);
        look
    }

    fn mark(&self) -> Mark {
        self.marks.get(self.paragraph).copied().unwrap_or_default()
    }

    fn write(&mut self, c: char, look: Characters) -> Result<(), ReadFault> {
        self.is_drawn |= matches!(c, '\u{1}' | '\u{8}');
        let shown = match c {
            '\u{b}' | '\u{e}' => '\n',
            '\u{1e}' => '-',
            '\u{a0}' => ' ',
            '\t' => '\t',
            // A picture's place, a note's and the like; a break that is only offered.
            c if c.is_control() => return Ok(()),
            c => c,
        };
        if look != self.look {
            self.flush();
            self.look = look;
        }
        self.run.push(shown);
        let length = self.text.len() + self.run.len();
        if length > LONGEST_TEXT { Err(ReadFault::TooLargeInside) } else { Ok(()) }
    }

    /// Ends the text of one look. A figure that is struck out, raised or not seen is none by itself, and never one with
    /// its neighbours: a mark says so.
    fn flush(&mut self) {
        let is_figure = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        if self.run.is_empty() {
            return;
        }
        let stands = self.look.position;
        if stands != self.height
            && is_figure(self.text.chars().next_back())
            && is_figure(self.run.chars().next())
        {
            self.text.push_str(UNCLEAR);
        }
        self.height = stands;
        if self.look.lost {
            self.text.push_str(unseen(&self.run));
        }
        if self.look.struck {
            self.text.push_str("~~");
        }
        if self.look.raised {
            self.text.push('^');
        }
        self.text.push_str(&std::mem::take(&mut self.run));
    }

    /// Ends a paragraph, and with it perhaps a cell or a row.
    fn end(&mut self, mark: char, paragraph: &Paragraph) -> Result<(), ReadFault> {
        let depth = if paragraph.in_table || mark == '\u{7}' { paragraph.depth.max(1) } else { 0 };
        if depth > DEEPEST {
            return Err(ReadFault::TooDeep);
        }
        self.end_tables(depth)?;
        while self.open.len() < depth {
            self.open.push(Open::default());
        }
        let inner = depth > 1 && mark == '\r';
        let ends_row = (mark == '\u{7}' && paragraph.ends_row) || (inner && paragraph.ends_inner_row);
        let ends_cell = mark == '\u{7}' || (inner && paragraph.ends_inner_cell);
        if ends_row {
            self.end_row(paragraph.shape.clone());
            return Ok(());
        }
        self.end_paragraph();
        if ends_cell && let Some(table) = self.open.last_mut() {
            let content = std::mem::take(&mut table.content);
            table.cells.push(Cell::of(content));
        }
        Ok(())
    }

    fn end_paragraph(&mut self) {
        self.flush();
        (self.look, self.height) = (Characters::default(), 0);
        let mut text = std::mem::take(&mut self.text);
        // What stands there is seen behind a number that is not here, or beside or under a box.
        let is_drawn = std::mem::take(&mut self.is_drawn) && self.has_boxes;
        if (self.mark().is_numbered || is_drawn) && !self.open.is_empty() {
            text.insert_str(0, unseen(&text));
        }
        let node = Node::Paragraph { text, open_end: false };
        match self.open.last_mut() {
            Some(table) => table.content.push(node),
            None => self.nodes.push(node),
        }
    }

    fn end_row(&mut self, shape: Option<RowShape>) {
        self.text.clear();
        self.run.clear();
        (self.look, self.height) = (Characters::default(), 0);
        if let Some(table) = self.open.last_mut() {
            let mut cells = std::mem::take(&mut table.cells);
            // Text before the mark of the row that no cell's mark ended.
            let loose = std::mem::take(&mut table.content);
            if !loose.is_empty() {
                cells.push(Cell::of(loose));
            }
            table.rows.push((cells, shape));
        }
    }

    /// Ends the tables deeper than this.
    fn end_tables(&mut self, depth: usize) -> Result<(), ReadFault> {
        while self.open.len() > depth {
            if self.open.last().is_some_and(|table| !table.cells.is_empty() || !table.content.is_empty()) {
                self.end_row(None);
            }
            let Some(table) = self.open.pop() else { break };
            let node = Node::Table(rows(table.rows));
            match self.open.last_mut() {
                Some(outer) => outer.content.push(node),
                None => self.nodes.push(node),
            }
        }
        Ok(())
    }
}

/// The characters of a piece, each with its place in the main stream.
struct Units<'m> {
    main: &'m [u8],
    at: usize,
    narrow: bool,
    high: Option<u16>,
}

impl<'m> Units<'m> {
    fn of(piece: &Piece, main: &'m [u8]) -> Units<'m> {
        Units { main, at: piece.at, narrow: piece.narrow, high: None }
    }

    fn place(&self) -> usize {
        self.at
    }

    /// The next character; `None` for the first half of one.
    fn next(&mut self) -> Option<char> {
        if self.narrow {
            let byte = self.main.u8_at(self.at)?;
            self.at += 1;
            return WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next();
        }
        let unit = self.main.u16_at(self.at)?;
        self.at += 2;
        match self.high.take() {
            Some(high) => char::decode_utf16([high, unit]).next()?.ok().or(Some('\u{fffd}')),
            None if (0xd800..0xdc00).contains(&unit) => {
                self.high = Some(unit);
                None
            }
            None => char::decode_utf16([unit]).next()?.ok().or(Some('\u{fffd}')),
        }
    }
}
