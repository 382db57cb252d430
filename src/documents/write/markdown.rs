//! A report as Markdown: headings, paragraphs, pipe tables in the statutory layout.

use crate::documents::layout::{TableLayout, layout};
use crate::documents::particulars::lines as particulars;
use crate::documents::printed::{heading, paragraphs, sections, signature, title};
use crate::domain::report::ReportDocument;
use std::fmt::Write;

/// Marks that mean something in Markdown lose their meaning.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A line is no list, rule or quotation for what it begins with.
fn escaped_line(text: &str) -> String {
    let line = escaped(text.trim());
    let begins = line.starts_with(['-', '+', '=']);
    let numbered = line.find(['.', ')']).is_some_and(|at| {
        line.get(..at)
            .is_some_and(|start| !start.is_empty() && start.bytes().all(|byte| byte.is_ascii_digit()))
    });
    match (begins, numbered) {
        (true, _) => format!("\\{line}"),
        (_, true) => line.replacen(['.', ')'], if line.contains('.') { "\\." } else { "\\)" }, 1),
        _ => line,
    }
}

/// Writes the document.
pub fn write(document: &ReportDocument) -> String {
    let mut text = format!("# {}\n", escaped(&title(document)));
    for line in particulars(document) {
        let _ = write!(text, "\n{}\n", escaped_line(&line));
    }
    for (at, section, state) in sections(document) {
        let _ = write!(text, "\n## {}\n", escaped(&heading(section, state)));
        if let Some(table) = layout(document, at) {
            write_table(&mut text, &table);
        }
        for paragraph in paragraphs(state) {
            let _ = write!(text, "\n{}\n", escaped_line(&paragraph));
        }
    }
    for line in signature(document) {
        let _ = write!(text, "\n{}\n", escaped_line(&line));
    }
    text
}

/// A merged cell stands where it begins; the positions it covers are empty.
fn write_table(text: &mut String, table: &TableLayout) {
    for (number, line) in table.positions().into_iter().enumerate() {
        text.push('\n');
        text.push('|');
        for cell in line {
            let _ = write!(text, " {} |", cell.map(|cell| escaped(&cell.text)).unwrap_or_default());
        }
        if number == 0 {
            text.push('\n');
            text.push_str(&"|---".repeat(table.width()));
            text.push('|');
        }
    }
    text.push('\n');
}
