//! Tables whose lines are drawn in one direction alone, or not at all. A whole head of the forms' own labels gives the
//! columns, and labels of rows the rows; what stands under one of the first and beside one of the second, with no line
//! between, is its cell's. What stands otherwise is no figure.

mod rows;

use super::UNCLEAR;
use super::canvas::Glyph;
use super::lines::lines;
use super::page::Place;
use super::ruled::{Part, Row};
use super::words::{Label, Ruled, Word, labels, words};
use crate::documents::value;
use std::collections::{HashMap, HashSet};

/// Most words of a page that is looked at so; a report's page has some hundred.
const MOST_WORDS: usize = 2_000;
/// How far apart, in parts of their size, the storeys of one head stand.
const STOREYS: f64 = 6.0;

/// A table, and of which characters it is made.
pub(super) struct Aligned {
    pub rows: Vec<Row>,
    pub top: f64,
    pub taken: Vec<usize>,
    /// What stands beside the labels of its rows and is none.
    pub aside: String,
    bottom: f64,
    columns: Columns,
}

/// The columns of a table, that the next page may go on with.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    /// What the label of each takes of the width, up to the lines beside it, and its middle.
    spans: Vec<(f64, f64)>,
    is_ruled: bool,
    middles: Vec<f64>,
    /// Where the labels of rows begin, then each column, and where the last one ends.
    edges: Vec<f64>,
}

/// The labels of columns that stand together, from the left.
struct Head<'p> {
    columns: Vec<&'p Label>,
    left: f64,
    top: f64,
    bottom: f64,
}

/// A label of a row, where there is one, and what stands beside it.
struct Beside<'p> {
    label: Option<&'p Label>,
    y: f64,
    words: Vec<usize>,
    is_clear: bool,
}

struct Sheet<'p> {
    words: &'p [Word],
    labels: &'p [Label],
    ruled: &'p Ruled,
    /// The boxes that the words stand in, and how many labels stand in each.
    places: Vec<Option<Place>>,
    shared: HashMap<Place, usize>,
    /// The words that belong to labels.
    owned: HashSet<usize>,
    /// Between which heights a page has no margin.
    body: (f64, f64),
}

/// The tables of a page whose characters stand in such boxes as there are; `last` holds the columns that the page before
/// it ended with.
pub(super) fn tables(
    glyphs: &mut [Glyph],
    places: &[Option<Place>],
    ruled: &Ruled,
    body: (f64, f64),
    last: &mut Option<Columns>,
) -> Vec<Aligned> {
    let goes_on = last.take();
    let words = words(glyphs, ruled);
    if words.len() > MOST_WORDS {
        return Vec::new();
    }
    let labels = labels(&words);
    let place = |word: &Word| word.glyphs.first().and_then(|at| places.get(*at)).copied().flatten();
    let mut sheet = Sheet {
        words: &words,
        labels: &labels,
        ruled,
        places: words.iter().map(place).collect(),
        shared: HashMap::new(),
        owned: labels.iter().flat_map(|label| label.words.iter().copied()).collect(),
        body,
    };
    for label in &labels {
        if let Some(place) = sheet.place(label) {
            *sheet.shared.entry(place).or_default() += 1;
        }
    }
    let heads = sheet.heads();
    let mut found = Vec::new();
    if let Some(columns) = goes_on {
        let end = heads.first().map_or(f64::INFINITY, |head| head.top);
        let rows = sheet.rows(columns.first(), body.0, end);
        if sheet.begins_with(&rows) && sheet.is_open(&[], &rows) {
            found.push(sheet.table(rows, None, columns, glyphs));
        }
    }
    let ends = heads.iter().skip(1).map(|head| head.top).chain([f64::INFINITY]);
    for (head, end) in heads.iter().zip(ends) {
        let rows = sheet.rows(head.left, head.bottom, end);
        if sheet.is_open(&head.columns, &rows)
            && let Some(columns) = sheet.columns(head, &rows)
        {
            found.push(sheet.table(rows, Some(head), columns, glyphs));
        }
    }
    *last = found.last().filter(|table| sheet.ends_with(table)).map(|table| table.columns.clone());
    found
}

impl Columns {
    /// Where the first one begins.
    fn first(&self) -> f64 {
        self.edges.get(1).copied().unwrap_or_default()
    }

    /// The only one that something stands in, with half of the narrower of both at least.
    fn holds(&self, (left, right): (f64, f64)) -> Option<usize> {
        let shared = |(from, to): &(f64, f64)| right.min(*to) - left.max(*from);
        let mut met = self.spans.iter().enumerate().filter(|(_, span)| shared(span) > 0.0);
        let (at, span) = met.next()?;
        let is_within = shared(span) >= (right - left).min(span.1 - span.0) / 2.0;
        (is_within && met.next().is_none()).then_some(at)
    }

    fn part(&self, from: usize, to: usize, glyphs: &[Glyph]) -> Option<Part> {
        Some(Part::alone(*self.edges.get(from)?, *self.edges.get(to)?, lines(glyphs)))
    }
}

