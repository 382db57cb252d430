//! What of a page's characters is seen: not what a surface covers; what is struck out or lies across the edge of a box
//! is no figure.

use super::UNCLEAR;
use super::canvas::{Glyph, Page, Point, Rect, Rule};
use crate::documents::color::{Color, Paper, is_lost};
use crate::documents::fault::ReadFault;
use std::collections::HashMap;

/// In which part of a letter's height, from its line up, a line strikes it out.
const STRUCK: [f64; 2] = [0.12, 0.55];
/// From which to which height a surface hides a letter wholly.
const HIDDEN: [f64; 2] = [0.1, 0.6];
/// How far before a figure, in parts of its size, a line parts it from another.
const BESIDE: f64 = 0.3;
/// How high a band of the page is, in points, and through how many a line is followed.
const BAND: f64 = 4.0;
const MOST_BANDS: usize = 500;
/// How much of a figure, from its edges, may stand beyond the edge of its box.
const INSIDE: f64 = 0.25;
/// How much larger than the letters of tables something is that lies across them.
const LARGE: f64 = 1.8;
/// How near to each other, in parts of their size, figures of one number stand.
const TOUCHING: f64 = 0.1;
/// How wide and tall, in points, a line within a box is at least that crosses it out; most of them on a page.
const SLANTED: f64 = 6.0;
const MOST_CROSSED: usize = 500;
/// How far apart, in points, places on one line may be drawn.
const LINE: f64 = 2.0;

/// The characters of an upright page that are seen.
pub(super) fn seen(page: &Page, work: &mut usize) -> Result<Vec<Glyph>, ReadFault> {
    let on_page = Rect { left: 0.0, top: 0.0, right: page.width, bottom: page.height };
    let spent = page.surfaces.len().saturating_mul(page.glyphs.len());
    *work = work.checked_sub(spent).ok_or(ReadFault::TooManyElements)?;
    let mut glyphs = page.glyphs.clone();
    for (at, glyph) in glyphs.iter_mut().enumerate().filter(|(_, glyph)| glyph.c.is_ascii_digit()) {
        let below = page.surfaces.iter().rev();
        let below = below.filter(|surface| surface.before <= at && surface.area.holds(glyph.middle()));
        // Of what nobody knows the colour is taken for paper.
        let paper = below.map(|surface| surface.color.unwrap_or(Color::WHITE)).next();
        if is_lost(glyph.ink, paper.map(Paper::Of)) {
            glyph.c = UNCLEAR;
        }
    }
    for surface in &page.surfaces {
        let area = surface.area;
        for glyph in glyphs.iter_mut().take(surface.before).filter(|glyph| area.holds(glyph.middle())) {
            let [low, high] = HIDDEN.map(|part| glyph.y - glyph.size * part);
            if area.top <= high && area.bottom >= low {
                glyph.size = 0.0;
            } else if glyph.c.is_ascii_digit() {
                glyph.c = UNCLEAR;
            }
        }
    }
    glyphs.retain(|glyph| glyph.size > 0.0 && on_page.holds(glyph.middle()));
    let strokes = Strokes::of(&page.strokes);
    for glyph in glyphs.iter_mut().filter(|glyph| glyph.c.is_ascii_digit()) {
        *work = work.checked_sub(strokes.near(glyph).count()).ok_or(ReadFault::TooManyElements)?;
        if strokes.near(glyph).any(|stroke| is_struck(glyph, *stroke)) {
            glyph.c = UNCLEAR;
        }
    }
    Ok(glyphs)
}

/// Lines by the bands of the page that they go through.
struct Strokes(HashMap<i64, Vec<(Point, Point)>>);

impl Strokes {
    fn of(strokes: &[(Point, Point)]) -> Strokes {
        let mut bands: HashMap<i64, Vec<(Point, Point)>> = HashMap::new();
        for stroke in strokes {
            let ((_, y0), (_, y1)) = stroke;
            for at in (band(y0.min(*y1))..=band(y0.max(*y1))).take(MOST_BANDS) {
                bands.entry(at).or_default().push(*stroke);
            }
        }
        Strokes(bands)
    }

    /// Those that go by the middle of a character.
    fn near(&self, glyph: &Glyph) -> impl Iterator<Item = &(Point, Point)> {
        let [low, high] = STRUCK.map(|part| band(glyph.y - glyph.size * part));
        (high..=low).take(MOST_BANDS).filter_map(|at| self.0.get(&at)).flatten()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "clamped to what a page may be high")]
fn band(y: f64) -> i64 {
    (y / BAND).floor().clamp(-1.0, 10_000.0) as i64
}

