//! What an operation costs: how many units of its client's rate, and which readers it is read on.

use std::num::NonZeroU32;

/// An operation's class; it stands beside the operation in the document, as `x-cost`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// Asked by machines that watch: never counted.
    Free,
    /// A few rows.
    Point,
    /// Looks through many.
    Scan,
    /// Reads or writes a whole document.
    File,
}

impl Cost {
    pub fn named(name: &str) -> Option<Cost> {
        match name {
            "free" => Some(Cost::Free),
            "point" => Some(Cost::Point),
            "scan" => Some(Cost::Scan),
            "file" => Some(Cost::File),
            _ => None,
        }
    }

    /// Units of the client's rate; `None` costs nothing.
    pub fn units(self) -> Option<NonZeroU32> {
        NonZeroU32::new(match self {
            Cost::Free => 0,
            Cost::Point => 1,
            Cost::Scan => 5,
            Cost::File => 10,
        })
    }

    /// Whether it is read on the readers for scans, where it keeps nobody from a light read.
    pub fn is_heavy(self) -> bool {
        matches!(self, Cost::Scan | Cost::File)
    }
}
