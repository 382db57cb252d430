//! HTML, as sites publish reports: paragraphs and tables, merged cells spread out, layout seen through.

mod flow;
mod look;
mod parse;
mod sheet;
mod spans;
mod structure;
#[cfg(test)]
mod tests;

use super::color::unseen;
use super::decode::{DecodeFault, decode};
use super::grid::{Block, Cover, Grid, GridCell};
use super::text;
use flow::{Flow, Gap};
use look::Look;
use scraper::{ElementRef, Node};
use sheet::{Sheet, of_page};
use spans::{cover, pass, span};
use structure::{
    Kind, cells_of, elements, is_apart, is_frame, is_layout, kind, mark_of, row_groups, typed_in,
};

/// Deepest nesting of elements that is read.
const DEEPEST: usize = 256;
/// Most cells of a document, those covered by merged ones counted.
const MOST_CELLS: usize = 100_000;
const WIDEST_SPAN: usize = 64;
/// How many elements around a table are asked what colours they give to it.
const MOST_AROUND: usize = 30;
const TALLEST_SPAN: usize = 200;

/// Why a page could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HtmlFault {
    /// Elements nest deeper than any report needs.
    #[error("the page is nested too deep")]
    Depth,
    /// The page has more elements and texts than any report needs.
    #[error("the page has too many elements")]
    Nodes,
    /// The tables have more cells than any report needs.
    #[error("the tables have too many cells")]
    Cells,
}

/// Reads a page into a grid.
///
/// A merged cell stands once, at its first position, and the positions it covers are empty cells. A table
/// that only arranges the page (it holds tables, or a text in a single column) is no table: what its cells
/// hold stands there in their order. Lines are the running numbers of paragraphs and rows.
pub fn read(text: &str) -> Result<Grid, HtmlFault> {
    read_beside(text, &Nothing)
}

/// What stands beside a page in the same file, by the links it is called with.
pub(super) trait Beside {
    fn style(&self, link: &str) -> Option<String>;
    /// A page that is shown in a frame.
    fn frame(&self, link: &str) -> Option<Result<Grid, HtmlFault>>;
}

/// A page alone in its file.
struct Nothing;

impl Beside for Nothing {
    fn style(&self, _: &str) -> Option<String> {
        None
    }

    fn frame(&self, _: &str) -> Option<Result<Grid, HtmlFault>> {
        None
    }
}

/// Reads a page with what stands beside it.
pub(super) fn read_beside(text: &str, beside: &dyn Beside) -> Result<Grid, HtmlFault> {
    let html = parse::parse(text)?;
    let mut reader = Reader::new(of_page(&html, beside), beside);
    for element in html.tree.root().children().filter_map(ElementRef::wrap) {
        reader.walk(element, 1)?;
    }
    reader.end_paragraph();
    // The sheets of a workbook, of which its frames show the first.
    let links = html.tree.nodes().filter_map(ElementRef::wrap);
    for link in links.filter(|link| link.value().id().is_some_and(|id| id.eq_ignore_ascii_case("shLink"))) {
        reader.frame(link.value().attr("href"))?;
    }
    Ok(Grid { blocks: reader.blocks, aside: reader.aside, frames: reader.frames })
}

/// The text of a page: in the charset it is said to be in, in the one it says, or else in the one it is in.
pub(super) fn decoded(bytes: &[u8], charset: Option<&str>) -> Result<(String, &'static str), DecodeFault> {
    let declared = charset.map(str::to_owned).or_else(|| declared_charset(bytes));
    decode(bytes, declared.as_deref()).or_else(|fault| {
        // Pages often say one charset and are in another.
        decode(bytes, None).map_err(|_| fault)
    })
}

/// The charset a page declares in its first bytes, if it does.
pub fn declared_charset(bytes: &[u8]) -> Option<String> {
    let head: String = bytes.iter().take(2_048).map(|byte| char::from(*byte).to_ascii_lowercase()).collect();
    let (_, behind) = head.split_once("charset=")?;
    let name = behind.trim_start_matches(['"', '\'', ' ']);
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && !"-_".contains(c)).unwrap_or(name.len());
    name.get(..end).filter(|name| !name.is_empty()).map(str::to_owned)
}

struct Reader<'b> {
    beside: &'b dyn Beside,
    blocks: Vec<Block>,
    /// First and last line of each element that holds several.
    frames: Vec<(usize, usize)>,
    aside: Vec<GridCell>,
    flow: Flow,
    sheet: Sheet,
    preformatted: bool,
    /// Running number of the last paragraph or row.
    line: usize,
    cells: usize,
}

