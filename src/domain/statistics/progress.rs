//! How far the reports that are due have come.

use crate::domain::agency::wire_names;
use crate::domain::report::Timeliness;
use crate::domain::workflow::State;

wire_names!(
    /// Where one report that is due stands.
    Standing {
        Missing = "missing",
        Draft = "draft",
        InReview = "in_review",
        Approved = "approved",
        /// Published, and not after its due day.
        OnTime = "on_time",
        /// Published after its due day.
        Late = "late",
        /// Of a past year, and loaded.
        Archived = "archived",
    }
);

/// Counters over many reports that are due.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    pub expected: i64,
    pub draft: i64,
    pub in_review: i64,
    pub approved: i64,
    pub published: i64,
    pub on_time: i64,
    pub archived: i64,
}

impl Standing {
    /// What is published, whenever it was.
    pub const PUBLISHED: [Standing; 3] = [Standing::OnTime, Standing::Late, Standing::Archived];

    /// Where a line of the roster stands by its report: how that was published, if readers see it, else in which state it
    /// is; `None`: nothing is due.
    pub fn of(exempt: bool, shown: Option<Timeliness>, state: Option<State>) -> Option<Standing> {
        let standing = match (shown, state) {
            (Some(Timeliness::OnTime), _) => Standing::OnTime,
            (Some(Timeliness::Late), _) => Standing::Late,
            (Some(Timeliness::Archived), _) => Standing::Archived,
            (None, Some(State::Draft)) => Standing::Draft,
            (None, Some(State::FirstReview | State::SecondReview | State::FinalReview)) => Standing::InReview,
            (None, Some(State::Approved)) => Standing::Approved,
            (None, Some(State::Published | State::Withdrawn) | None) => Standing::Missing,
        };
        (!exempt).then_some(standing)
    }
}

impl Progress {
    /// One report that is due.
    pub fn of(standing: Standing) -> Progress {
        let is = |those: &[Standing]| i64::from(those.contains(&standing));
        Progress {
            expected: 1,
            draft: is(&[Standing::Draft]),
            in_review: is(&[Standing::InReview]),
            approved: is(&[Standing::Approved]),
            published: is(&Standing::PUBLISHED),
            on_time: is(&[Standing::OnTime]),
            archived: is(&[Standing::Archived]),
        }
    }

    /// Adds others (`sign` 1) or takes them away (`sign` −1).
    pub fn merge(&mut self, other: &Progress, sign: i64) {
        self.expected += sign * other.expected;
        self.draft += sign * other.draft;
        self.in_review += sign * other.in_review;
        self.approved += sign * other.approved;
        self.published += sign * other.published;
        self.on_time += sign * other.on_time;
        self.archived += sign * other.archived;
    }
}
