//! From characters with places to lines of text.

use super::UNCLEAR;
use super::canvas::Glyph;

/// A gap this wide, in parts of the size of the letters, parts two words; between figures a smaller one does.
const WORD: f64 = 0.6;
const FIGURE: f64 = 0.3;
/// A gap this wide between figures parts two numbers, whatever they are.
const WIDE: f64 = 0.9;
/// A gap this wide parts two cells.
const CELL: f64 = 1.5;
/// How far two characters may lie over each other, in parts of the narrower, before they are no text.
const OVER: f64 = 0.5;
/// How much higher than its neighbour, in parts of the size, a figure stands that is not of the same number.
const RAISED: f64 = 0.25;
/// Fewest digits on the first line of a figure that is broken over two.
const FEWEST_BROKEN: usize = 3;
/// What a cell keeps free at both sides, in points.
const MARGINS: f64 = 12.0;

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub text: String,
    pub from: f64,
    pub to: f64,
    pub y: f64,
    pub size: f64,
    /// It has gaps as wide as between cells.
    pub is_parted: bool,
}

/// The lines of characters, from the top.
pub(super) fn lines(glyphs: &[Glyph]) -> Vec<Line> {
    let mut sorted: Vec<Glyph> = glyphs.to_vec();
    sorted.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut rows: Vec<Vec<Glyph>> = Vec::new();
    for glyph in sorted {
        match rows.last_mut() {
            Some(row) if is_beside(row, &glyph) => row.push(glyph),
            _ => rows.push(vec![glyph]),
        }
    }
    rows.into_iter().filter_map(line).collect()
}

/// Whether a character stands on the line of the last ones.
fn is_beside(row: &[Glyph], glyph: &Glyph) -> bool {
    // What is raised stands higher by less than its own size; the next line further down.
    let size = row.iter().map(|other| other.size).fold(glyph.size, f64::min);
    row.first().is_some_and(|first| glyph.y - first.y <= size * 0.7)
}

fn line(mut row: Vec<Glyph>) -> Option<Line> {
    row.sort_by(|a, b| a.x.total_cmp(&b.x));
    let size = row.iter().map(|glyph| glyph.size).fold(0.0, f64::max);
    let y = row.iter().map(|glyph| glyph.y).fold(f64::MIN, f64::max);
    let (mut text, mut last): (String, Option<Glyph>) = (String::new(), None);
    let mut is_parted = false;
    for glyph in row.iter().copied() {
        if let Some(last) = last {
            if is_again(&last, &glyph) {
                continue;
            }
            let gap = glyph.x - last.right();
            if gap < -OVER * last.width.min(glyph.width) {
                text.push(UNCLEAR);
            }
            let figures = last.c.is_ascii_digit() && glyph.c.is_ascii_digit();
            let raised = (last.y - glyph.y).abs() > RAISED * last.size.min(glyph.size);
            if figures && (raised || differs(last.size, glyph.size)) {
                // A raised figure is a note's.
                text.push('^');
            }
            let size = last.size.min(glyph.size);
            if gap > size * if figures { FIGURE } else { WORD } && !text.ends_with(' ') {
                // What parts thousands is thin.
                text.push_str(if figures && gap > size * WIDE { "  " } else { " " });
            }
            is_parted |= gap > size * CELL;
        }
        text.push(glyph.c);
        last = Some(glyph);
    }
    let text = text.trim().to_owned();
    let from = row.first()?.x;
    let to = row.iter().map(Glyph::right).fold(from, f64::max);
    (!text.is_empty()).then_some(Line { text, from, to, y, size, is_parted })
}

/// The same character again, a hair beside itself: a way to print bold.
fn is_again(last: &Glyph, glyph: &Glyph) -> bool {
    last.c == glyph.c
        && (glyph.x - last.x).abs() < glyph.width * 0.4
        && (glyph.y - last.y).abs() < glyph.size * 0.2
}

fn differs(one: f64, other: f64) -> bool {
    one.min(other) < one.max(other) * 0.85
}

/// The text of a cell of a width: a label broken over lines is put together, figures below each other stay
/// apart, but where one filled the cell and went on.
pub(super) fn of_cell(lines: &[Line], width: f64) -> String {
    let mut text = String::new();
    let mut last: Option<&Line> = None;
    for line in lines {
        let next = line.text.chars().next();
        let is_value = text.chars().next_back().is_some_and(is_of_value) || next.is_some_and(is_of_value);
        if let Some(last) = last
            && is_value
            && !goes_on(last, line, width)
        {
            text.push('\n');
        }
        text.push_str(&line.text);
        last = Some(line);
    }
    text
}

/// Whether a figure filled its line, so that no other digit would have stood there, and goes on on the next.
fn goes_on(last: &Line, line: &Line, width: f64) -> bool {
    let is_figure = |line: &Line| line.text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    #[expect(clippy::cast_precision_loss, reason = "a few digits")]
    let digit = (last.to - last.from) / last.text.len().max(1) as f64;
    let room = width - (last.to - last.from);
    is_figure(last)
        && is_figure(line)
        && last.text.len() >= FEWEST_BROKEN
        && line.text.len() <= last.text.len()
        && room < digit + MARGINS
}

fn is_of_value(c: char) -> bool {
    c.is_numeric()
        || matches!(c, '+' | '-' | '.' | ',' | '%' | '/' | '—' | '－' | '．' | '／' | '＋' | '％' | UNCLEAR)
}
