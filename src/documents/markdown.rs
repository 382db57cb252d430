//! Markdown, and plain text whose cells are parted by pipes.

use super::embedded::{Stretch, stretches, table, without_marks};
use super::grid::{Block, Grid, GridCell};
use std::collections::HashMap;

/// Reads Markdown into a grid.
///
/// A line with a pipe is a row, with or without pipes at its ends; so a pipe behind every cell on a line of
/// its own makes rows of one cell. A table in HTML is read as one. Every other line is a paragraph, its marks
/// taken off.
pub fn read(text: &str) -> Grid {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader::default();
    let mut number = 1;
    for stretch in stretches(text) {
        let lines = match stretch {
            Stretch::Lines(lines) => lines,
            Stretch::Table(html) => {
                let read = table(html, number);
                let is_read = read.is_some();
                reader.end_table();
                reader.blocks.extend(read.into_iter().flatten());
                if is_read {
                    number += html.matches('\n').count();
                    continue;
                }
                html
            }
        };
        for (at, line) in lines.split('\n').enumerate() {
            number += usize::from(at > 0);
            reader.line(line.trim(), number);
        }
    }
    reader.end_table();
    Grid::of(reader.blocks)
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    rows: Vec<Vec<GridCell>>,
}

impl Reader {
    fn line(&mut self, line: &str, number: usize) {
        let quoted = line.trim_start_matches(['>', ' ']);
        let cells = cells_of(quoted);
        if let Some(cells) = cells {
            if !is_alignment(&cells, self.rows.len()) {
                let cell = |text: &&str| GridCell::new(cell_text(text), number);
                self.rows.push(cells.iter().map(cell).collect());
            }
            return;
        }
        self.end_table();
        if is_rule(quoted) || quoted.starts_with("```") || quoted.starts_with("~~~") {
            return;
        }
        let text = inline(without_lead(&without_marks(quoted)));
        let text = text.trim();
        if !text.is_empty() {
            self.blocks.push(Block::Paragraph { text: text.to_owned(), line: number });
        }
    }

    fn end_table(&mut self) {
        if !self.rows.is_empty() {
            self.blocks.push(Block::Table { rows: std::mem::take(&mut self.rows) });
        }
    }
}

/// The cells of a line, `None` where no pipe parts any.
fn cells_of(line: &str) -> Option<Vec<&str>> {
    let mut cells = Vec::new();
    let (mut from, mut escaped) = (0, false);
    for (at, c) in line.char_indices() {
        if c == '|' && !escaped {
            cells.push(line.get(from..at)?);
            from = at + c.len_utf8();
        }
        escaped = c == '\\' && !escaped;
    }
    if cells.is_empty() {
        return None;
    }
    let last = line.get(from..)?;
    if !last.trim().is_empty() {
        cells.push(last);
    }
    let led = line.starts_with('|') && cells.len() > 1;
    Some(cells.split_off(usize::from(led)))
}

/// Whether a row only says how columns are aligned. A row of single dashes may as well hold blanks.
fn is_alignment(cells: &[&str], rows_before: usize) -> bool {
    let shortest = cells.iter().map(|cell| {
        let cell = cell.trim();
        let cell = cell.strip_prefix(':').unwrap_or(cell);
        let cell = cell.strip_suffix(':').unwrap_or(cell);
        if cell.chars().all(|c| c == '-') { cell.len() } else { 0 }
    });
    match shortest.min() {
        None | Some(0) => false,
        Some(dashes) => dashes >= 3 || (rows_before == 1 && cells.len() > 1),
    }
}

/// A rule, or the line under a heading.
fn is_rule(line: &str) -> bool {
    let marks = || line.chars().filter(|c| *c != ' ');
    let first = marks().next();
    matches!(first, Some('-' | '=' | '*' | '_')) && marks().all(|c| Some(c) == first) && marks().count() >= 3
}

/// The text of a line behind the mark of a heading or of an item.
fn without_lead(line: &str) -> &str {
    let behind = line.trim_start_matches('#');
    let level = line.len() - behind.len();
    let is_heading = behind.is_empty() || behind.starts_with(|c: char| c.is_whitespace() || !c.is_ascii());
    if (1..=6).contains(&level) && is_heading {
        let text = behind.trim();
        let kept = text.trim_end_matches('#');
        return if kept.is_empty() || kept.ends_with(' ') { kept.trim_end() } else { text };
    }
    match line.strip_prefix(['-', '*', '+']) {
        Some(item) if item.starts_with(' ') && item.trim_start().starts_with(char::is_alphabetic) => item,
        _ => line,
    }
}

fn cell_text(cell: &str) -> String {
    let cell = cell.replace("<br>", "\n").replace("<br/>", "\n").replace("<br />", "\n");
    inline(&without_marks(&cell.replace("&nbsp;", " "))).trim().to_owned()
}

