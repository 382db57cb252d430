//! The files reports were imported from, and revisions whose text was erased.

use chrono::NaiveDateTime;

/// A file as it came.
#[derive(Debug, Clone)]
pub struct SourceFile {
    pub report_id: String,
    pub revision: i32,
    pub sha256: String,
    pub media_type: String,
    pub charset: String,
    pub bytes: Vec<u8>,
}

/// A revision whose text was erased for good.
#[derive(Debug, Clone, PartialEq)]
pub struct Suppression {
    pub report_id: String,
    pub revision: i32,
    pub reason: String,
    pub person_id: String,
    pub person_name: String,
    pub at: NaiveDateTime,
}
