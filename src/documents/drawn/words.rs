//! The words of a page, the lines between them, and the labels of forms that they make, over as many lines as they
//! take.

use super::canvas::{Glyph, Point, Rule};
use crate::documents::label::{begins_label, is_column_label, is_label, is_row_label};

/// How far apart, in parts of their size, characters of one line stand in height, and of one word beside each other.
const LINE: f64 = 0.2;
const WORD: f64 = 0.4;
/// How far words of one label stand apart, in parts of their size, beside and below each other.
const BESIDE: f64 = 1.2;
const BELOW: [f64; 2] = [0.5, 2.2];
/// Most words of one label.
const MOST_PARTS: usize = 12;

/// Characters that stand side by side.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub text: String,
    pub left: f64,
    pub right: f64,
    pub y: f64,
    pub size: f64,
    pub glyphs: Vec<usize>,
}

impl Word {
    pub fn middle(&self) -> Point {
        ((self.left + self.right) / 2.0, self.y - self.size * 0.35)
    }

    fn is_on_line_of(&self, other: &Word) -> bool {
        (self.y - other.y).abs() <= LINE * self.size.max(other.size)
    }
}

/// Ruled lines by their places.
pub(super) struct Ruled {
    across: Vec<[f64; 3]>,
    down: Vec<[f64; 3]>,
}

impl Ruled {
    pub fn of(rules: &[Rule]) -> Ruled {
        let (mut across, mut down) = (Vec::new(), Vec::new());
        for rule in rules {
            match rule {
                Rule::Across { y, from, to } => across.push([*y, *from, *to]),
                Rule::Down { x, from, to } => down.push([*x, *from, *to]),
            }
        }
        for lines in [&mut across, &mut down] {
            lines.sort_by(|[one, ..], [other, ..]| one.total_cmp(other));
        }
        Ruled { across, down }
    }

    /// Whether a line across parts two heights at a place.
    pub fn part_heights(&self, one: f64, other: f64, x: f64) -> bool {
        part(&self.across, one, other, x)
    }

    /// Whether a line down parts two places at a height.
    pub fn part_places(&self, one: f64, other: f64, y: f64) -> bool {
        part(&self.down, one, other, y)
    }

    /// What a word may take between the lines at both of its sides; itself where they are not drawn.
    pub fn room(&self, word: (f64, f64), y: f64) -> (f64, f64) {
        let (left, right) = word;
        let behind = self.down.partition_point(|[x, ..]| *x < (left + right) / 2.0);
        let (before, behind) = self.down.split_at_checked(behind).unwrap_or_default();
        let is_here = |line: &&[f64; 3]| matches!(line, [_, from, to] if (*from..=*to).contains(&y));
        match (before.iter().rev().find(is_here), behind.iter().find(is_here)) {
            (Some([from, ..]), Some([to, ..])) => (*from, *to),
            _ => word,
        }
    }
}

fn part(lines: &[[f64; 3]], one: f64, other: f64, at: f64) -> bool {
    let (low, high) = (one.min(other), one.max(other));
    let behind = lines.partition_point(|[place, ..]| *place <= low);
    let between = lines.iter().skip(behind).take_while(|[place, ..]| *place < high);
    between.into_iter().any(|[_, from, to]| (*from..=*to).contains(&at))
}

/// The words of characters, line by line; no line goes down between their letters.
pub(super) fn words(glyphs: &[Glyph], ruled: &Ruled) -> Vec<Word> {
    let mut order: Vec<(usize, &Glyph)> = glyphs.iter().enumerate().collect();
    order.sort_by(|(_, one), (_, other)| one.y.total_cmp(&other.y));
    let mut rows: Vec<Vec<(usize, &Glyph)>> = Vec::new();
    for (at, glyph) in order {
        let is_here = |row: &&mut Vec<(usize, &Glyph)>| {
            row.first().is_some_and(|(_, first)| glyph.y - first.y <= LINE * first.size.min(glyph.size))
        };
        match rows.last_mut().filter(is_here) {
            Some(row) => row.push((at, glyph)),
            None => rows.push(vec![(at, glyph)]),
        }
    }
    let mut words: Vec<Word> = Vec::new();
    for mut row in rows {
        row.sort_by(|(_, one), (_, other)| one.x.total_cmp(&other.x));
        let mut open: Option<Word> = None;
        for (at, glyph) in row {
            let middle = glyph.middle();
            let goes_on = |word: &Word| {
                let is_near = glyph.x - word.right <= WORD * glyph.size.min(word.size);
                is_near && !ruled.part_places(word.right - glyph.width / 2.0, middle.0, middle.1)
            };
            match open.as_mut().filter(|word| goes_on(word)) {
                Some(word) => {
                    word.text.push(glyph.c);
                    (word.right, word.size) = (word.right.max(glyph.right()), word.size.max(glyph.size));
                    word.glyphs.push(at);
                }
                None => {
                    let (text, size) = (glyph.c.to_string(), glyph.size);
                    let word = Word {
                        text,
                        left: glyph.x,
                        right: glyph.right(),
                        y: glyph.y,
                        size,
                        glyphs: vec![at],
                    };
                    words.extend(open.replace(word));
                }
            }
        }
        words.extend(open);
    }
    words
}

