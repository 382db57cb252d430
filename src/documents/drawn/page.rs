//! From what is drawn on a page to what stands on it: lines of text and tables, from the top.

use super::boxes::{Table, tables};
use super::canvas::{Glyph, Page, Point};
use super::lines::{Line, lines};
use super::ruled::{Row, rows};
use super::seen::{mark_across, mark_large, seen, strike};
use crate::documents::fault::ReadFault;
use std::collections::HashMap;

/// A table, and a box of it.
type Place = (usize, usize);

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

pub(super) fn read(page: Page, work: &mut usize) -> Result<Sheet, ReadFault> {
    let page = page.set_upright();
    let (mut found, strokes) = tables(&page.rules)?;
    // What stands in a table inside another belongs to the inner one.
    found.sort_by(|a, b| a.size().total_cmp(&b.size()));
    let mut inside: HashMap<Place, Vec<Glyph>> = HashMap::new();
    let mut loose = Vec::new();
    let mut glyphs = seen(&page, work)?;
    strike(&mut glyphs, &strokes);
    let places: Vec<Option<Place>> = glyphs.iter().map(|glyph| held(&found, glyph.middle())).collect();
    mark_across(&mut glyphs, &places, |point| held(&found, point));
    mark_large(&mut glyphs, &places);
    for (glyph, place) in glyphs.into_iter().zip(places) {
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

fn held(tables: &[Table], point: Point) -> Option<Place> {
    tables.iter().enumerate().find_map(|(at, table)| Some((at, table.holds(point)?)))
}
