//! From what is drawn on a page to what stands on it: lines of text and tables, from the top.

use super::boxes::{Table, tables};
use super::lines::{Line, lines, of_cell};
use super::{Glyph, Page, Rule};
use crate::documents::fault::ReadFault;
use std::collections::HashMap;

/// What stands on a page.
pub(super) struct Sheet {
    pub items: Vec<Item>,
    pub aside: String,
    pub height: f64,
}

pub(super) enum Item {
    Line(Line),
    Table(Ruled),
}

/// A table with the text of its boxes.
pub(super) struct Ruled {
    pub table: Table,
    /// By the box.
    pub texts: Vec<String>,
}

impl Item {
    fn top(&self) -> f64 {
        match self {
            Item::Line(line) => line.y - line.size,
            Item::Table(ruled) => ruled.table.top(),
        }
    }
}

/// What a struck-out text is led by, and that of a box that is none: no number holds it.
const UNCLEAR: char = '~';

pub(super) fn read(page: Page) -> Result<Sheet, ReadFault> {
    let (mut found, strokes) = tables(&page.rules)?;
    // What stands in a table inside another belongs to the inner one.
    found.sort_by(|a, b| a.size().total_cmp(&b.size()));
    let mut inside: HashMap<(usize, usize), Vec<Glyph>> = HashMap::new();
    let mut loose = Vec::new();
    let is_on_page = |glyph: &Glyph| {
        let (x, y) = glyph.middle();
        (0.0..=page.width).contains(&x) && (0.0..=page.height).contains(&y) && glyph.size > 0.0
    };
    for mut glyph in page.glyphs.into_iter().filter(is_on_page) {
        if glyph.c.is_ascii_digit() && is_struck(&glyph, &strokes) {
            glyph.c = '\u{fffd}';
        }
        let middle = glyph.middle();
        let place = found.iter().enumerate().find_map(|(at, table)| Some((at, table.holds(middle)?)));
        match place {
            Some(place) => inside.entry(place).or_default().push(glyph),
            None => loose.push(glyph),
        }
    }
    let mut items: Vec<Item> = lines(&loose).into_iter().map(Item::Line).collect();
    for (at, table) in found.into_iter().enumerate() {
        let text = |number: usize| {
            let mut text = of_cell(&lines(inside.get(&(at, number)).map(Vec::as_slice).unwrap_or_default()));
            let is_clear = table.boxes.get(number).is_some_and(|cell| cell.is_clear);
            if !is_clear && !text.is_empty() {
                text.insert(0, UNCLEAR);
            }
            text
        };
        let texts: Vec<String> = (0..table.boxes.len()).map(text).collect();
        // Boxes with nothing in them frame the page.
        if texts.iter().any(|text| !text.is_empty()) {
            items.push(Item::Table(Ruled { table, texts }));
        }
    }
    items.sort_by(|a, b| a.top().total_cmp(&b.top()));
    Ok(Sheet { items, aside: page.aside, height: page.height })
}

/// Whether a line goes through the middle of a character.
fn is_struck(glyph: &Glyph, strokes: &[Rule]) -> bool {
    strokes.iter().any(|stroke| match stroke {
        Rule::Across { y, from, to } => {
            let (x, _) = glyph.middle();
            (*from..=*to).contains(&x)
                && (glyph.y - glyph.size * 0.55..=glyph.y - glyph.size * 0.12).contains(y)
        }
        Rule::Down { .. } => false,
    })
}
