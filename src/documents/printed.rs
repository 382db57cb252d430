//! What every writer prints around the tables: the title, the headings, the signature.

use crate::domain::form::Section;
use crate::domain::report::{ReportDocument, SectionState};
use chrono::{Datelike, NaiveDate};

/// The report's title, or the usual one where it has none.
pub fn title(document: &ReportDocument) -> String {
    document.title.clone().filter(|title| !title.trim().is_empty()).unwrap_or_else(|| {
        let agency = document.agency_name.as_deref().unwrap_or_default();
        let year = document.year.map(|year| format!("{year}年")).unwrap_or_default();
        format!("{agency}{year}政府信息公开工作年度报告")
    })
}

/// 一、总体情况.
pub fn heading(section: &Section, state: &SectionState) -> String {
    let title = state.found_title.as_deref().unwrap_or(&section.title);
    format!("{}、{title}", section.numeral())
}

/// The paragraphs of a section, as paper carries them: the indent of a line, blanks at its end, blank lines
/// and all but one of several blanks are a matter of layout, and of the document's own.
pub fn paragraphs(state: &SectionState) -> impl Iterator<Item = String> + '_ {
    let lines = state.text.as_deref().unwrap_or_default().lines().map(tidy);
    lines.filter(|line| !line.is_empty())
}

/// A line without blanks at its ends, and with one wherever some stood.
fn tidy(line: &str) -> String {
    let is_blank = |c: char| c.is_whitespace() && c != '\u{3000}';
    let words: Vec<&str> = line.trim().split(is_blank).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// 2024年1月29日.
pub fn day(date: NaiveDate) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// Who signed, and when: a line each.
pub fn signature(document: &ReportDocument) -> impl Iterator<Item = String> {
    document.signed_by.clone().into_iter().chain(document.signed_on.map(day))
}

/// The sections that are there, each with its place in the form.
pub fn sections(document: &ReportDocument) -> impl Iterator<Item = (usize, &Section, &SectionState)> {
    let states = document.content.sections.iter();
    let sections = document.content.form().sections.iter().zip(states).enumerate();
    sections.filter(|(_, (_, state))| state.present).map(|(at, (section, state))| (at, section, state))
}