impl<'b> Reader<'b> {
    fn new(sheet: Sheet, beside: &'b dyn Beside) -> Reader<'b> {
        let (blocks, frames, aside, flow) = (Vec::new(), Vec::new(), Vec::new(), Flow::default());
        Reader { beside, blocks, frames, aside, flow, sheet, preformatted: false, line: 0, cells: 0 }
    }

    /// Reads a page that is shown in this one, in its place.
    fn frame(&mut self, link: Option<&str>) -> Result<(), HtmlFault> {
        let Some(grid) = link.and_then(|link| self.beside.frame(link)) else { return Ok(()) };
        self.end_paragraph();
        self.take(grid?);
        Ok(())
    }

    /// Takes in what was read elsewhere, behind what stands here.
    fn take(&mut self, grid: Grid) {
        let before = self.line;
        self.frames.extend(grid.frames.iter().map(|(from, to)| (from + before, to + before)));
        for mut block in grid.blocks {
            let lines: Vec<&mut usize> = match &mut block {
                Block::Paragraph { line, .. } => vec![line],
                Block::Table { rows } => rows.iter_mut().flatten().map(|cell| &mut cell.line).collect(),
            };
            for line in lines {
                *line += before;
                self.line = self.line.max(*line);
            }
            self.blocks.push(block);
        }
        self.aside.extend(grid.aside.into_iter().map(|cell| GridCell { line: cell.line + before, ..cell }));
    }

    fn walk(&mut self, element: ElementRef<'_>, depth: usize) -> Result<(), HtmlFault> {
        match kind(element) {
            _ if is_frame(element) && self.sheet.look(element).is_shown() => {
                self.frame(element.value().attr("src"))?;
            }
            Kind::Skipped => {}
            Kind::Break => self.flow.widen(Gap::Break),
            Kind::Inline => {
                self.text(typed_in(element).unwrap_or_default());
                self.children(element, depth)?;
            }
            Kind::Block | Kind::TablePart => {
                self.end_paragraph();
                let before = self.line;
                self.children(element, depth)?;
                self.end_paragraph();
                self.close(before);
            }
            // Plain text, as in a file of its own.
            Kind::Preformatted if elements(element).next().is_none() => {
                self.end_paragraph();
                self.take(text::read(&element.text().collect::<String>()));
            }
            Kind::Preformatted => {
                self.end_paragraph();
                let outside = std::mem::replace(&mut self.preformatted, true);
                self.children(element, depth)?;
                self.preformatted = outside;
                self.end_paragraph();
            }
            Kind::Table => {
                self.end_paragraph();
                self.table(element, depth)?;
            }
        }
        Ok(())
    }

    fn children(&mut self, element: ElementRef<'_>, depth: usize) -> Result<(), HtmlFault> {
        if depth > DEEPEST {
            return Err(HtmlFault::Depth);
        }
        for child in element.children() {
            if let Node::Text(text) = child.value() {
                self.text(text);
            } else if let Some(inner) = ElementRef::wrap(child) {
                self.walk(inner, depth + 1)?;
            }
        }
        Ok(())
    }

    /// Every line of preformatted text is a paragraph, as in a text file.
    fn text(&mut self, text: &str) {
        if !self.preformatted {
            return self.flow.push(text);
        }
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.end_paragraph();
            }
            self.flow.push(line);
        }
    }

    fn end_paragraph(&mut self) {
        // Many sites part their lines by breaks alone: each is a paragraph.
        let text = std::mem::take(&mut self.flow).text;
        for line in text.split('\n').map(str::trim).filter(|line| !line.is_empty()) {
            self.line += 1;
            self.blocks.push(Block::Paragraph { text: line.to_owned(), line: self.line });
        }
    }

    /// Ends an element that began behind a line.
    fn close(&mut self, before: usize) {
        let frame = (before + 1, self.line);
        if frame.0 < frame.1 && self.frames.last() != Some(&frame) {
            self.frames.push(frame);
        }
    }

    fn table(&mut self, table: ElementRef<'_>, depth: usize) -> Result<(), HtmlFault> {
        for caption in elements(table).filter(|inner| inner.value().name() == "caption") {
            self.walk(caption, depth + 1)?;
        }
        let groups = row_groups(table);
        if !is_layout(&groups) {
            let around = table.ancestors().filter_map(ElementRef::wrap).take(MOST_AROUND);
            let around = around.fold(self.sheet.look(table), |look, outer| look.over(self.sheet.look(outer)));
            return self.spread(&groups, around, depth);
        }
        for cell in groups.iter().flatten().flat_map(|row| cells_of(*row)) {
            let before = self.line;
            self.children(cell, depth + 3)?;
            self.end_paragraph();
            self.close(before);
        }
        Ok(())
    }

    fn spread(
        &mut self,
        groups: &[Vec<ElementRef<'_>>],
        around: Look,
        depth: usize,
    ) -> Result<(), HtmlFault> {
        let mut rows = Vec::new();
        for group in groups {
            // How many rows further down each column is still covered; never beyond its group of rows.
            let mut covered = Vec::new();
            let shown: Vec<_> = group.iter().filter(|row| self.sheet.look(**row).is_shown()).collect();
            for row in shown {
                let cells = self.row(*row, &mut covered, around, depth)?;
                if !cells.is_empty() {
                    self.line += 1;
                    rows.push(cells);
                }
            }
        }
        if !rows.is_empty() {
            self.blocks.push(Block::Table { rows });
        }
        Ok(())
    }

    fn row(
        &mut self,
        row: ElementRef<'_>,
        covered: &mut Vec<usize>,
        around: Look,
        depth: usize,
    ) -> Result<Vec<GridCell>, HtmlFault> {
        let mut cells = Vec::new();
        let around = self.sheet.look(row).within(around);
        for cell in cells_of(row) {
            let look = self.sheet.look(cell);
            if look.gone == Some(true) {
                continue;
            }
            while pass(covered, cells.len()) {
                self.add(&mut cells, String::new(), Cover::Above)?;
            }
            let mut flow = Flow::of_cell();
            if look.is_shown() {
                if look.struck == Some(true) {
                    flow.push("~");
                }
                gather(cell, &mut flow, &self.sheet, look.within(around), depth + 3)?;
            }
            let wide = span(cell, "colspan", WIDEST_SPAN).max(1);
            let tall = match span(cell, "rowspan", TALLEST_SPAN) {
                0 => TALLEST_SPAN,
                tall => tall,
            };
            for at in 0..wide {
                cover(covered, cells.len(), tall - 1);
                let reach = if at == 0 { Cover::Own } else { Cover::Beside };
                self.add(&mut cells, std::mem::take(&mut flow.text), reach)?;
            }
        }
        // What was popped before ends the last covered column: all up to there are positions of this row.
        while cells.len() < covered.len() {
            let reach = if pass(covered, cells.len()) { Cover::Above } else { Cover::Own };
            self.add(&mut cells, String::new(), reach)?;
        }
        while covered.last() == Some(&0) {
            covered.pop();
        }
        Ok(cells)
    }

    fn add(&mut self, cells: &mut Vec<GridCell>, text: String, cover: Cover) -> Result<(), HtmlFault> {
        self.cells += 1;
        if self.cells > MOST_CELLS {
            return Err(HtmlFault::Cells);
        }
        cells.push(GridCell { text, line: self.line + 1, cover });
        Ok(())
    }
}

