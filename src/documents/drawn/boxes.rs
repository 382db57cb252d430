//! From ruled lines to the boxes of tables.

use super::canvas::{Point, Rule};
use crate::documents::fault::ReadFault;

/// How far apart two lines may be and still be one, or an end may be from the line it meets.
const NEAR: f64 = 2.0;
/// How long the pieces of a dashed line are at most, how far they stand apart, and how many they are at least.
const LONGEST_DASH: f64 = 20.0;
const WIDEST_GAP: f64 = 8.0;
const FEWEST_DASHES: usize = 4;
/// Most lines of a page that stand apart; a report's page has some hundred.
const MOST_LINES: usize = 3_000;
/// How far a short line may lean, in parts of its length.
const LEANING: f64 = 0.05;
/// Most positions of a table.
const MOST_POSITIONS: usize = 20_000;

/// A table as its lines make it.
#[derive(Debug)]
pub(super) struct Table {
    /// The places of its columns' and rows' edges.
    pub xs: Vec<f64>,
    pub ys: Vec<f64>,
    /// Which box each position belongs to, row by row.
    owner: Vec<usize>,
    pub boxes: Vec<Area>,
}

/// A box: its first row and column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub row: usize,
    pub column: usize,
    /// How many rows it reaches over.
    pub rows: usize,
    /// It fills all rows and columns that it reaches.
    pub is_clear: bool,
}

impl Table {
    pub fn columns(&self) -> usize {
        self.xs.len().saturating_sub(1)
    }

    pub fn rows(&self) -> usize {
        self.ys.len().saturating_sub(1)
    }

    pub fn top(&self) -> f64 {
        self.ys.first().copied().unwrap_or_default()
    }

    pub fn owner(&self, row: usize, column: usize) -> Option<usize> {
        self.owner.get(row * self.columns() + column).copied()
    }

    pub fn holds(&self, (x, y): (f64, f64)) -> Option<usize> {
        self.owner(between(&self.ys, y)?, between(&self.xs, x)?)
    }

    pub fn size(&self) -> f64 {
        let length = |edges: &[f64]| match (edges.first(), edges.last()) {
            (Some(first), Some(last)) => last - first,
            _ => 0.0,
        };
        length(&self.xs) * length(&self.ys)
    }
}

/// Between which edges a place is.
fn between(edges: &[f64], place: f64) -> Option<usize> {
    let behind = edges.partition_point(|edge| *edge <= place);
    (behind > 0 && behind < edges.len()).then(|| behind - 1)
}

/// A line at a place, from one end to the other.
#[derive(Debug, Clone, Copy)]
struct Line {
    at: f64,
    from: f64,
    to: f64,
}

/// The tables that lines make, and the lines that belong to none.
pub(super) fn tables(rules: &[Rule]) -> Result<(Vec<Table>, Vec<Rule>), ReadFault> {
    let across = joined(rules.iter().filter_map(|rule| match rule {
        Rule::Across { y, from, to } => Some(Line { at: *y, from: *from, to: *to }),
        Rule::Down { .. } => None,
    }));
    let down = joined(rules.iter().filter_map(|rule| match rule {
        Rule::Down { x, from, to } => Some(Line { at: *x, from: *from, to: *to }),
        Rule::Across { .. } => None,
    }));
    if across.len() + down.len() > MOST_LINES {
        return Err(ReadFault::TooManyElements);
    }
    let mut groups = Groups::of(across.len() + down.len());
    for (number, line) in across.iter().enumerate() {
        for (other, crossing) in down.iter().enumerate() {
            if meets(line, crossing) {
                groups.join(number, across.len() + other);
            }
        }
    }
    let (mut found, mut loose) = (Vec::new(), Vec::new());
    for group in groups.all() {
        let mine = |offset: usize, lines: &[Line]| -> Vec<Line> {
            let places = group.iter().filter_map(|number| number.checked_sub(offset));
            places.filter_map(|number| lines.get(number)).copied().collect()
        };
        let here: Vec<Line> = group.iter().filter_map(|number| across.get(*number)).copied().collect();
        match table(&here, &mine(across.len(), &down))? {
            Some(table) => found.push(table),
            None => {
                loose.extend(here.iter().map(|line| Rule::Across {
                    y: line.at,
                    from: line.from,
                    to: line.to,
                }));
                let upright = mine(across.len(), &down).into_iter();
                loose.extend(upright.map(|line| Rule::Down { x: line.at, from: line.from, to: line.to }));
            }
        }
    }
    Ok((found, loose))
}

