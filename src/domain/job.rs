//! Work that goes on after its request was answered.

use super::agency::wire_names;
use chrono::NaiveDateTime;

wire_names!(
    /// What a job does.
    JobKind {
        /// Judges every report of a year.
        Validation = "validation",
    }
);

wire_names!(
    /// How far a job is.
    JobState {
        Running = "running",
        Cancelling = "cancelling",
        Cancelled = "cancelled",
        Done = "done",
        Failed = "failed",
    }
);

/// Work that goes on after its request was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    pub id: String,
    pub kind: JobKind,
    pub state: JobState,
    pub person_id: String,
    pub agency_id: Option<String>,
    pub year: Option<i32>,
    pub done: i64,
    pub total: i64,
    /// JSON, once there is one.
    pub result: Option<String>,
    pub created_at: NaiveDateTime,
    /// Also its sign of life.
    pub updated_at: NaiveDateTime,
}
