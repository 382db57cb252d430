//! What holds while a page is drawn: where paper is, what is written with.

use super::font::Font;
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
    /// The colour of surfaces is that of paper.
    pub is_white: bool,
}

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
            is_white: false,
        }
    }
}
