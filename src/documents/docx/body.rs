//! The text of a docx as it is written: paragraphs, tables, text boxes; revisions taken as accepted.

use super::DocxFault;
use super::look::{Look, Run, Styles, attribute};
use super::space::Space;
use crate::documents::grid::Cover;
use crate::documents::value::UNCLEAR;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{NsReader, XmlVersion};

/// Deepest nesting of elements that is read.
const DEEPEST: usize = 200;
/// Longest text of a paragraph, in bytes.
const LONGEST_TEXT: usize = 1 << 20;
/// Widest merged cell, in columns.
const WIDEST_SPAN: usize = 64;

#[derive(Debug, Clone)]
pub(in crate::documents) enum Node {
    Paragraph {
        text: String,
        /// Its end was deleted, so that the next paragraph belongs to it.
        open_end: bool,
    },
    Table(Vec<Row>),
}

#[derive(Debug, Clone, Default)]
pub(in crate::documents) struct Row {
    /// Columns left free before its first cell.
    pub before: usize,
    pub cells: Vec<Cell>,
    pub(super) deleted: bool,
}

#[derive(Debug, Clone, Default)]
pub(in crate::documents) struct Cell {
    /// Columns it covers besides its own.
    pub covers: usize,
    /// It belongs to the cell above or before it, and shows nothing of its own.
    pub continues: Cover,
    pub content: Vec<Node>,
    pub(super) deleted: bool,
}

