//! How far the reports that are due have come.

/// Where one report that is due stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Missing,
    Draft,
    InReview,
    Approved,
    /// Published, and not after its due day.
    OnTime,
    /// Published after its due day.
    Late,
    /// Of a past year, and loaded.
    Archived,
}

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
    pub const ALL: [Standing; 7] = [
        Standing::Missing,
        Standing::Draft,
        Standing::InReview,
        Standing::Approved,
        Standing::OnTime,
        Standing::Late,
        Standing::Archived,
    ];
    /// What is published, whenever it was.
    pub const PUBLISHED: [Standing; 3] = [Standing::OnTime, Standing::Late, Standing::Archived];

    pub fn as_str(self) -> &'static str {
        match self {
            Standing::Missing => "missing",
            Standing::Draft => "draft",
            Standing::InReview => "in_review",
            Standing::Approved => "approved",
            Standing::OnTime => "on_time",
            Standing::Late => "late",
            Standing::Archived => "archived",
        }
    }
}

impl std::str::FromStr for Standing {
    type Err = ();

    fn from_str(text: &str) -> Result<Standing, ()> {
        Standing::ALL.into_iter().find(|standing| standing.as_str() == text).ok_or(())
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