/// Marks the figures that lines strike out, or part from what stands before them.
pub(super) fn strike(glyphs: &mut [Glyph], lines: &[Rule]) {
    for glyph in glyphs.iter_mut().filter(|glyph| glyph.c.is_ascii_digit()) {
        let strikes = |line: &Rule| match line {
            Rule::Across { y, from, to } => is_struck(glyph, ((*from, *y), (*to, *y))),
            Rule::Down { x, from, to } => {
                let (left, right) = (glyph.x - glyph.size * BESIDE, glyph.right());
                (left..=right).contains(x) && (*from..=*to).contains(&glyph.middle().1)
            }
        };
        if lines.iter().any(strikes) {
            glyph.c = UNCLEAR;
        }
    }
}

/// Whether a line goes through the middle of a character.
fn is_struck(glyph: &Glyph, ((x0, y0), (x1, y1)): (Point, Point)) -> bool {
    let (x, _) = glyph.middle();
    let [low, high] = STRUCK.map(|part| glyph.y - glyph.size * part);
    let runs = (x1 - x0).abs() >= glyph.width * 0.5 && (x0.min(x1)..=x0.max(x1)).contains(&x);
    runs && (high..=low).contains(&(y0 + (y1 - y0) * (x - x0) / (x1 - x0)))
}

/// Marks the figures, and those of numbers, that stand in two places at once: nobody knows whose they are. `places` are
/// those of the characters, by their order.
pub(super) fn mark_across<P: PartialEq>(
    glyphs: &mut [Glyph],
    places: &[Option<P>],
    held: impl Fn(Point) -> Option<P>,
) {
    let mut order: Vec<usize> = (0..glyphs.len()).collect();
    let place = |at: &usize| glyphs.get(*at).map_or((0.0, 0.0), |glyph| ((glyph.y / LINE).round(), glyph.x));
    order.sort_by(|one, other| {
        let (one, other) = (place(one), place(other));
        one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1))
    });
    let across: Vec<usize> = order
        .iter()
        .zip(order.iter().skip(1))
        .filter(|(one, other)| {
            let (Some(last), Some(next)) = (glyphs.get(**one), glyphs.get(**other)) else { return false };
            let figures = last.c.is_ascii_digit() && next.c.is_ascii_digit();
            let is_one = (last.y - next.y).abs() <= TOUCHING * last.size
                && (next.x - last.right()).abs() <= TOUCHING * last.size.min(next.size);
            figures && is_one && places.get(**one) != places.get(**other)
        })
        .flat_map(|(one, other)| [*one, *other])
        .collect();
    for at in across {
        if let Some(glyph) = glyphs.get_mut(at) {
            glyph.c = UNCLEAR;
        }
    }
    for glyph in glyphs.iter_mut().filter(|glyph| glyph.c.is_ascii_digit()) {
        let (x, y) = glyph.middle();
        let at = |part: f64| held((glyph.x + glyph.width * part, y));
        let [low, high] = HIDDEN.map(|part| held((x, glyph.y - glyph.size * part)));
        if at(INSIDE) != at(1.0 - INSIDE) || low != high {
            glyph.c = UNCLEAR;
        }
    }
}

/// Marks the figures in boxes that are crossed out from one side to the other.
pub(super) fn mark_crossed<P: PartialEq>(
    glyphs: &mut [Glyph],
    places: &[Option<P>],
    strokes: &[(Point, Point)],
    held: impl Fn(Point) -> Option<P>,
) {
    let within = |((x0, y0), (x1, y1)): &(Point, Point)| {
        let at = |part: f64| held((x0 + (x1 - x0) * part, y0 + (y1 - y0) * part));
        at(0.1).filter(|place| at(0.9).as_ref() == Some(place))
    };
    let is_long = |((x0, y0), (x1, y1)): &&(Point, Point)| (x1 - x0).abs().min((y1 - y0).abs()) > SLANTED;
    let crossed: Vec<P> = strokes.iter().filter(is_long).filter_map(within).take(MOST_CROSSED).collect();
    for (glyph, place) in glyphs.iter_mut().zip(places) {
        if glyph.c.is_ascii_digit() && place.as_ref().is_some_and(|place| crossed.contains(place)) {
            glyph.c = UNCLEAR;
        }
    }
}

/// Marks the figures that lie across a table in letters far larger than its own.
pub(super) fn mark_large<P>(glyphs: &mut [Glyph], places: &[Option<P>]) {
    let inside = glyphs.iter().zip(places).filter(|(_, place)| place.is_some());
    let mut sizes: Vec<f64> = inside.map(|(glyph, _)| glyph.size).collect();
    sizes.sort_by(f64::total_cmp);
    let Some(usual) = sizes.get(sizes.len() / 2) else { return };
    for (glyph, place) in glyphs.iter_mut().zip(places) {
        if place.is_some() && glyph.c.is_ascii_digit() && glyph.size > usual * LARGE {
            glyph.c = UNCLEAR;
        }
    }
}