/// The lines that are drawn as many short ones, one behind the other.
pub(super) fn dashed(rules: &[Rule], strokes: &[(Point, Point)]) -> Vec<Rule> {
    let rules = rules.iter().map(|rule| match *rule {
        Rule::Across { y, from, to } => (true, Line { at: y, from, to }),
        Rule::Down { x, from, to } => (false, Line { at: x, from, to }),
    });
    let strokes = strokes.iter().filter_map(|((x0, y0), (x1, y1))| {
        let (wide, tall) = ((x1 - x0).abs(), (y1 - y0).abs());
        match (tall < wide * LEANING, wide < tall * LEANING) {
            (true, _) => Some((true, Line { at: *y0, from: x0.min(*x1), to: x0.max(*x1) })),
            (_, true) => Some((false, Line { at: *x0, from: y0.min(*y1), to: y0.max(*y1) })),
            _ => None,
        }
    });
    let mut pieces: Vec<(bool, Line)> =
        rules.chain(strokes).filter(|(_, line)| line.to - line.from <= LONGEST_DASH).collect();
    let place = |line: &Line| (line.at * 2.0).round();
    pieces.sort_by(|(across, one), (other_across, other)| {
        let places = place(one).total_cmp(&place(other)).then(one.from.total_cmp(&other.from));
        across.cmp(other_across).then(places)
    });
    let mut whole: Vec<(bool, Line, usize)> = Vec::new();
    for (across, line) in pieces {
        let goes_on = |(known, last, _): &(bool, Line, usize)| {
            *known == across && place(last) == place(&line) && line.from - last.to <= WIDEST_GAP
        };
        match whole.last_mut().filter(|last| goes_on(last)) {
            Some((_, last, count)) => (last.to, *count) = (last.to.max(line.to), *count + 1),
            None => whole.push((across, line, 1)),
        }
    }
    let whole = whole.into_iter().filter(|(_, _, count)| *count >= FEWEST_DASHES);
    whole
        .map(|(across, Line { at, from, to }, _)| match across {
            true => Rule::Across { y: at, from, to },
            false => Rule::Down { x: at, from, to },
        })
        .collect()
}

fn meets(across: &Line, down: &Line) -> bool {
    let within = |place: f64, line: &Line| line.from - NEAR <= place && place <= line.to + NEAR;
    within(down.at, across) && within(across.at, down)
}

/// Lines at one place that touch are one.
fn joined(lines: impl Iterator<Item = Line>) -> Vec<Line> {
    let mut lines: Vec<Line> = lines.collect();
    lines.sort_by(|a, b| a.at.total_cmp(&b.at));
    let places = edges(lines.iter().map(|line| line.at).collect());
    let place = |at: f64| {
        let behind = places.partition_point(|place| *place <= at + NEAR);
        behind.checked_sub(1).and_then(|number| places.get(number)).copied().unwrap_or(at)
    };
    lines.iter_mut().for_each(|line| line.at = place(line.at));
    lines.sort_by(|a, b| a.at.total_cmp(&b.at).then(a.from.total_cmp(&b.from)));
    let mut whole: Vec<Line> = Vec::new();
    for line in lines {
        match whole.last_mut() {
            Some(last) if last.at == line.at && line.from <= last.to + NEAR => last.to = last.to.max(line.to),
            _ => whole.push(line),
        }
    }
    whole
}

/// Places in order, those that are near each other once.
pub(super) fn edges(mut places: Vec<f64>) -> Vec<f64> {
    places.sort_by(f64::total_cmp);
    let mut kept: Vec<f64> = Vec::new();
    for place in places {
        if kept.last().is_none_or(|last| place - last > NEAR) {
            kept.push(place);
        }
    }
    kept
}

