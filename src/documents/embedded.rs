//! HTML inside of texts: tables that Markdown and converters carry, and the marks between them.

use super::grid::Block;
use super::html;

/// A stretch of a text: lines, or a table in HTML.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stretch<'t> {
    Lines(&'t str),
    Table(&'t str),
}

/// Parts a text at its tables in HTML; one that is never closed is text.
pub(super) fn stretches(text: &str) -> Vec<Stretch<'_>> {
    let mut found = Vec::new();
    let (mut depth, mut from, mut opened) = (0_usize, 0, 0);
    for (at, _) in text.match_indices('<') {
        let tag = text.get(at + 1..).unwrap_or_default();
        if is_tag(tag, "table") {
            if depth == 0 {
                opened = at;
            }
            depth += 1;
        } else if depth > 0 && tag.strip_prefix('/').is_some_and(|tag| is_tag(tag, "table")) {
            depth -= 1;
            let end = end_of_tag(tag).map_or(at, |length| at + 1 + length);
            if depth == 0 {
                found.extend(text.get(from..opened).map(Stretch::Lines));
                found.extend(text.get(opened..end).map(Stretch::Table));
                from = end;
            }
        }
    }
    found.extend(text.get(from..).map(Stretch::Lines));
    found
}

/// Where a tag ends that begins behind its `<`; none where another begins first.
fn end_of_tag(text: &str) -> Option<usize> {
    let end = text.find(['<', '>'])?;
    text.get(end..)?.starts_with('>').then_some(end + 1)
}

fn is_tag(text: &str, name: &str) -> bool {
    let behind = text.get(..name.len()).filter(|start| start.eq_ignore_ascii_case(name));
    behind.is_some()
        && text.get(name.len()..).is_some_and(|rest| rest.starts_with(['>', ' ', '\n', '\t', '\r', '/']))
}

/// The blocks of a table in HTML, all on the line it begins; `None` where it is too wild to be read.
pub(super) fn table(text: &str, line: usize) -> Option<Vec<Block>> {
    let mut blocks = html::read(text).ok()?.blocks;
    for block in &mut blocks {
        match block {
            Block::Paragraph { line: at, .. } => *at = line,
            Block::Table { rows } => rows.iter_mut().flatten().for_each(|cell| cell.line = line),
        }
    }
    Some(blocks)
}

/// Marks that say how a text looks and nothing else.
const PLAIN: [&str; 18] = [
    "p", "div", "span", "center", "b", "strong", "i", "em", "u", "font", "a", "h1", "h2", "h3", "h4", "h5",
    "h6", "section",
];

/// What a mark may say that changes what a reader sees; then it stays, and no number is made of what it marks.
const TELLING: [&str; 8] = [
    "display",
    "visibility",
    "hidden",
    "line-through",
    "vertical-align",
    "opacity",
    "position",
    "font-size:0",
];

/// A line without such marks.
pub(super) fn without_marks(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, from)) = rest.find('<').and_then(|at| rest.split_at_checked(at)) {
        kept.push_str(before);
        let name = from.trim_start_matches('<').trim_start_matches('/');
        let is_plain = !before.ends_with('\\') && PLAIN.iter().any(|plain| is_tag(name, plain));
        let inside = from.get(1..).unwrap_or_default();
        let end = end_of_tag(inside).filter(|_| is_plain);
        let said = end.and_then(|end| inside.get(..end)).unwrap_or_default();
        let tells = TELLING.iter().any(|word| said.contains(word));
        match end.filter(|_| !tells).and_then(|end| inside.get(end..)) {
            Some(behind) => rest = behind,
            None => {
                kept.push('<');
                rest = inside;
            }
        }
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_in_html_parts_the_text_and_an_open_one_is_text() {
        assert_eq!(
            stretches("一\n<TABLE border=1><tr><td><table></table></td></tr></table >\n二<table>"),
            [
                Stretch::Lines("一\n"),
                Stretch::Table("<TABLE border=1><tr><td><table></table></td></tr></table >"),
                Stretch::Lines("\n二<table>")
            ]
        );
    }

    #[test]
    fn marks_of_looks_go_and_all_else_stays() {
        assert_eq!(without_marks("<p align=\"center\">一、<b>总体</b></p>"), "一、总体");
        for line in ["5<sup>1</sup>", "a<b & c", "3 < 5 > 2", "\\<b>"] {
            assert_eq!(without_marks(line), line);
        }
    }
}