impl<'p> Sheet<'p> {
    fn place(&self, label: &Label) -> Option<Place> {
        label.words.first().and_then(|at| self.places.get(*at)).copied().flatten()
    }

    fn is_in_body(&self, y: f64) -> bool {
        (self.body.0..=self.body.1).contains(&y)
    }

    /// Words that belong to no label.
    fn free(&self) -> impl Iterator<Item = (usize, &'p Word)> {
        self.words.iter().enumerate().filter(|(at, _)| !self.owned.contains(at))
    }

    fn heads(&self) -> Vec<Head<'p>> {
        let is_valued = |label: &Label| {
            let is_beside = |word: &Word| label.holds(word.middle().1) && word.left >= label.right;
            label.names_row && self.free().any(|(_, word)| is_beside(word) && is_value(word))
        };
        let columns = self.labels.iter().filter(|label| label.names_column && !is_valued(label));
        let mut heads: Vec<Head<'p>> = Vec::new();
        for label in columns {
            let goes_on = |head: &Head<'_>| {
                let is_between = |y: f64| head.bottom < y && y < label.top;
                let row = self
                    .labels
                    .iter()
                    .find(|row| row.names_row && !row.names_column && is_between(row.bottom));
                label.top <= head.bottom + STOREYS * label.size
                    && row.is_none()
                    && !self.free().any(|(_, word)| is_between(word.y) && is_value(word))
            };
            match heads.last_mut().filter(|head| goes_on(head)) {
                Some(head) => {
                    (head.left, head.bottom) = (head.left.min(label.left), head.bottom.max(label.bottom));
                    head.columns.push(label);
                }
                None => {
                    let Label { left, top, bottom, .. } = *label;
                    heads.push(Head { columns: vec![label], left, top, bottom });
                }
            }
        }
        for head in &mut heads {
            head.columns.sort_by(|one, other| one.left.total_cmp(&other.left));
        }
        heads
    }

    /// The rows between two heights whose labels stand left of a place, down to the first text that is none of theirs;
    /// figures that stand beside no label are a row of their own.
    fn rows(&self, left: f64, top: f64, end: f64) -> Vec<Beside<'p>> {
        let is_here = |label: &&Label| {
            label.names_row
                && label.right <= left
                && label.bottom > top
                && label.top >= top - label.size
                && label.bottom <= end
        };
        let labels: Vec<&'p Label> = self.labels.iter().filter(is_here).collect();
        // What stands before the label of a row is a heading over several.
        let leads = |label: &Label, other: &Label| {
            other.left >= label.right && label.top < other.bottom && other.top < label.bottom
        };
        let mut rows: Vec<Beside<'p>> = Vec::new();
        for label in labels.iter().copied().filter(|label| !labels.iter().any(|other| leads(label, other))) {
            let words = self.free().filter(|(_, word)| self.is_beside(label, word)).map(|(at, _)| at);
            rows.push(Beside { label: Some(label), y: label.top, words: words.collect(), is_clear: true });
        }
        let mut owners: HashMap<usize, usize> = HashMap::new();
        for at in rows.iter().flat_map(|row| &row.words) {
            *owners.entry(*at).or_default() += 1;
        }
        for row in &mut rows {
            row.is_clear = row.words.iter().all(|at| owners.get(at) == Some(&1));
        }
        let mut end = end;
        let others = self.words.iter().enumerate().filter(|(at, word)| {
            word.y > top && word.right > left && !owners.contains_key(at) && self.is_in_body(word.y)
        });
        for (at, word) in others {
            if word.y - word.size * 0.9 >= end {
                break;
            }
            let begin = word.y - word.size * 0.9;
            let is_here =
                |row: &&mut Beside<'_>| row.label.is_none() && (row.y - begin).abs() < word.size * 0.2;
            match rows.last_mut().filter(is_here) {
                _ if self.owned.contains(&at) || !is_value(word) => end = end.min(begin),
                Some(row) => row.words.push(at),
                None => rows.push(Beside { label: None, y: begin, words: vec![at], is_clear: true }),
            }
        }
        rows.retain(|row| row.label.map_or(row.y, |label| label.bottom - label.size * 0.3) <= end);
        rows.sort_by(|one, other| one.y.total_cmp(&other.y));
        // A label with nothing beside it that no row follows is rather another table's.
        let end = rows.iter().rposition(|row| !row.words.is_empty()).map_or(0, |last| last + 1);
        rows.truncate(end);
        rows
    }

    fn is_beside(&self, label: &Label, word: &Word) -> bool {
        let (x, y) = word.middle();
        let near = label.words.iter().filter_map(|at| self.words.get(*at)).map(|part| part.middle().1);
        let near = near.min_by(|one, other| (one - y).abs().total_cmp(&(other - y).abs())).unwrap_or(y);
        label.holds(y) && word.left >= label.right && !self.ruled.part_heights(near, y, x)
    }

    /// Whether no lines part the labels of columns from each other, or those of rows: boxes do not tell what is whose.
    fn is_open(&self, columns: &[&Label], rows: &[Beside<'_>]) -> bool {
        let contents: HashSet<Place> = rows
            .iter()
            .flat_map(|row| &row.words)
            .filter_map(|at| self.places.get(*at).copied().flatten())
            .collect();
        let is_open = |label: &&Label| {
            self.place(label).is_none_or(|place| {
                contents.contains(&place) || self.shared.get(&place).is_some_and(|count| *count > 1)
            })
        };
        let labels: Vec<&Label> = rows.iter().filter_map(|row| row.label).collect();
        let all = |labels: &[&Label]| !labels.is_empty() && labels.iter().all(is_open);
        !rows.is_empty() && (all(columns) || all(&labels))
    }

    /// The columns of a head, where each label stands in one of its own.
    fn columns(&self, head: &Head<'_>, rows: &[Beside<'_>]) -> Option<Columns> {
        let (left, right) = (head.left, head.columns.iter().map(|label| label.right).fold(0.0, f64::max));
        let is_strange = |word: &Word| {
            let (x, y) = word.middle();
            (head.top..=head.bottom).contains(&y) && x >= left && word.left <= right + STOREYS * word.size
        };
        if self.free().any(|(_, word)| is_strange(word)) {
            return None;
        }
        let own = head.columns.iter().map(|label| (label.left, label.right));
        let rooms = own.clone().zip(&head.columns);
        let rooms = rooms.map(|(own, label)| self.ruled.room(own, label.bottom - label.size / 2.0));
        let are_apart = |spans: &[(f64, f64)]| {
            spans.iter().zip(spans.iter().skip(1)).all(|((_, end), (begin, _))| end <= begin)
        };
        // A frame around all of them tells nothing of each.
        let rooms = Some(rooms.collect::<Vec<_>>()).filter(|rooms| are_apart(rooms));
        let is_ruled = rooms.is_some();
        let spans: Vec<(f64, f64)> = rooms.unwrap_or_else(|| own.collect());
        if !are_apart(&spans) {
            return None;
        }
        let pairs = || spans.iter().zip(spans.iter().skip(1));
        let labels = rows.iter().filter_map(|row| row.label).map(|label| label.left);
        let (first, last) = (spans.first()?.0, spans.last()?.1);
        let mut edges = vec![labels.fold(first - STOREYS, f64::min), first];
        edges.extend(pairs().map(|((_, end), (begin, _))| (end + begin) / 2.0));
        edges.push(last);
        let middles = head.columns.iter().map(|label| (label.left + label.right) / 2.0).collect();
        Some(Columns { spans, is_ruled, middles, edges })
    }

    /// A head that stands over several rows of the form side by side: their labels over the columns of each.
    fn storeys(&self, head: &Head<'_>, columns: &Columns) -> Option<Vec<(&'p Label, usize, usize)>> {
        let text = |at: usize| head.columns.get(at).map(|label| label.text.as_str());
        let count = (0..head.columns.len()).filter(|at| text(*at) == text(0)).count();
        let wide = head.columns.len() / count.max(1);
        if count < 2 || !(0..head.columns.len()).all(|at| text(at) == text(at % wide)) {
            return None;
        }
        let far = head.top - STOREYS * 2.0 * head.columns.first()?.size;
        let above = self
            .labels
            .iter()
            .filter(|label| label.names_row && label.top > far && label.bottom <= head.top + 1.0);
        let span = |from: usize| Some((columns.spans.get(from)?.0, columns.spans.get(from + wide - 1)?.1));
        let under = |label: &Label| {
            let meets = |part: &usize| {
                span(part * wide).is_some_and(|(left, right)| label.left < right && left < label.right)
            };
            let mut met = (0..count).filter(meets);
            met.next().filter(|_| met.next().is_none())
        };
        let mut found: Vec<(&'p Label, usize, usize)> = Vec::new();
        for label in above {
            let at = under(label)?;
            found.push((label, 1 + at * wide, 1 + (at + 1) * wide));
        }
        found.sort_by_key(|(_, from, _)| *from);
        let is_whole = found.iter().map(|(_, from, _)| *from).eq((0..count).map(|at| 1 + at * wide));
        is_whole.then_some(found)
    }

    /// Whether nothing stands on the page before some rows but headings over them.
    fn begins_with(&self, rows: &[Beside<'_>]) -> bool {
        let first = rows.first().map_or(0.0, |row| row.y);
        let before = self.free().filter(|(_, word)| self.is_in_body(word.y) && word.y < first);
        before.count() == 0
    }

    fn ends_with(&self, table: &Aligned) -> bool {
        self.words.iter().all(|word| word.y <= table.bottom || !self.is_in_body(word.y))
    }
}

/// A figure, or what stands in place of one.
fn is_value(word: &Word) -> bool {
    word.text.contains(UNCLEAR) || value::read(&word.text).looks_like_value()
}
