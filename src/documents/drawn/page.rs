//! From what is drawn on a page to what stands on it: lines of text and tables, from the top.

use super::boxes::tables;
use super::lines::{Line, lines};
use super::ruled::{Row, rows};
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
    Table(Vec<Row>),
}

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
    let on = lines(&loose).into_iter().map(|line| (line.y - line.size, Item::Line(line)));
    let mut items: Vec<(f64, Item)> = on.collect();
    for (at, table) in found.into_iter().enumerate() {
        let is_filled = (0..table.boxes.len()).any(|number| inside.contains_key(&(at, number)));
        // Boxes with nothing in them frame the page.
        if is_filled {
            let held =
                |number: usize| lines(inside.get(&(at, number)).map(Vec::as_slice).unwrap_or_default());
            items.push((table.top(), Item::Table(rows(&table, held))));
        }
    }
    items.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let items = items.into_iter().map(|(_, item)| item).collect();
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
