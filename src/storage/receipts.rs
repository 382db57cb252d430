//! Rows of the receipts: by which verdict of which rules an act was taken.

use super::connection::AnyConnection;
use super::prepared::Prepare;
use super::schema::receipts::dsl;
use crate::domain::id::ReportId;
use chrono::NaiveDateTime;
use diesel::prelude::*;

#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = super::schema::receipts)]
pub struct Receipt {
    pub transition_id: String,
    pub report_id: String,
    pub revision: i32,
    /// Names the rules as they were.
    pub rule_set: String,
    /// Digest of the content that was judged.
    pub digest: String,
    pub valid: bool,
    pub error: i32,
    pub warning: i32,
    pub info: i32,
    pub explained: i32,
    pub at: NaiveDateTime,
}

pub fn insert(connection: &mut AnyConnection, receipt: &Receipt) -> QueryResult<()> {
    on_each!(connection, |c| diesel::insert_into(dsl::receipts).values(receipt).prepared().execute(c))
        .map(|_| ())
}

/// The receipts of a report, in no order.
pub fn of_report(connection: &mut AnyConnection, report: &ReportId) -> QueryResult<Vec<Receipt>> {
    dsl::receipts.filter(dsl::report_id.eq(report.as_str())).select(Receipt::as_select()).load(connection)
}

pub fn delete_of(connection: &mut AnyConnection, report: &ReportId) -> QueryResult<()> {
    diesel::delete(dsl::receipts.filter(dsl::report_id.eq(report.as_str()))).execute(connection).map(|_| ())
}
