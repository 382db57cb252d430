//! The one body of validation, import answers and JSON export: a report outside the database.

use super::{Content, Scope, ShapeFault};
use chrono::NaiveDate;

/// A report as it goes in and out of files and JSON.
#[derive(Debug, Clone)]
pub struct ReportDocument {
    /// 标题.
    pub title: Option<String>,
    /// The agency's name as it stands in the paper.
    pub agency_name: Option<String>,
    /// Its id or unified social credit code, where the file says one.
    pub agency_id: Option<String>,
    /// `None` only while a document is being read in which no year was found.
    pub year: Option<i32>,
    /// For the agency itself, or for all below it too.
    pub scope: Option<Scope>,
    /// 落款.
    pub signed_by: Option<String>,
    /// The day below it.
    pub signed_on: Option<NaiveDate>,
    /// 索引号.
    pub index_number: Option<String>,
    /// Where it stands on the agency's own site.
    pub source_url: Option<String>,
    /// Numbers and narratives.
    pub content: Content,
    /// What stood there and does not fit the form; each becomes a finding.
    pub faults: Vec<ShapeFault>,
}

impl ReportDocument {
    /// One of which nothing is known but its content.
    pub fn of(content: Content) -> ReportDocument {
        ReportDocument {
            title: None,
            agency_name: None,
            agency_id: None,
            year: None,
            scope: None,
            signed_by: None,
            signed_on: None,
            index_number: None,
            source_url: None,
            content,
            faults: Vec::new(),
        }
    }
}