fn table(across: &[Line], down: &[Line]) -> Result<Option<Table>, ReadFault> {
    // Where lines reach beyond the last that cross them, the table is open at this side.
    let (mut xs, mut ys): (Vec<f64>, Vec<f64>) =
        (down.iter().map(|line| line.at).collect(), across.iter().map(|line| line.at).collect());
    xs.extend(across.iter().flat_map(|line| [line.from, line.to]));
    ys.extend(down.iter().flat_map(|line| [line.from, line.to]));
    let (xs, ys) = (outer(edges(xs), down), outer(edges(ys), across));
    let (columns, rows) = (xs.len().saturating_sub(1), ys.len().saturating_sub(1));
    // A single box is a frame and no table.
    if columns == 0 || rows == 0 || columns * rows < 2 {
        return Ok(None);
    }
    if columns * rows > MOST_POSITIONS {
        return Err(ReadFault::TooManyCells);
    }
    let mut groups = Groups::of(columns * rows);
    let middle = |edges: &[f64], at: usize| match (edges.get(at), edges.get(at + 1)) {
        (Some(from), Some(to)) => (from + to) / 2.0,
        _ => f64::NAN,
    };
    let is_ruled = |lines: &[Line], at: Option<&f64>, place: f64| {
        let Some(at) = at else { return true };
        let near = lines.iter().filter(|line| (line.at - at).abs() <= NEAR);
        near.into_iter().any(|line| line.from <= place && place <= line.to)
    };
    for row in 0..rows {
        for column in 0..columns {
            let here = row * columns + column;
            if column + 1 < columns && !is_ruled(down, xs.get(column + 1), middle(&ys, row)) {
                groups.join(here, here + 1);
            }
            if row + 1 < rows && !is_ruled(across, ys.get(row + 1), middle(&xs, column)) {
                groups.join(here, here + columns);
            }
        }
    }
    let (mut owner, mut boxes) = (vec![0; columns * rows], Vec::new());
    for group in groups.all() {
        for position in &group {
            if let Some(place) = owner.get_mut(*position) {
                *place = boxes.len();
            }
        }
        boxes.push(bounds(&group, columns));
    }
    // What holds one box and its frame rules nothing.
    Ok((boxes.len() >= 2).then_some(Table { xs, ys, owner, boxes }))
}

/// Edges that lines rule, and beyond them the first and the last that lines only reach.
fn outer(edges: Vec<f64>, ruled: &[Line]) -> Vec<f64> {
    let is_ruled = |edge: &f64| ruled.iter().any(|line| (line.at - edge).abs() <= NEAR);
    let last = edges.len().saturating_sub(1);
    let kept = edges.iter().enumerate().filter(|(at, edge)| *at == 0 || *at == last || is_ruled(edge));
    kept.map(|(_, edge)| *edge).collect()
}

fn bounds(group: &[usize], columns: usize) -> Area {
    let places = || group.iter().map(|position| (position / columns, position % columns));
    let (top, left) = (places().map(|(row, _)| row).min(), places().map(|(_, column)| column).min());
    let (bottom, right) = (places().map(|(row, _)| row).max(), places().map(|(_, column)| column).max());
    let (row, column) = (top.unwrap_or_default(), left.unwrap_or_default());
    let rows = bottom.unwrap_or_default() - row + 1;
    let wide = right.unwrap_or_default() - column + 1;
    Area { row, column, rows, is_clear: rows * wide == group.len() }
}

/// Things that belong together.
struct Groups(Vec<usize>);

impl Groups {
    fn of(count: usize) -> Groups {
        Groups((0..count).collect())
    }

    fn root(&mut self, mut at: usize) -> usize {
        while let Some(above) = self.0.get(at).copied().filter(|above| *above != at) {
            let further = self.0.get(above).copied().unwrap_or(above);
            if let Some(place) = self.0.get_mut(at) {
                *place = further;
            }
            at = further;
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        if let Some(place) = self.0.get_mut(one.max(other)) {
            *place = one.min(other);
        }
    }

    /// The groups by their first members.
    fn all(mut self) -> Vec<Vec<usize>> {
        let count = self.0.len();
        let mut groups: Vec<Vec<usize>> = vec![Vec::new(); count];
        for at in 0..count {
            let root = self.root(at);
            if let Some(group) = groups.get_mut(root) {
                group.push(at);
            }
        }
        groups.retain(|group| !group.is_empty());
        groups
    }
}
