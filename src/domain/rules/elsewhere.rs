//! What a report is judged against outside itself: last year, and corrections of what it rests on.

use crate::domain::figures::Figures;
use crate::domain::report::Content;
use crate::domain::statistics::Sum;
use chrono::NaiveDate;

/// Last year's published report, or those of the predecessors it answers for.
#[derive(Debug, Clone)]
pub enum Previous {
    /// Nothing is asked: before the first form, or nobody knows whose report it is.
    NotAsked,
    /// There should be one and none is published here.
    Unknown(i32),
    /// Published here.
    Known(PreviousYear),
}

/// What is published of the year before.
#[derive(Debug, Clone)]
pub struct PreviousYear {
    /// The year before.
    pub year: i32,
    /// Which revisions, its own and its predecessors'.
    pub reports: Vec<SourceReport>,
    /// In the order of `reports`.
    pub contents: Vec<Content>,
    /// Predecessors' reports are among them: sums then compare loosely.
    pub merged: bool,
}

/// A published revision that something rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceReport {
    /// Which report.
    pub report_id: String,
    /// Whose.
    pub agency_id: String,
    /// What the agency is called.
    pub agency_name: String,
    /// Of which year.
    pub year: i32,
    /// Which revision of it.
    pub revision: i32,
}

impl Previous {
    /// What is published of the year before, if anything is.
    pub fn known(&self) -> Option<&PreviousYear> {
        match self {
            Previous::Known(previous) => Some(previous),
            Previous::NotAsked | Previous::Unknown(_) => None,
        }
    }
}

impl PreviousYear {
    /// The sum of a cell over all reports; `None` if a form has no such cell or it was not filled in.
    pub fn value(&self, section: &str, row: &str, column: &str) -> Option<i64> {
        let value = |figures: &Figures| figures.get(figures.form().find(section, row, column)?);
        self.contents.iter().try_fold(0i64, |sum, content| sum.checked_add(value(&content.figures)?))
    }
}

/// A narrative that another agency has published in the same year, and how much of it is shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twin {
    /// Which section of the report that is judged.
    pub section: String,
    /// Who has published the other.
    pub agency_name: String,
    /// How much of it is shared, in thousandths.
    pub permille: u32,
}

/// A name the agency, or one that it has taken over, had before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerName {
    /// What it was called.
    pub name: String,
    /// The first day on which it was no longer called so.
    pub until: NaiveDate,
    /// What it is called since.
    pub now: String,
}

/// What is published at and below the agency of a consolidated report.
#[derive(Debug, Clone)]
pub struct Subordinates {
    /// What these reports add up to.
    pub sum: Sum,
    /// How many that are due have published nothing.
    pub missing: usize,
    /// How many agencies are due at and below it.
    pub agencies: usize,
}
