//! Plain text, as a word processor leaves it: cells led by tabs, or one piece to a line without marks.

use super::embedded::{Stretch, stretches, table};
use super::grid::{Block, Grid, GridCell};
use super::label::{Keys, is_label, is_row_label};
use super::value::{self, CellText};
use std::collections::HashSet;

/// Longest cell of a line with inner tabs, in bytes; beyond it the tabs are taken for typing, not for cells.
const LONGEST_CELL: usize = 300;

/// Reads plain text into a grid.
///
/// A line led by a tab is a cell and an empty line ends the row; a line with tabs inside is a whole row;
/// a line of figures alone is as many cells, a line with pipes a row, a table in HTML is one; every other line
/// is a paragraph. An empty line between paragraphs tells nothing and is not kept: whether it was an empty cell
/// cannot be known. A number alone at the edge of a page is the page's, and put aside.
pub fn read(text: &str) -> Grid {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let end = if text.contains('\n') { '\n' } else { '\r' };
    let page_numbers = page_numbers(text, end);
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
                    number += html.matches(end).count();
                    continue;
                }
                html
            }
        };
        for (at, line) in lines.split(end).enumerate() {
            number += usize::from(at > 0);
            match page_numbers.contains(&number) {
                true => reader.aside.push(cell(line, number)),
                false => reader.line(line.trim_end_matches('\r'), number),
            }
        }
    }
    reader.finish()
}

/// The lines that hold a short number alone between empty lines, in a text where other numbers do not.
fn set_apart(text: &str, end: char) -> Vec<usize> {
    let (mut apart, mut others) = (Vec::new(), 0);
    // A tab leads a cell, and is no empty line.
    let is_blank = |c: char| c.is_whitespace() && c != '\t';
    let mut lines = text.split(end).map(|line| line.trim_matches(is_blank)).enumerate().peekable();
    let mut before = "";
    while let Some((at, line)) = lines.next() {
        if !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit()) {
            let behind = lines.peek().map_or("", |(_, line)| line);
            if line.len() <= 3 && before.is_empty() && behind.is_empty() && at > 0 {
                apart.push(at + 1);
            } else {
                others += 1;
            }
        }
        before = line;
    }
    if apart.len() * FEW <= others { apart } else { Vec::new() }
}

/// How many numbers must stand among others for each that is set apart.
const FEW: usize = 20;

/// The lines that hold a number alone, right before the end of a page or right behind it.
///
/// A figure may stand there too; but what cannot be told from a page's number is no figure.
fn page_numbers(text: &str, end: char) -> HashSet<usize> {
    const PAGE: char = '\u{c}';
    let mut found: HashSet<usize> = set_apart(text, end).into_iter().collect();
    let lines = text.split(end).enumerate();
    found.extend(lines.filter(|(_, line)| is_marked_page(line)).map(|(at, _)| at + 1));
    if !text.contains(PAGE) {
        return found;
    }
    // The last line that was no empty one, if it was a number alone.
    let mut last = None;
    let mut begins = false;
    for (at, line) in text.split(end).enumerate() {
        let is_number =
            (1..=4).contains(&line.trim().len()) && line.trim().bytes().all(|byte| byte.is_ascii_digit());
        let filled = !line.trim().is_empty();
        if line.starts_with(PAGE) || (!filled && line.contains(PAGE)) {
            found.extend(last.take());
            begins = true;
        }
        if filled {
            last = is_number.then_some(at + 1);
            if begins && is_number {
                found.insert(at + 1);
            }
            begins = false;
        }
        if filled && line.trim_end_matches([' ', '\t', '\r']).ends_with(PAGE) {
            found.extend(last.take());
            begins = true;
        }
    }
    found
}

