//! How reviews are held here.

use chrono::NaiveDateTime;

/// How many reviews a report passes, and whether each takes another person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Review {
    /// 1–3.
    pub stages: u8,
    /// Whoever has written it does not review it, and nobody reviews it twice.
    pub separation_of_duties: bool,
}

impl Review {
    /// 三审三校, as long as nobody has settled anything else.
    pub const USUAL: Review = Review { stages: 3, separation_of_duties: true };
}

/// The settings in force, as they are kept.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewSettings {
    pub review: Review,
    pub version: i64,
    pub updated_at: NaiveDateTime,
}
