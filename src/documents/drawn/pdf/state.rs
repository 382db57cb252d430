//! What holds while a page is drawn: where paper is, what is written with.

use super::font::Font;
use crate::documents::color::Color;
use crate::documents::drawn::canvas::{Rect, Shown};
use std::rc::Rc;

/// `[a b c d e f]`: x becomes ax + cy + e, y becomes bx + dy + f.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Matrix(pub [f64; 6]);

impl Matrix {
    pub const PLAIN: Matrix = Matrix([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// This one first, then the other.
    pub fn then(self, other: Matrix) -> Matrix {
        let ([a, b, c, d, e, f], [m, n, o, p, q, r]) = (self.0, other.0);
        Matrix([
            a * m + b * o,
            a * n + b * p,
            c * m + d * o,
            c * n + d * p,
            e * m + f * o + q,
            e * n + f * p + r,
        ])
    }

    pub fn of(self, (x, y): (f64, f64)) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    pub fn moved(x: f64, y: f64) -> Matrix {
        Matrix([1.0, 0.0, 0.0, 1.0, x, y])
    }
}

/// The state that `q` keeps and `Q` brings back.
#[derive(Clone)]
pub(super) struct State {
    pub matrix: Matrix,
    pub font: Option<Rc<Font>>,
    pub size: f64,
    pub between: f64,
    pub words: f64,
    pub stretch: f64,
    pub leading: f64,
    pub rise: f64,
    /// How text is shown: 3 and 7 not at all.
    pub mode: i64,
    pub fill: Ink,
    pub stroke: Ink,
    /// It shows through what is drawn over it, or changes its colour alone.
    pub blends: bool,
    /// Outside of what nothing is drawn.
    pub clip: Option<Rect>,
}

/// What surfaces, or lines, are drawn with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ink {
    /// Its colour, where that is known.
    pub color: Option<Color>,
    /// How opaque it is.
    pub alpha: f64,
    pub space: Space,
}

/// What the numbers of a colour mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    /// Light, or four inks where they are four.
    Usual,
    /// So much of one ink or several: the more, the darker.
    Inks,
    /// A pattern, or a number in a list of colours.
    Other,
}

impl Ink {
    const PLAIN: Ink = Ink { color: Some(Color::BLACK), alpha: 1.0, space: Space::Usual };

    /// Takes in a colour by its numbers.
    pub fn take(&mut self, numbers: &[f64]) {
        self.color = match (self.space, numbers) {
            (Space::Usual, [gray]) => Some(of_light([*gray; 3])),
            (Space::Usual, [red, green, blue]) => Some(of_light([*red, *green, *blue])),
            (Space::Usual, [cyan, magenta, yellow, black]) => {
                Some(of_light([cyan, magenta, yellow].map(|ink| (1.0 - ink) * (1.0 - black))))
            }
            (Space::Inks, [_, ..]) if numbers.iter().all(|part| *part <= 0.02) => Some(Color::WHITE),
            _ => None,
        };
    }

    /// Changes to another space, whose first colour is black.
    pub fn change(&mut self, space: Space) {
        let black = Some(Color::BLACK).filter(|_| space == Space::Usual);
        (self.space, self.color) = (space, black);
    }

    /// Whether it has the colour of paper.
    pub fn is_white(self) -> bool {
        self.color.is_some_and(Color::is_white)
    }

    pub fn is_clear(self) -> bool {
        self.alpha <= CLEAR
    }
}

/// Up to which part of opaque something is too clear to be seen, and from which on nobody sees through it.
const CLEAR: f64 = 0.05;
const OPAQUE: f64 = 0.9;

impl State {
    pub fn new(matrix: Matrix) -> State {
        State {
            matrix,
            font: None,
            size: 0.0,
            between: 0.0,
            words: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
            mode: 0,
            fill: Ink::PLAIN,
            stroke: Ink::PLAIN,
            blends: false,
            clip: None,
        }
    }

    /// Whether what is painted hides what stands below.
    pub fn hides(&self) -> bool {
        self.fill.alpha >= OPAQUE && !self.blends
    }

    /// Draws nothing outside of an area any more.
    pub fn clip_to(&mut self, area: Rect) {
        self.clip = Some(self.clip.map_or(area, |clip| clip.within(area)));
    }

    /// How a text is shown whose middle is at a place; not at all what a scanner's program has guessed, behind the
    /// picture, and what is cut off.
    pub fn shown(&self, middle: (f64, f64)) -> Option<Shown> {
        let inks: &[Ink] = match self.mode {
            0 | 4 => &[self.fill],
            1 | 5 => &[self.stroke],
            2 | 6 => &[self.fill, self.stroke],
            _ => return None,
        };
        let seen = || inks.iter().filter(|ink| !ink.is_clear());
        let is_drawn = self.clip.is_none_or(|clip| clip.holds(middle));
        let ink = seen().find(|ink| !ink.is_white()).or(seen().next());
        is_drawn.then_some(match ink {
            Some(ink) => ink.color.map_or(Shown::Plain, Shown::In),
            None => Shown::Lost,
        })
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what a part may be")]
fn of_light(parts: [f64; 3]) -> Color {
    Color(parts.map(|part| (part.clamp(0.0, 1.0) * 255.0).round() as u8))
}