/// `— 5 —`, `- 5 -`, `第5页`.
fn is_marked_page(line: &str) -> bool {
    let is_dash = |c: char| "-－—–―".contains(c);
    let line = line.trim();
    let dashed = line.strip_prefix(is_dash).and_then(|line| line.strip_suffix(is_dash));
    let called = || line.strip_prefix('第').and_then(|line| line.strip_suffix('页'));
    let number = dashed.or_else(called).map(|inside| inside.trim_matches(|c| is_dash(c) || c == ' '));
    number.is_some_and(|number| {
        (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    rows: Vec<Vec<GridCell>>,
    row: Vec<GridCell>,
    aside: Vec<GridCell>,
}

impl Reader {
    fn line(&mut self, line: &str, number: usize) {
        let led = line.strip_prefix('\t');
        if led.is_none() && line.trim().is_empty() {
            self.end_row();
        } else if let Some(values) = values_of(line) {
            // Figures side by side stand for as many cells, one below the other.
            self.end_table();
            self.blocks.extend(
                values.into_iter().map(|text| Block::Paragraph { text: text.to_owned(), line: number }),
            );
        } else if is_rule(line) {
            // The line below the head of a Markdown table.
            self.end_row();
        } else if let Some(cells) = labelled(line).or_else(|| head_of(line)) {
            self.end_row();
            self.rows.push(cells.iter().map(|text| cell(text, number)).collect());
        } else if let Some(cells) = piped(line) {
            self.end_row();
            self.rows.push(cells.into_iter().map(|text| cell(text, number)).collect());
        } else if let Some(cells) = cells_of(line) {
            self.end_row();
            self.rows.push(cells.map(|text| cell(text, number)).collect());
        } else if let Some(text) = led {
            self.row.push(cell(text, number));
        } else {
            self.end_table();
            self.blocks.push(Block::Paragraph { text: line.trim().to_owned(), line: number });
        }
    }

    fn end_row(&mut self) {
        if !self.row.is_empty() {
            self.rows.push(std::mem::take(&mut self.row));
        }
    }

    fn end_table(&mut self) {
        self.end_row();
        if !self.rows.is_empty() {
            self.blocks.push(Block::Table { rows: std::mem::take(&mut self.rows) });
        }
    }

    fn finish(mut self) -> Grid {
        self.end_table();
        Grid { blocks: self.blocks, aside: self.aside, ..Grid::default() }
    }
}

fn cell(text: &str, line: usize) -> GridCell {
    GridCell::new(text.trim(), line)
}

/// The cells of a line that holds a whole row, `None` if it holds a single piece.
fn cells_of(line: &str) -> Option<std::str::Split<'_, char>> {
    let from_first = line.trim_start_matches('\t');
    let tabs = from_first.matches('\t').count();
    let filled = from_first.split('\t').filter(|part| !part.trim().is_empty()).count();
    let first = from_first.split('\t').next().unwrap_or_default();
    let is_row = filled > 0
        && (filled >= 2 || tabs >= 2)
        && from_first.split('\t').all(|part| part.len() <= LONGEST_CELL)
        && !Keys::of(first).is_ordinal_alone();
    is_row.then(|| from_first.split('\t'))
}

/// Fewest figures on a line that are so many cells; two may be one number with a space in it.
const FEWEST_VALUES: usize = 3;

/// The figures of a line that holds nothing else.
fn values_of(line: &str) -> Option<Vec<&str>> {
    if line.len() > LONGEST_CELL || line.contains(['\t', '|']) {
        return None;
    }
    let parts = spaced(line);
    (parts.len() >= FEWEST_VALUES && parts.iter().all(|part| is_figure(part))).then_some(parts)
}

/// A figure or a mark for none; two of one cell are one that cannot be read.
fn is_figure(part: &str) -> bool {
    part.contains(' ') || !matches!(value::read(part), CellText::Unreadable(_))
}

/// What spaces part. Where all other figures of the line stand wide apart, two with one space between them are one
/// cell's.
fn spaced(line: &str) -> Vec<&str> {
    let mut parts: Vec<(usize, &str)> = Vec::new();
    for part in line.split_whitespace() {
        let from = parts.last().map_or(0, |(from, last)| from + last.len());
        let at = line.get(from..).and_then(|rest| rest.find(part)).unwrap_or_default();
        parts.push((from + at, part));
    }
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let gap = |pair: &[(usize, &str)]| match pair {
        [(from, one), (to, two)] if is_number(one) && is_number(two) => Some(to - from - one.len()),
        _ => None,
    };
    let gaps: Vec<usize> = parts.windows(2).filter_map(gap).collect();
    let narrow = gaps.iter().filter(|gap| **gap == 1).count();
    let is_wide = narrow == 1 && gaps.len() > 1 && gaps.iter().all(|gap| *gap != 2);
    let mut cells: Vec<&str> = Vec::with_capacity(parts.len());
    for (at, (from, part)) in parts.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| parts.get(before..=at)).and_then(gap);
        let begins = at.checked_sub(1).and_then(|before| parts.get(before)).map(|(begins, _)| *begins);
        let joined = begins.filter(|_| is_wide && before == Some(1));
        match joined.and_then(|begins| line.get(begins..from + part.len())) {
            Some(both) => {
                cells.pop();
                cells.push(both);
            }
            None => cells.push(*part),
        }
    }
    cells
}

