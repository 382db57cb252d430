//! Plain text, as a word processor leaves it: cells led by tabs, or one piece to a line without marks.

use super::grid::{Block, Grid, GridCell};
use super::label::Keys;

/// Longest cell of a line with inner tabs, in bytes; beyond it the tabs are taken for typing, not for cells.
const LONGEST_CELL: usize = 300;

/// Reads plain text into a grid.
///
/// A line led by a tab is a cell and an empty line ends the row; a line with tabs inside is a whole row;
/// every other line is a paragraph. An empty line between paragraphs tells nothing and is not kept:
/// whether it was an empty cell cannot be known.
pub fn read(text: &str) -> Grid {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let end = if text.contains('\n') { '\n' } else { '\r' };
    let mut reader = Reader::default();
    for (at, line) in text.split(end).enumerate() {
        reader.line(line.trim_end_matches('\r'), at + 1);
    }
    reader.finish()
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    rows: Vec<Vec<GridCell>>,
    row: Vec<GridCell>,
}

impl Reader {
    fn line(&mut self, line: &str, number: usize) {
        let led = line.strip_prefix('\t');
        if led.is_none() && line.trim().is_empty() {
            self.end_row();
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
        Grid { blocks: self.blocks }
    }
}

fn cell(text: &str, line: usize) -> GridCell {
    GridCell { text: text.trim().to_owned(), line }
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
