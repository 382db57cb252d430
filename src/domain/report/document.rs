//! The one body of validation, import answers and JSON export: a report outside the database.

use super::{Content, Scope, ShapeFault};
use chrono::NaiveDate;

#[derive(Debug, Clone)]
pub struct ReportDocument {
    pub title: Option<String>,
    pub agency_name: Option<String>,
    pub agency_id: Option<String>,
    /// `None` only while a document is being read in which no year was found.
    pub year: Option<i32>,
    pub scope: Option<Scope>,
    pub signed_by: Option<String>,
    pub signed_on: Option<NaiveDate>,
    pub index_number: Option<String>,
    pub source_url: Option<String>,
    pub content: Content,
    /// What stood there and does not fit the form; each becomes a finding.
    pub faults: Vec<ShapeFault>,
}
