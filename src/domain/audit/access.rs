//! Who read what that is not public: kept beside the chain.

use chrono::NaiveDateTime;

/// A read, or the same one several times within moments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    pub id: String,
    pub at: NaiveDateTime,
    pub person_id: String,
    pub person_name: String,
    pub token_id: Option<String>,
    pub way: String,
    pub client: Option<String>,
    /// The route that was asked.
    pub operation: String,
    /// Path and query.
    pub target: String,
    pub status: i32,
    pub times: i32,
    pub agency_id: Option<String>,
    pub report_id: Option<String>,
    pub request_id: String,
}

/// What a listing of the reads is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct AccessFilter {
    pub person_id: Option<String>,
    pub agency_id: Option<String>,
    pub report_id: Option<String>,
    pub from: Option<NaiveDateTime>,
    pub before: Option<NaiveDateTime>,
}