/// Words that are a label of a form together.
#[derive(Debug, Clone)]
pub(super) struct Label {
    pub text: String,
    /// By their places.
    pub words: Vec<usize>,
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    pub size: f64,
    pub names_row: bool,
    pub names_column: bool,
}

impl Label {
    /// Whether a height is between its first line and its last.
    pub fn holds(&self, y: f64) -> bool {
        (self.top..=self.bottom).contains(&y)
    }
}

/// The labels that words make, each as long as it can be, from the top.
pub(super) fn labels(words: &[Word]) -> Vec<Label> {
    let mut used = vec![false; words.len()];
    let mut found = Vec::new();
    for at in 0..words.len() {
        if used.get(at) == Some(&false)
            && let Some(label) = label(words, at, &used)
        {
            for at in &label.words {
                used.get_mut(*at).into_iter().for_each(|used| *used = true);
            }
            found.push(label);
        }
    }
    found.sort_by(|one: &Label, other| one.top.total_cmp(&other.top));
    found
}

fn label(words: &[Word], from: usize, used: &[bool]) -> Option<Label> {
    let (mut text, mut taken, mut whole) = (String::new(), Vec::new(), None);
    let mut next = Some(from);
    while let Some(here) = next.filter(|_| taken.len() < MOST_PARTS) {
        text.push_str(&words.get(here)?.text);
        taken.push(here);
        if is_label(&text) {
            whole = Some((text.clone(), taken.len()));
        }
        next = if begins_label(&text) { following(words, &taken, &text, used) } else { None };
    }
    let (text, count) = whole?;
    taken.truncate(count);
    let parts = || taken.iter().filter_map(|at| words.get(*at));
    let (names_row, names_column) = (is_row_label(&text), is_column_label(&text));
    Some(Label {
        left: parts().map(|word| word.left).fold(f64::MAX, f64::min),
        right: parts().map(|word| word.right).fold(f64::MIN, f64::max),
        top: parts().map(|word| word.y - word.size * 0.9).fold(f64::MAX, f64::min),
        bottom: parts().map(|word| word.y + word.size * 0.15).fold(f64::MIN, f64::max),
        size: parts().map(|word| word.size).fold(0.0, f64::max),
        text,
        words: taken,
        names_row,
        names_column,
    })
}

/// The word that a label goes on with: the next on its line, or the first below.
fn following(words: &[Word], taken: &[usize], text: &str, used: &[bool]) -> Option<usize> {
    let last = *taken.last()?;
    let end = words.get(last)?;
    let goes_on = |at: &usize| {
        let word = words.get(*at);
        used.get(*at) == Some(&false)
            && word.is_some_and(|word| begins_label(&format!("{text}{}", word.text)))
    };
    let is_beside = |at: &usize| {
        let word = words.get(*at);
        word.is_some_and(|word| word.is_on_line_of(end) && word.left - end.right <= BESIDE * end.size)
    };
    if let Some(beside) = Some(last + 1).filter(is_beside).filter(goes_on) {
        return Some(beside);
    }
    let parts = || taken.iter().filter_map(|at| words.get(*at));
    let left = parts().map(|word| word.left).fold(f64::MAX, f64::min);
    let right = parts().map(|word| word.right).fold(f64::MIN, f64::max);
    let [near, far] = BELOW.map(|part| end.y + part * end.size);
    let below = words.iter().enumerate().skip(last + 1).take_while(|(_, word)| word.y <= far);
    let mut below = below.filter(|(_, word)| word.y >= near && word.left < right && left < word.right);
    below.next().map(|(at, _)| at).filter(goes_on)
}
