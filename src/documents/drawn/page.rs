//! From what is drawn on a page to what stands on it: lines of text and tables, from the top.

use super::aligned::{self, Aligned, Columns};
use super::boxes::{Table, dashed, tables};
use super::canvas::{Glyph, Page, Point, Rule};
use super::lines::{Line, lines};
use super::ruled::{Row, rows};
use super::seen::{mark_across, mark_crossed, mark_large, seen, strike};
use super::words::Ruled;
use crate::documents::fault::ReadFault;
use std::collections::{HashMap, HashSet};

/// Which part of a page, from its top and its bottom, is its margin.
pub(super) const MARGIN: f64 = 0.09;

/// A table, and a box of it.
pub(super) type Place = (usize, usize);

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

/// Reads a page; `last` holds the columns of a table without lines that it may go on with.
pub(super) fn read(page: Page, work: &mut usize, last: &mut Option<Columns>) -> Result<Sheet, ReadFault> {
    let page = page.set_upright();
    let dashed = dashed(&page.rules, &page.strokes);
    let rules: Vec<Rule> = page.rules.iter().copied().chain(dashed).collect();
    let (mut found, strokes) = tables(&rules)?;
    // What stands in a table inside another belongs to the inner one.
    found.sort_by(|a, b| a.size().total_cmp(&b.size()));
    let mut inside: HashMap<Place, Vec<Glyph>> = HashMap::new();
    let mut loose = Vec::new();
    let mut glyphs = seen(&page, work)?;
    strike(&mut glyphs, &strokes);
    let places: Vec<Option<Place>> = glyphs.iter().map(|glyph| held(&found, glyph.middle())).collect();
    mark_across(&mut glyphs, &places, |point| held(&found, point));
    mark_large(&mut glyphs, &places);
    mark_crossed(&mut glyphs, &places, &page.strokes, |point| held(&found, point));
    let body = (page.height * MARGIN, page.height * (1.0 - MARGIN));
    let aligned = aligned::tables(&mut glyphs, &places, &Ruled::of(&rules), body, last);
    let taken: HashSet<usize> = aligned.iter().flat_map(|table| table.taken.iter().copied()).collect();
    for (at, (glyph, place)) in glyphs.into_iter().zip(places).enumerate() {
        match place {
            _ if taken.contains(&at) => {}
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
    let mut aside = page.aside;
    for Aligned { rows, top, aside: beside, .. } in aligned {
        items.push((top, Item::Table(rows)));
        aside.push_str(&beside);
    }
    items.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let items = items.into_iter().map(|(_, item)| item).collect();
    Ok(Sheet { items, aside, height: page.height })
}

fn held(tables: &[Table], point: Point) -> Option<Place> {
    tables.iter().enumerate().find_map(|(at, table)| Some((at, table.holds(point)?)))
}
