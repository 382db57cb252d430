//! Paths: lines, surfaces, and what later drawing is cut to.

use super::state::State;
use crate::documents::drawn::canvas::{Page, Rect, surface};

/// How many surfaces of a path are held against each other.
const MOST_RINGS: usize = 20;

/// A path that is being drawn.
#[derive(Default)]
pub(super) struct Path {
    parts: Vec<Vec<(f64, f64)>>,
    boxes: Vec<[(f64, f64); 4]>,
    /// What is drawn from now on is cut to it.
    pub clips: bool,
}

impl Path {
    /// Takes in a step of a path; whether it was one.
    pub fn take(&mut self, operator: &str, numbers: &[f64], state: &State) -> bool {
        let at = |x: f64, y: f64| state.matrix.of((x, y));
        match (operator, numbers) {
            ("l", [x, y]) => self.on(at(*x, *y)),
            // A curve leads nowhere a table has lines: it only moves on.
            ("m", [x, y]) | ("c" | "v" | "y", [.., x, y]) => self.parts.push(vec![at(*x, *y)]),
            ("h", _) => self.close(),
            ("re", [x, y, width, height]) => self.boxes.push([
                at(*x, *y),
                at(x + width, *y),
                at(x + width, y + height),
                at(*x, y + height),
            ]),
            ("W" | "W*", _) => self.clips = true,
            _ => return false,
        }
        true
    }

    fn on(&mut self, to: (f64, f64)) {
        match self.parts.last_mut() {
            Some(part) => part.push(to),
            None => self.parts.push(vec![to]),
        }
    }

    fn close(&mut self) {
        if let Some(part) = self.parts.last_mut()
            && let Some(first) = part.first().copied()
        {
            part.push(first);
        }
    }

    /// The area it lies in.
    pub fn area(&self) -> Rect {
        Rect::around(self.boxes.iter().flatten().chain(self.parts.iter().flatten()).copied())
    }

    /// The upright surfaces it fills.
    fn surfaces(&self) -> Vec<Rect> {
        let boxes = self.boxes.iter().filter_map(|corners| surface(corners));
        boxes.chain(self.parts.iter().filter_map(|part| surface(part))).collect()
    }

    /// Draws it: strokes as lines, thin surfaces as well.
    pub fn draw(mut self, operator: &str, state: &State, page: &mut Page) {
        let strokes = matches!(operator, "S" | "s" | "B" | "B*" | "b" | "b*") && !state.stroke.is_clear();
        let fills = matches!(operator, "f" | "F" | "f*" | "B" | "B*" | "b" | "b*") && !state.fill.is_clear();
        if matches!(operator, "s" | "b" | "b*") {
            self.close();
        }
        let surfaces = if fills { self.surfaces() } else { Vec::new() };
        // One in the other is a ring, and leaves out what is in it.
        let is_ring = |one: &Rect| surfaces.iter().any(|other| one != other && one.within(*other) == *one);
        if state.hides() && !surfaces.iter().take(MOST_RINGS).any(is_ring) {
            for surface in &surfaces {
                page.cover(state.clip.map_or(*surface, |clip| clip.within(*surface)), state.fill.color);
            }
        }
        if strokes {
            for corners in &self.boxes {
                page.upright(Rect::around(*corners), true);
            }
            for part in &self.parts {
                for (from, to) in part.iter().zip(part.iter().skip(1)) {
                    page.line(*from, *to);
                }
            }
        } else if !state.fill.is_white() {
            surfaces.iter().for_each(|surface| page.upright(*surface, false));
        }
    }
}