/// Most words before a row's label that may be those of groups of rows.
const MOST_GROUPS: usize = 8;

/// A row's label with its values behind it on one line, as pages turned into text have them. Before the
/// label may stand that of a group of rows.
fn labelled(line: &str) -> Option<Vec<String>> {
    if line.len() > LONGEST_CELL || line.contains(['\t', '|']) {
        return None;
    }
    let parts = spaced(line);
    let values = parts.iter().rev().take_while(|part| is_figure(part));
    let first = parts.len().checked_sub(values.count()).filter(|first| (1..parts.len()).contains(first))?;
    let (words, values) = parts.split_at_checked(first)?;
    let label = (0..words.len().min(MOST_GROUPS)).filter_map(|from| Some(words.get(from..)?.join(" ")));
    let label = label.into_iter().find(|label| is_row_label(label))?;
    Some(std::iter::once(label).chain(values.iter().map(|value| (*value).to_owned())).collect())
}

/// The labels of a head that stand on one line, each a column's, a row's or a heading's over several.
fn head_of(line: &str) -> Option<Vec<String>> {
    if line.len() > LONGEST_CELL || line.contains(['\t', '|']) {
        return None;
    }
    let parts: Vec<&str> = line.split_whitespace().collect();
    let all = parts.len() >= 2 && parts.iter().all(|part| is_label(part));
    all.then(|| parts.into_iter().map(str::to_owned).collect())
}

/// `|---|:--:|`.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let is_dashes = |cell: &&str| cell.len() >= 3 && cell.bytes().all(|byte| matches!(byte, b'-' | b':'));
    line.contains('|') && cells.iter().all(|cell| is_dashes(&cell.trim_matches(' ')))
}