/// Reads the text part.
pub(super) fn read(xml: &str, styles: &Styles) -> Result<Vec<Node>, DocxFault> {
    let mut reader = NsReader::from_str(xml.strip_prefix('\u{feff}').unwrap_or(xml));
    let mut builder = Builder::new(styles);
    loop {
        let (space, event) = reader.read_resolved_event().map_err(|_| DocxFault::Malformed)?;
        let space = Space::of(&space);
        match event {
            Event::Start(start) => builder.start(space, &start)?,
            Event::Empty(start) => {
                builder.start(space, &start)?;
                builder.end();
            }
            Event::End(_) => builder.end(),
            Event::Text(text) => builder.text(&text.xml10_content())?,
            Event::CData(text) => builder.text(&text.xml10_content())?,
            Event::GeneralRef(name) => {
                let c = name.resolve_char_ref().map_err(|_| DocxFault::Malformed)?;
                let c = c.or_else(|| super::package::predefined(&name)).ok_or(DocxFault::Entities)?;
                builder.text(c.encode_utf8(&mut [0; 4]))?;
            }
            Event::DocType(_) => return Err(DocxFault::Entities),
            Event::Eof => return builder.finish(),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

/// What an open element is to its children.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Nothing by itself: its children count as its parent's.
    Plain,
    /// It has an [`Open`] of its own.
    Container,
    Text,
    /// Properties of a paragraph or table.
    LookedAt,
    ParagraphEnd,
    RunProperties,
    RowProperties,
    CellProperties,
    /// Several forms of one content, of which the first is read.
    Alternatives {
        chosen: bool,
    },
    Skipped,
}

/// What is being filled.
enum Open {
    Story(Vec<Node>),
    Paragraph { text: String, open_end: bool, boxes: Vec<Node>, look: Look, height: i32 },
    Table(Vec<Row>, Look),
    Row(Row),
    Cell(Cell, Look),
}

struct Builder<'s> {
    styles: &'s Styles,
    kinds: Vec<Kind>,
    open: Vec<Open>,
    nodes: Vec<Node>,
    has_body: bool,
    run: Run,
    /// The fields that are open, from the outside: whether each has come to its result, which alone is shown.
    fields: Vec<bool>,
}

impl<'s> Builder<'s> {
    fn new(styles: &'s Styles) -> Builder<'s> {
        Builder {
            styles,
            kinds: Vec::new(),
            open: Vec::new(),
            nodes: Vec::new(),
            has_body: false,
            run: Run::default(),
            fields: Vec::new(),
        }
    }

    fn start(&mut self, space: Space, start: &BytesStart<'_>) -> Result<(), DocxFault> {
        if self.kinds.len() >= DEEPEST {
            return Err(DocxFault::TooDeep);
        }
        let name = start.local_name().into_inner();
        let kind = match self.kinds.last_mut() {
            Some(Kind::Alternatives { chosen }) => {
                if !*chosen && space == Space::Compatibility && name == "Choice" {
                    *chosen = true;
                    Kind::Plain
                } else {
                    Kind::Skipped
                }
            }
            Some(Kind::LookedAt) if space == Space::Word && name == "rPr" => Kind::ParagraphEnd,
            Some(Kind::LookedAt) => {
                if space == Space::Word {
                    self.look_at(name, start);
                }
                Kind::Skipped
            }
            Some(Kind::Skipped | Kind::Text) => Kind::Skipped,
            Some(Kind::RunProperties) => {
                if space == Space::Word {
                    self.run_property(name, start)?;
                }
                Kind::Skipped
            }
            Some(Kind::ParagraphEnd | Kind::RowProperties | Kind::CellProperties) => {
                if space == Space::Word {
                    self.property(name, start)?;
                }
                Kind::Skipped
            }
            Some(Kind::Plain | Kind::Container) | None => match space {
                Space::Word if name == "sym" => self.symbol()?,
                Space::Word if name == "fldChar" => self.field(attribute(start, "fldCharType").as_deref()),
                Space::Word => self.content(name)?,
                Space::Math => self.formula(name)?,
                Space::Compatibility if name == "AlternateContent" => Kind::Alternatives { chosen: false },
                Space::Compatibility if name == "Fallback" => Kind::Skipped,
                Space::Compatibility | Space::Other => Kind::Plain,
            },
        };
        self.kinds.push(kind);
        Ok(())
    }

    fn content(&mut self, name: &str) -> Result<Kind, DocxFault> {
        let within = self.open.last();
        let takes_blocks = matches!(within, Some(Open::Story(_) | Open::Cell(..)));
        let opened = match name {
            "body" if within.is_none() => {
                self.has_body = true;
                Open::Story(Vec::new())
            }
            "txbxContent" if matches!(within, Some(Open::Paragraph { .. })) || takes_blocks => {
                Open::Story(Vec::new())
            }
            "p" if takes_blocks => {
                let (look, height) = (Look::default(), 0);
                Open::Paragraph { text: String::new(), open_end: false, boxes: Vec::new(), look, height }
            }
            "tbl" if takes_blocks => Open::Table(Vec::new(), Look::default()),
            "tr" if matches!(within, Some(Open::Table(..))) => Open::Row(Row::default()),
            "tc" if matches!(within, Some(Open::Row(_))) => Open::Cell(Cell::default(), Look::default()),
            _ => return self.run_content(name),
        };
        self.open.push(opened);
        Ok(Kind::Container)
    }

    fn run_content(&mut self, name: &str) -> Result<Kind, DocxFault> {
        match name {
            "t" => return Ok(Kind::Text),
            "pPr" | "tblPr" => return Ok(Kind::LookedAt),
            "trPr" => return Ok(Kind::RowProperties),
            "tcPr" => return Ok(Kind::CellProperties),
            // Taken back, never shown, or said about the content and not part of it.
            "del" | "moveFrom" | "delText" | "instrText" | "delInstrText" | "rt" | "rubyPr" | "tblPrEx"
            | "tblGrid" | "sectPr" | "sdtPr" | "sdtEndPr" => return Ok(Kind::Skipped),
            "r" => self.run = Run::default(),
            "footnoteReference" | "endnoteReference" => self.run.is_noted = true,
            "rPr" => return Ok(Kind::RunProperties),
            "tab" | "ptab" => self.write("\t")?,
            "br" | "cr" => self.write("\n")?,
            "noBreakHyphen" => self.write("-")?,
            _ => {}
        }
        Ok(Kind::Plain)
    }

    /// Where a field begins, comes to its result, ends.
    fn field(&mut self, mark: Option<&str>) -> Kind {
        match mark {
            Some("begin") if self.fields.len() < DEEPEST => self.fields.push(false),
            Some("separate") => self.fields.last_mut().into_iter().for_each(|has_come| *has_come = true),
            Some("end") => drop(self.fields.pop()),
            _ => {}
        }
        Kind::Skipped
    }

    /// A picture of a character, whose font alone knows which: among figures it may be one.
    fn symbol(&mut self) -> Result<Kind, DocxFault> {
        if self.open.iter().any(|open| matches!(open, Open::Cell(..))) {
            self.write(UNCLEAR)?;
        }
        Ok(Kind::Skipped)
    }

    /// Formulas are text; what stands above or below something in them is no figure beside it.
    fn formula(&mut self, name: &str) -> Result<Kind, DocxFault> {
        match name {
            "t" => return Ok(Kind::Text),
            "r" => self.run = Run::default(),
            "den" => self.write("/")?,
            "sup" | "sub" | "deg" => self.write("^")?,
            "d" => self.write("(")?,
            _ => {}
        }
        Ok(Kind::Plain)
    }

    /// What a run is besides its text.
    fn run_property(&mut self, name: &str, start: &BytesStart<'_>) -> Result<(), DocxFault> {
        let value = value_of(start)?;
        match (name, value.as_deref()) {
            ("rStyle", Some(style)) => self.run.style = self.styles.look(style),
            (name, _) => self.run.own.take(name, start),
        }
        Ok(())
    }

    /// Takes in what a paragraph, table or cell that is being filled says of its look.
    fn look_at(&mut self, name: &str, start: &BytesStart<'_>) {
        let Some(Open::Paragraph { look, .. } | Open::Table(_, look) | Open::Cell(_, look)) =
            self.open.last_mut()
        else {
            return;
        };
        match (name, attribute(start, "val")) {
            ("pStyle" | "tblStyle", Some(style)) => *look = look.over(self.styles.look(&style)),
            ("shd", _) => look.take(name, start),
            _ => {}
        }
    }

    /// Takes in what the properties say of the paragraph, row or cell being filled.
    fn property(&mut self, name: &str, start: &BytesStart<'_>) -> Result<(), DocxFault> {
        let value = value_of(start)?;
        let number = || value.as_deref().and_then(|value| value.trim().parse().ok()).unwrap_or(0_usize);
        match (self.open.last_mut(), name) {
            (Some(Open::Paragraph { open_end, .. }), "del" | "moveFrom") => *open_end = true,
            (Some(Open::Row(row)), "del" | "hidden") => row.deleted = true,
            (Some(Open::Row(row)), "gridBefore") => row.before = number().min(WIDEST_SPAN),
            (Some(Open::Cell(..)), "shd") => self.look_at(name, start),
            (Some(Open::Cell(cell, _)), "gridSpan") => {
                cell.covers = number().clamp(1, WIDEST_SPAN).saturating_sub(1);
            }
            (Some(Open::Cell(cell, _)), "vMerge") if value.as_deref() != Some("restart") => {
                cell.continues = Cover::Above;
            }
            (Some(Open::Cell(cell, _)), "hMerge") if value.as_deref() != Some("restart") => {
                cell.continues = Cover::Beside;
            }
            (Some(Open::Cell(cell, _)), "cellDel") => cell.deleted = true,
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), DocxFault> {
        if self.kinds.last() == Some(&Kind::Text) { self.write(text) } else { Ok(()) }
    }

    fn write(&mut self, piece: &str) -> Result<(), DocxFault> {
        if self.fields.contains(&false) {
            return Ok(());
        }
        let behind = self.open.iter().rev().map_while(|open| match open {
            Open::Table(_, look) | Open::Cell(_, look) => Some(*look),
            Open::Row(_) | Open::Paragraph { .. } => Some(Look::default()),
            Open::Story(_) => None,
        });
        let behind = behind.fold(Look::default(), Look::over);
        let Some(Open::Paragraph { text, look, height, .. }) = self.open.last_mut() else { return Ok(()) };
        if text.len() + piece.len() > LONGEST_TEXT {
            return Err(DocxFault::TooLong);
        }
        *height = self.run.write(piece, text, look.over(behind), *height);
        Ok(())
    }

    fn end(&mut self) {
        if self.kinds.pop() != Some(Kind::Container) {
            return;
        }
        match self.open.pop() {
            Some(Open::Story(nodes)) => self.place(nodes),
            Some(Open::Paragraph { text, open_end, boxes, .. }) => {
                // An instruction that never came to its result takes no more than its own paragraph.
                self.fields.retain(|has_come| *has_come);
                self.place(vec![Node::Paragraph { text, open_end }]);
                self.place(boxes);
            }
            Some(Open::Table(rows, _)) => self.place(vec![Node::Table(rows)]),
            Some(Open::Row(row)) => match self.open.last_mut() {
                Some(Open::Table(rows, _)) if !row.deleted => rows.push(row),
                _ => {}
            },
            Some(Open::Cell(cell, _)) => match self.open.last_mut() {
                Some(Open::Row(row)) if !cell.deleted => row.cells.push(cell),
                _ => {}
            },
            None => {}
        }
    }

    fn place(&mut self, nodes: Vec<Node>) {
        let list = match self.open.last_mut() {
            None => &mut self.nodes,
            Some(Open::Story(nodes)) => nodes,
            Some(Open::Paragraph { boxes, .. }) => boxes,
            Some(Open::Cell(cell, _)) => &mut cell.content,
            // Neither opens for anything but rows and cells.
            Some(Open::Table(..) | Open::Row(_)) => return,
        };
        for node in nodes {
            add(list, node);
        }
    }

    fn finish(self) -> Result<Vec<Node>, DocxFault> {
        if !self.kinds.is_empty() {
            return Err(DocxFault::Malformed);
        }
        if self.has_body { Ok(self.nodes) } else { Err(DocxFault::NoText) }
    }
}

fn add(list: &mut Vec<Node>, node: Node) {
    if let Some(Node::Paragraph { text, open_end }) = list.last_mut()
        && *open_end
        && let Node::Paragraph { text: more, open_end: still } = &node
    {
        text.push_str(more);
        *open_end = *still;
        return;
    }
    list.push(node);
}

fn value_of(start: &BytesStart<'_>) -> Result<Option<String>, DocxFault> {
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| DocxFault::Malformed)?;
        if attribute.key.local_name().into_inner() == "val" {
            return attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map(|value| Some(value.into_owned()))
                .map_err(|_| DocxFault::Malformed);
        }
    }
    Ok(None)
}
