//! The report as PDF: A4, ready to be printed and signed, equal bytes for equal reports.
//!
//! Nothing is read from the machine: the font is part of the program, no time and no path goes in. What
//! the report says is set in `Pages` first, and only then written down (`file`).

mod file;
mod font;
mod grid;
mod page;
mod table;
mod text;

use crate::documents::layout::layout;
use crate::documents::particulars::lines as particulars;
use crate::domain::form::Section;
use crate::domain::report::{ReportDocument, SectionState};
use chrono::{Datelike, NaiveDate};
use font::Font;
use page::{MARGIN, MEASURE, Pages, WIDTH};
use table::SetTable;

/// Why no PDF came out; each is a fault of the program, none of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PdfFault {
    #[error("the built-in font cannot be read")]
    Font,
    #[error("the built-in font cannot be cut down to what the report needs")]
    Subset,
    #[error("the report is too long for a PDF")]
    TooLong,
}

const TITLE: f32 = 18.0;
const HEADING: f32 = 15.0;
const TEXT: f32 = 12.0;
/// Height of a line, in sizes of its text.
const LEADING: f32 = 1.75;
/// Two characters.
const INDENT: f32 = 2.0 * TEXT;

/// Writes the report; sections that are not there are left out.
pub fn write(document: &ReportDocument) -> Result<Vec<u8>, PdfFault> {
    let font = Font::load()?;
    let mut setting = Setting { font: &font, pages: Pages::new() };
    let title = title(document);
    setting.title(&title);
    particulars(document).for_each(|line| setting.paragraph(&text::clean(&line)));
    let form = document.content.form();
    for (at, (section, state)) in form.sections.iter().zip(&document.content.sections).enumerate() {
        if state.present {
            setting.section(document, at, section, state);
        }
    }
    setting.signature(document);
    file::write(&font, &setting.pages.finish(), &title, document.agency_name.as_deref())
}

/// The report's title, or the usual one where it has none.
fn title(document: &ReportDocument) -> String {
    let given = document.title.as_deref().map(text::clean).filter(|title| !title.is_empty());
    given.unwrap_or_else(|| {
        let agency = document.agency_name.as_deref().map(text::clean).unwrap_or_default();
        let year = document.year.map(|year| format!("{year}年")).unwrap_or_default();
        format!("{agency}{year}政府信息公开工作年度报告")
    })
}

/// 一、总体情况. A heading that was found with its numeral keeps that one alone.
fn heading(section: &Section, state: &SectionState) -> String {
    let numeral = section.numeral();
    let title = state.found_title.as_deref().map(text::clean).filter(|title| !title.is_empty());
    let title = title.unwrap_or_else(|| section.title.clone());
    let bare = title.strip_prefix(numeral).and_then(|rest| rest.strip_prefix('、')).unwrap_or(&title);
    format!("{numeral}、{}", bare.trim_start())
}

/// 2024年1月29日
fn day(date: NaiveDate) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

struct Setting<'f> {
    font: &'f Font,
    pages: Pages,
}

impl Setting<'_> {
    fn title(&mut self, title: &str) {
        let height = TITLE * LEADING;
        for line in text::wrap(self.font, title, TITLE, MEASURE, 0.0) {
            let x = (WIDTH - line.width) / 2.0;
            self.line(x, height, TITLE, 0.0, &line.text);
        }
        self.pages.skip(TITLE);
    }

    fn section(&mut self, document: &ReportDocument, at: usize, section: &Section, state: &SectionState) {
        let table = layout(document, at).and_then(|table| SetTable::set(self.font, &table));
        let heading = text::wrap(self.font, &heading(section, state), HEADING, MEASURE, INDENT);
        let below = table.as_ref().map_or(2.0 * TEXT * LEADING, SetTable::least);
        self.pages.skip(TEXT * 0.5);
        let lines: f32 = heading.iter().map(|_| HEADING * LEADING).sum();
        self.pages.keep(lines + below);
        for (number, line) in heading.iter().enumerate() {
            let indent = if number == 0 { INDENT } else { 0.0 };
            self.line(MARGIN + indent, HEADING * LEADING, HEADING, 0.0, &line.text);
        }
        if let Some(table) = &table {
            self.pages.skip(TEXT * 0.25);
            table.draw(&mut self.pages);
            self.pages.skip(TEXT * 0.5);
        }
        for paragraph in state.text.as_deref().unwrap_or_default().lines() {
            self.paragraph(&text::clean(paragraph));
        }
    }

    fn paragraph(&mut self, paragraph: &str) {
        let lines = text::wrap(self.font, paragraph, TEXT, MEASURE, INDENT);
        let height = TEXT * LEADING;
        for (number, line) in lines.iter().enumerate() {
            let indent = if number == 0 { INDENT } else { 0.0 };
            let is_last = number + 1 == lines.len();
            let spacing = if is_last { 0.0 } else { filling(MEASURE - indent - line.width, &line.text) };
            // No page ends with the first line of a paragraph, none begins with the last one.
            if (number == 0 && lines.len() > 1) || number + 2 == lines.len() {
                self.pages.keep(2.0 * height);
            }
            self.line(MARGIN + indent, height, TEXT, spacing, &line.text);
        }
    }

    /// Who signed and when, two characters from the right edge.
    fn signature(&mut self, document: &ReportDocument) {
        let signed_by = document.signed_by.as_deref().map(text::clean).filter(|name| !name.is_empty());
        let lines: Vec<_> = [signed_by, document.signed_on.map(day)]
            .iter()
            .flatten()
            .flat_map(|part| text::wrap(self.font, part, TEXT, MEASURE - INDENT, 0.0))
            .collect();
        let height = TEXT * LEADING;
        if lines.is_empty() {
            return;
        }
        self.pages.skip(2.0 * TEXT);
        self.pages.keep(lines.iter().map(|_| height).sum());
        for line in &lines {
            self.line(WIDTH - MARGIN - INDENT - line.width, height, TEXT, 0.0, &line.text);
        }
    }

    fn line(&mut self, x: f32, height: f32, size: f32, spacing: f32, line: &str) {
        self.pages.keep(height);
        let top = self.pages.y;
        self.pages.text(x, top, height, size, spacing, line);
        self.pages.y = top + height;
    }
}

/// The space behind each character that brings a line to the right edge; none where the gap is wide.
fn filling(gap: f32, line: &str) -> f32 {
    let gaps = line.chars().skip(1).map(|_| 1.0).sum::<f32>();
    if gaps > 0.0 && gap > 0.0 && gap <= 2.0 * TEXT { gap / gaps } else { 0.0 }
}

#[cfg(test)]
mod tests;
