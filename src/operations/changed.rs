//! A write that says what stands there already leaves no trace: no version, no time, no line of the audit.

use crate::domain::agency::Agency;
use crate::domain::onward::Webhook;
use crate::domain::people::{Person, Token};
use crate::domain::report::Comment;
use crate::domain::workflow::ReviewSettings;
use crate::domain::year::ReportingYear;
use chrono::NaiveDateTime;

/// Something whose every change has a number, and mostly a time.
pub(super) trait Versioned: PartialEq {
    fn version(&mut self) -> &mut i64;

    /// `None`: it tells no time.
    fn updated_at(&mut self) -> Option<&mut NaiveDateTime>;
}

/// What is to be written over `present`, as its next version; `None` where nothing of it would be otherwise.
pub(super) fn changed<T: Versioned>(present: &T, mut wanted: T, at: NaiveDateTime) -> Option<T> {
    if wanted == *present {
        return None;
    }
    *wanted.version() += 1;
    if let Some(updated_at) = wanted.updated_at() {
        *updated_at = at;
    }
    Some(wanted)
}

macro_rules! versioned {
    ($($type:ty),+ $(,)?) => {$(
        impl Versioned for $type {
            fn version(&mut self) -> &mut i64 {
                &mut self.version
            }

            fn updated_at(&mut self) -> Option<&mut NaiveDateTime> {
                Some(&mut self.updated_at)
            }
        }
    )+};
}

versioned!(Agency, Comment, ReportingYear, ReviewSettings, Token, Webhook);

impl Versioned for Person {
    fn version(&mut self) -> &mut i64 {
        &mut self.version
    }

    fn updated_at(&mut self) -> Option<&mut NaiveDateTime> {
        None
    }
}