/// The cells of a line with pipes: a whole row, or a single cell with the pipe behind it.
fn piped(line: &str) -> Option<Vec<&str>> {
    let line = line.trim();
    let short = line.split('|').all(|part| part.len() <= LONGEST_CELL);
    let led = || line.split('|').next().is_some_and(|first| is_row_label(first.trim()));
    let is_row = line.ends_with('|') || line.matches('|').count() >= 2 || (line.contains('|') && led());
    if !is_row || !short {
        return None;
    }
    let inside = line.strip_suffix('|').unwrap_or(line);
    let inside = inside.strip_prefix('|').filter(|_| line.len() > 1).unwrap_or(inside);
    Some(inside.split('|').collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pipes_make_rows_and_a_pipe_behind_each_cell_rows_of_one() {
        assert_eq!(shape("规章 | 0 |  | 1 |"), vec![vec![vec!["规章", "0", "", "1"]]]);
        assert_eq!(shape("规章 |\n0 |\n|"), vec![vec![vec!["规章"], vec!["0"], vec![""]]]);
        assert_eq!(shape("甲|乙"), vec![vec![vec!["甲|乙"]]], "one pipe in a sentence is no table");
    }

    #[test]
    fn a_number_alone_at_the_edge_of_a_page_is_put_aside() {
        let aside = |text: &str| -> Vec<(String, usize)> {
            read(text).aside.into_iter().map(|cell| (cell.text, cell.line)).collect()
        };
        for (text, line) in [
            ("行政强制\n2\n\u{c}三、", 2),
            ("行政强制\n2\n\n\u{c}三、", 2),
            ("行政强制\n2\u{c}\n三、", 2),
            ("行政强制\n\u{c}2\n三、", 2),
        ] {
            assert_eq!(aside(text), vec![("2".to_owned(), line)], "{text:?}");
        }
        assert!(aside("行政强制\n2\n三、").is_empty());
        let values = "7\n".repeat(40);
        assert_eq!(aside(&format!("{values}行政强制\n\n2\n\n三、")), vec![("2".to_owned(), 43)]);
        assert!(aside("行政强制\n\n2\n\n行政处罚\n\n3\n").is_empty(), "all stand so");
    }

    #[test]
    fn a_page_is_told_by_its_marks() {
        for line in ["— 5 —", "- 12 -", "-3-", "第5页", "第 5 页", "－3－"] {
            assert!(is_marked_page(line), "{line}");
        }
        for line in ["5", "- - -", "—", "-5", "第五页", "- 2024 -", "- 5 - 6 -"] {
            assert!(!is_marked_page(line), "{line}");
        }
    }

    #[test]
    fn one_narrow_space_among_wide_ones_parts_nothing() {
        assert_eq!(shape("规章   8      7 5      94"), vec![vec![vec!["规章", "8", "7 5", "94"]]]);
        assert_eq!(shape("规章 8 75 94"), vec![vec![vec!["规章", "8", "75", "94"]]]);
        assert_eq!(shape("8   7 5   94"), vec![vec![vec!["8"]], vec![vec!["7 5"]], vec![vec!["94"]]]);
    }

    #[test]
    fn figures_side_by_side_are_as_many_cells() {
        assert_eq!(
            shape("309 17 / 26"),
            vec![vec![vec!["309"]], vec![vec!["17"]], vec![vec!["/"]], vec![vec!["26"]]]
        );
        assert_eq!(shape("1 234"), vec![vec![vec!["1 234"]]]);
        assert_eq!(shape("共 3 件 4 份"), vec![vec![vec!["共 3 件 4 份"]]]);
    }

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
    fn a_line_led_by_a_tab_is_a_cell_and_an_empty_line_ends_the_row() {
        assert_eq!(
            shape("标题\n\t规章\n\t0\n\t\n\t1\n\n\t行政许可\n\t5\n\n\n二"),
            vec![
                vec![vec!["标题"]],
                vec![vec!["规章", "0", "", "1"], vec!["行政许可", "5"]],
                vec![vec!["二"]]
            ]
        );
    }

    #[test]
    fn a_line_with_tabs_inside_is_a_whole_row() {
        assert_eq!(shape("规章\t0\t\t1"), vec![vec![vec!["规章", "0", "", "1"]]]);
        assert_eq!(shape("一、\t总体情况"), vec![vec![vec!["一、\t总体情况"]]]);
    }

    #[test]
    fn lines_are_counted_whatever_ends_them() {
        for text in ["一\r\n\r\n二", "一\n\n二", "一\r\r二"] {
            let lines: Vec<usize> = read(text)
                .blocks
                .iter()
                .filter_map(|block| match block {
                    Block::Paragraph { line, .. } => Some(*line),
                    Block::Table { .. } => None,
                })
                .collect();
            assert_eq!(lines, vec![1, 3]);
        }
    }
}