/// A piece of a line: text, or marks that may turn out to be text.
enum Piece<'t> {
    Text(&'t str),
    Marks { marks: &'t str, dropped: bool },
}

/// Takes off the marks of emphasis and code that have a counterpart, and undoes escapes.
fn inline(text: &str) -> String {
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    let mut opened: HashMap<&str, Vec<usize>> = HashMap::new();
    let (mut rest, mut before) = (text, None);
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '*' | '_' | '`' => rest.len() - rest.trim_start_matches(first).len(),
            '\\' => 1 + usize::from(rest.chars().nth(1).is_some_and(|c| c.is_ascii_punctuation())),
            _ => rest.find(['*', '_', '`', '\\']).unwrap_or(rest.len()),
        };
        let Some((piece, behind)) = rest.split_at_checked(length) else { break };
        if matches!(first, '*' | '_' | '`') {
            mark(&mut pieces, &mut opened, piece, before, behind.chars().next());
        } else {
            let escaped = piece.strip_prefix('\\').filter(|escaped| !escaped.is_empty());
            pieces.push(Piece::Text(escaped.unwrap_or(piece)));
        }
        before = piece.chars().next_back();
        rest = behind;
    }
    let kept = pieces.into_iter().map(|piece| match piece {
        Piece::Text(text) => text,
        Piece::Marks { dropped: true, .. } => "",
        Piece::Marks { marks, .. } => marks,
    });
    kept.collect()
}

/// Pairs marks with the last ones of their kind that can open, if they can close.
fn mark<'t>(
    pieces: &mut Vec<Piece<'t>>,
    opened: &mut HashMap<&'t str, Vec<usize>>,
    marks: &'t str,
    before: Option<char>,
    behind: Option<char>,
) {
    let is_space = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let is_inner = |c: Option<char>| {
        c.is_some_and(|c| if marks.starts_with('_') { c.is_ascii_alphanumeric() } else { c.is_numeric() })
    };
    // Between figures marks are no marks: 5*3*2 is no 532. Nor is a single ~, which stands for "to".
    let is_text = (is_inner(before) && is_inner(behind)) || marks == "~";
    let at = pieces.len();
    let mut dropped = false;
    if !is_text {
        let opening = if is_space(before) { None } else { opened.get_mut(marks).and_then(Vec::pop) };
        if let Some(opening) = opening {
            dropped = true;
            if let Some(Piece::Marks { dropped, .. }) = pieces.get_mut(opening) {
                *dropped = true;
            }
        } else if !is_space(behind) {
            opened.entry(marks).or_default().push(at);
        }
    }
    pieces.push(Piece::Marks { marks, dropped });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> Vec<Vec<Vec<String>>> {
        read(text)
            .blocks
            .into_iter()
            .map(|block| match block {
                Block::Paragraph { text, .. } => vec![vec![text]],
                Block::Table { rows } => {
                    rows.into_iter().map(|row| row.into_iter().map(|cell| cell.text).collect()).collect()
                }
            })
            .collect()
    }

    #[test]
    fn a_pipe_table_is_read_without_its_alignment_row() {
        let table = "| 信息内容 | 件数 |\r\n|:---|---:|\r\n| **规章** | 0 |\r\n| 规范性文件 |  |\r\n";
        assert_eq!(
            shape(table),
            vec![vec![vec!["信息内容", "件数"], vec!["规章", "0"], vec!["规范性文件", ""]]]
        );
    }

    #[test]
    fn pipes_at_the_ends_of_a_row_are_optional() {
        assert_eq!(
            shape("规章 | 0 | 1 |\n行政许可 | 5 | 6\n|   | 7 |"),
            vec![vec![vec!["规章", "0", "1"], vec!["行政许可", "5", "6"], vec!["", "7"]]]
        );
    }

    #[test]
    fn a_pipe_behind_every_cell_makes_rows_of_one_cell() {
        assert_eq!(shape("规章 |\n0 |\n|\n1 |"), vec![vec![vec!["规章"], vec!["0"], vec![""], vec!["1"]]]);
    }

    #[test]
    fn a_row_of_dashes_below_rows_is_a_row() {
        assert_eq!(
            shape("a | b\n- | -\n规章 | 0\n- | -\n"),
            vec![vec![vec!["a", "b"], vec!["规章", "0"], vec!["-", "-"]]]
        );
    }

    #[test]
    fn an_escaped_pipe_is_text() {
        assert_eq!(shape(r"甲\|乙 | 1"), vec![vec![vec!["甲|乙", "1"]]]);
        assert_eq!(shape(r"甲\|乙"), vec![vec![vec!["甲|乙"]]]);
    }

    #[test]
    fn marks_come_off_and_figures_stay_apart() {
        assert_eq!(
            shape(
                "## 一、总体情况 ##\n#二、主动公开\n**加粗**和*强调*、`代码`\n5*3*2\n1\\. 第一\n2020~2023\n- 项目\n-"
            ),
            [
                "一、总体情况",
                "二、主动公开",
                "加粗和强调、代码",
                "5*3*2",
                "1. 第一",
                "2020~2023",
                "项目",
                "-"
            ]
            .map(|text| vec![vec![text.to_owned()]])
            .to_vec()
        );
    }

    #[test]
    fn rules_and_fences_are_no_text_and_lines_are_counted() {
        let grid = read("标题\n===\n\n---\n```\n规章 | 1\n```");
        assert_eq!(
            grid.blocks,
            vec![
                Block::Paragraph { text: "标题".to_owned(), line: 1 },
                Block::Table { rows: vec![vec![GridCell::new("规章", 6), GridCell::new("1", 6)]] },
            ]
        );
    }
}
