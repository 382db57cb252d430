//! A report as docx: A4, the statutory tables with their merged heads, the fonts official documents use by name.

use super::WriteFault;
use crate::documents::layout::{LaidCell, TableLayout, layout};
use crate::documents::particulars::lines as particulars;
use crate::documents::printed::{heading, paragraphs, sections, signature, title};
use crate::domain::report::ReportDocument;
use docx_rs::{
    AlignmentType, Docx, DocxError, LineSpacing, PageMargin, Paragraph, Run, RunFonts, SpecialIndentType,
    Table, TableAlignmentType, TableCell, TableCellMargins, TableRow, VAlignType, VMergeType, WidthType,
};
use std::io::Cursor;
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

const TITLE_FONT: &str = "方正小标宋简体";
const HEAD_FONT: &str = "黑体";
const TEXT_FONT: &str = "仿宋_GB2312";
/// Sizes in half points: 二号, 三号, 小五.
const TITLE: usize = 44;
const TEXT: usize = 32;
const CELL: usize = 18;
/// A4 in twentieths of a point.
const WIDTH: u32 = 11_906;
const HEIGHT: u32 = 16_838;
const MARGIN: i32 = 1_474;
/// Between a cell's border and its text.
const AIR: usize = 50;
/// Two characters of the text.
const INDENT: i32 = 640;

fn run(text: &str, font: &str, size: usize) -> Run {
    let fonts = RunFonts::new().east_asia(font).ascii("Times New Roman").hi_ansi("Times New Roman");
    Run::new().add_text(text).fonts(fonts).size(size)
}

fn paragraph(text: &str, font: &str, size: usize) -> Paragraph {
    Paragraph::new().add_run(run(text, font, size)).line_spacing(LineSpacing::new().line(560))
}

/// Writes the document.
pub fn write(document: &ReportDocument) -> Result<Vec<u8>, WriteFault> {
    let margin = PageMargin::new().top(MARGIN).bottom(MARGIN).left(MARGIN).right(MARGIN);
    let mut docx = Docx::new().page_size(WIDTH, HEIGHT).page_margin(margin);
    docx = docx.add_paragraph(paragraph(&title(document), TITLE_FONT, TITLE).align(AlignmentType::Center));
    for line in particulars(document) {
        docx = docx.add_paragraph(paragraph(&line, TEXT_FONT, CELL).align(AlignmentType::Center));
    }
    for (at, section, state) in sections(document) {
        let indent = |paragraph: Paragraph| {
            paragraph.indent(None, Some(SpecialIndentType::FirstLine(INDENT)), None, None)
        };
        docx = docx.add_paragraph(indent(paragraph(&heading(section, state), HEAD_FONT, TEXT)));
        if let Some(layout) = layout(document, at) {
            docx = docx.add_table(table(&layout)).add_paragraph(Paragraph::new());
        }
        for text in paragraphs(state) {
            docx = docx.add_paragraph(indent(paragraph(&text, TEXT_FONT, TEXT)));
        }
    }
    for line in signature(document) {
        docx = docx.add_paragraph(paragraph(&line, TEXT_FONT, TEXT).align(AlignmentType::Right));
    }
    let mut packed = Cursor::new(Vec::new());
    docx.build().pack(&mut packed).map_err(DocxError::from)?;
    Ok(deflated(packed)?)
}

/// The library stores its parts as they are: a tenth of it is enough.
fn deflated(packed: Cursor<Vec<u8>>) -> ZipResult<Vec<u8>> {
    let mut parts = ZipArchive::new(packed)?;
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..parts.len() {
        let mut part = parts.by_index(at)?;
        archive.start_file(part.name()?.into_owned(), SimpleFileOptions::default())?;
        std::io::copy(&mut part, &mut archive)?;
    }
    Ok(archive.finish()?.into_inner())
}

fn table(layout: &TableLayout) -> Table {
    let measure =
        usize::try_from(WIDTH).unwrap_or(0).saturating_sub(2 * usize::try_from(MARGIN).unwrap_or(0));
    let widths = widths(layout, measure);
    Table::new(rows(layout, &widths))
        .set_grid(widths)
        .width(measure, WidthType::Dxa)
        .margins(TableCellMargins::new().margin(AIR, AIR, AIR, AIR))
        .align(TableAlignmentType::Center)
}

/// Columns as wide as what stands in them alone asks for, within reason, to fill the measure.
fn widths(layout: &TableLayout, measure: usize) -> Vec<usize> {
    let mut wanted = vec![4_usize; layout.width()];
    for line in layout.positions() {
        for (wanted, cell) in wanted.iter_mut().zip(line) {
            if let Some(cell) = cell.filter(|cell| cell.colspan == 1) {
                let tall = cell.rowspan.clamp(1, 4);
                *wanted = (*wanted).max((cell.text.chars().count() / tall).clamp(2, 14));
            }
        }
    }
    let all: usize = wanted.iter().sum();
    wanted.into_iter().map(|wanted| wanted * measure / all.max(1)).collect()
}

/// Word wants a cell in every row that a merged one runs through.
fn rows(layout: &TableLayout, widths: &[usize]) -> Vec<TableRow> {
    let mut open: Vec<(usize, usize)> = vec![(0, 1); layout.width()];
    let mut rows = Vec::new();
    for line in layout.positions() {
        let mut cells = Vec::new();
        let mut at = 0;
        while let Some(position) = line.get(at) {
            let wide = |span: usize| widths.iter().skip(at).take(span).sum::<usize>();
            let span = match (position, open.get(at).copied()) {
                (Some(cell), _) => {
                    if let Some(place) = open.get_mut(at) {
                        *place = (cell.rowspan - 1, cell.colspan);
                    }
                    cells.push(beginning(cell, wide(cell.colspan)));
                    cell.colspan
                }
                (None, Some((left, span))) if left > 0 => {
                    if let Some(place) = open.get_mut(at) {
                        place.0 -= 1;
                    }
                    let cell = sized(TableCell::new(), span, wide(span)).vertical_merge(VMergeType::Continue);
                    cells.push(cell.add_paragraph(Paragraph::new()));
                    span
                }
                (None, _) => {
                    cells.push(sized(TableCell::new(), 1, wide(1)).add_paragraph(Paragraph::new()));
                    1
                }
            };
            at += span.max(1);
        }
        // A row is never parted by the end of a page.
        rows.push(TableRow::new(cells).cant_split());
    }
    rows
}

fn sized(cell: TableCell, span: usize, wide: usize) -> TableCell {
    let cell = cell.width(wide, WidthType::Dxa).vertical_align(VAlignType::Center);
    if span > 1 { cell.grid_span(span) } else { cell }
}

fn beginning(cell: &LaidCell, wide: usize) -> TableCell {
    // Labels of single rows stand left, as the form prints them; heads and figures in the middle.
    let label = cell.header && cell.rowspan == 1 && cell.text.chars().count() > 8;
    let align = if label { AlignmentType::Left } else { AlignmentType::Center };
    let text = Paragraph::new().add_run(run(&cell.text, TEXT_FONT, CELL)).align(align);
    let laid = sized(TableCell::new(), cell.colspan, wide).add_paragraph(text);
    if cell.rowspan > 1 { laid.vertical_merge(VMergeType::Restart) } else { laid }
}
