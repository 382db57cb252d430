//! Rows of the receipts: by which verdict of which rules an act was taken.

use super::guarded::Rows;
use super::schema::receipts::dsl;
use super::seals::{vanishing, wrote};
use super::together;
use super::types::row;
use super::{AnyConnection, Stored};
use crate::domain::audit::guarded::RECEIPTS;
use crate::domain::id::ReportId;
use crate::domain::workflow::Receipt;
use chrono::NaiveDateTime;
use diesel::prelude::*;

row!(
    #[derive(Queryable, Selectable, Insertable)]
    #[diesel(table_name = super::schema::receipts, treat_none_as_default_value = false)]
    ReceiptRow of Receipt {
        transition_id: String,
        report_id: String,
        revision: i32,
        rule_set: String,
        digest: String,
        valid: bool,
        error: i32,
        warning: i32,
        info: i32,
        explained: i32,
        at: NaiveDateTime,
    }
);

pub fn insert(connection: &mut AnyConnection, receipt: &Receipt) -> Stored<()> {
    wrote(&RECEIPTS, receipt.transition_id.as_str());
    together::receipt(connection, ReceiptRow::from(receipt))
}

/// The receipts of a report, in no order.
pub fn of_report(connection: &mut AnyConnection, report: &ReportId) -> QueryResult<Vec<Receipt>> {
    let here = dsl::receipts.filter(dsl::report_id.eq(report.as_str()));
    here.select(Receipt::as_select()).load(connection)
}

pub fn delete_of(connection: &mut AnyConnection, report: &ReportId) -> Stored<()> {
    vanishing(connection, &RECEIPTS, &Rows::Report(report.to_string()))?;
    diesel::delete(dsl::receipts.filter(dsl::report_id.eq(report.as_str()))).execute(connection)?;
    Ok(())
}
