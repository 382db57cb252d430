//! What a connection is at: whether bytes that go out on it can only be the library's own.

use actix_web::body::{BodySize, BoxBody, MessageBody};
use std::cell::Cell;
use std::rc::Rc;

/// How far the answer to the request before has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// It has gone out whole, or there was none.
    Idle,
    /// A handler is at work.
    Asked,
    /// It is made, in one piece, and not yet gone.
    Answered,
    /// One comes in pieces, or behind another: where it ends cannot be seen from here, nor what follows.
    Lost,
}

/// A connection, as its own bytes and its requests see it.
#[derive(Debug, Clone)]
pub struct Line(Rc<Cell<Stage>>);

impl Default for Line {
    fn default() -> Line {
        Line(Rc::new(Cell::new(Stage::Idle)))
    }
}

impl Line {
    fn step(&self, from: Stage, to: Stage) {
        if self.0.get() == from {
            self.0.set(to);
        }
    }

    /// A request has come.
    pub fn is_asked(&self) {
        self.step(Stage::Answered, Stage::Lost);
        self.step(Stage::Idle, Stage::Asked);
    }

    /// This is its answer.
    pub fn is_answered(&self, body: &BoxBody) {
        let whole = matches!(body.size(), BodySize::None | BodySize::Sized(_));
        self.step(Stage::Asked, if whole { Stage::Answered } else { Stage::Lost });
    }

    /// All that was there to write is written.
    pub fn is_flushed(&self) {
        self.step(Stage::Answered, Stage::Idle);
    }

    /// Whether no handler has a part in what goes out now.
    pub fn is_idle(&self) -> bool {
        self.0.get() == Stage::Idle
    }
}
