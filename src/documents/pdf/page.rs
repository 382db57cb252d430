//! Sheets of paper: what stands where, from the upper left corner, in points.

/// A4.
pub(super) const WIDTH: f32 = 595.28;
pub(super) const HEIGHT: f32 = 841.89;
/// 2.5 cm on every side.
pub(super) const MARGIN: f32 = 70.87;
/// What a line of text can hold.
pub(super) const MEASURE: f32 = WIDTH - 2.0 * MARGIN;
/// What a page can hold.
pub(super) const BODY: f32 = HEIGHT - 2.0 * MARGIN;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    Text {
        x: f32,
        /// Of the base line.
        y: f32,
        size: f32,
        /// Added behind every character.
        spacing: f32,
        text: String,
    },
    Frame {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
    },
}

/// The sheets written so far, and how far down the last one is full.
pub(super) struct Pages {
    done: Vec<Vec<Mark>>,
    open: Vec<Mark>,
    /// Where the next thing goes.
    pub y: f32,
}

impl Pages {
    pub fn new() -> Pages {
        Pages { done: Vec::new(), open: Vec::new(), y: MARGIN }
    }

    /// What is left of the page.
    pub fn room(&self) -> f32 {
        HEIGHT - MARGIN - self.y
    }

    /// Nothing stands on the page yet.
    pub fn is_fresh(&self) -> bool {
        self.open.is_empty()
    }

    pub fn turn(&mut self) {
        self.done.push(std::mem::take(&mut self.open));
        self.y = MARGIN;
    }

    /// Turns the page unless so much is left of it.
    pub fn keep(&mut self, height: f32) {
        if height > self.room() && !self.is_fresh() {
            self.turn();
        }
    }

    /// Leaves a gap, but none at the top of a page.
    pub fn skip(&mut self, gap: f32) {
        if !self.is_fresh() {
            self.y += gap;
        }
    }

    /// One line of text in a box of its own height, `top` being the upper edge of the box.
    pub fn text(&mut self, x: f32, top: f32, height: f32, size: f32, spacing: f32, text: &str) {
        let y = base_line(top, height, size);
        self.open.push(Mark::Text { x, y, size, spacing, text: text.to_owned() });
    }

    pub fn frame(&mut self, x: f32, y: f32, width: f32, height: f32) {
        self.open.push(Mark::Frame { x, y, width, height });
    }

    pub fn finish(mut self) -> Vec<Vec<Mark>> {
        if !self.open.is_empty() || self.done.is_empty() {
            self.turn();
        }
        self.done
    }
}

/// Chinese characters stand from about 0.86 above the base line to 0.14 below it.
pub(super) fn base_line(top: f32, height: f32, size: f32) -> f32 {
    top + (height - size) / 2.0 + 0.86 * size
}