/// The text of a cell, with whatever stands inside it.
fn gather(
    element: ElementRef<'_>,
    flow: &mut Flow,
    sheet: &Sheet,
    around: Look,
    depth: usize,
) -> Result<(), HtmlFault> {
    if depth > DEEPEST {
        return Err(HtmlFault::Depth);
    }
    let boxed = if sheet.look(element).parts == Some(true) { Gap::Box } else { Gap::None };
    for child in element.children() {
        if let Node::Text(text) = child.value() {
            flow.push(if around.is_lost() { unseen(text) } else { "" });
            flow.push(text);
        }
        let Some(inner) = ElementRef::wrap(child) else { continue };
        let gap = match kind(inner) {
            Kind::Skipped => continue,
            Kind::Inline if inner.value().name() == "button" => Gap::Box,
            Kind::Inline => boxed,
            Kind::Break | Kind::Block | Kind::Preformatted => Gap::Break,
            Kind::Table | Kind::TablePart => Gap::Edge,
        };
        let look = sheet.look(inner);
        let gap = gap.max(look.edge.unwrap_or_default());
        let is_faint = look.faint == Some(true) && elements(inner).next().is_none();
        if !look.is_shown() || is_faint {
            continue;
        }
        flow.widen(gap);
        if let Some(mark) = mark_of(inner, &look).or_else(|| typed_in(inner)) {
            flow.push(mark);
        }
        let was_apart = flow.is_apart;
        flow.is_apart |= is_apart(inner);
        gather(inner, flow, sheet, look.within(around), depth + 1)?;
        flow.is_apart = was_apart;
        flow.widen(gap);
    }
    Ok(())
}
