//! What a consumer of the changes could not take: set aside, so that it stops nobody else, and told.

use super::schema::onward::set_aside::{self, dsl};
use super::{AnyConnection, Stored};
use crate::domain::id::ReportId;
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// A report that a consumer left out, and why.
#[derive(Debug, Clone, PartialEq, Insertable, Queryable, Selectable)]
#[diesel(table_name = set_aside, treat_none_as_default_value = false)]
pub struct SetAside {
    pub consumer: String,
    pub report_id: String,
    /// Up to which change it was left out.
    pub seq: i64,
    pub reason: String,
    pub at: NaiveDateTime,
}

pub fn put(connection: &mut AnyConnection, one: &SetAside) -> Stored<()> {
    take_back(connection, &one.consumer, &[ReportId::from_stored(one.report_id.clone())])?;
    Ok(insert!(connection, dsl::set_aside, one)?)
}

/// They have been taken after all.
pub fn take_back(connection: &mut AnyConnection, consumer: &str, reports: &[ReportId]) -> Stored<()> {
    let ids: Vec<&str> = reports.iter().map(ReportId::as_str).collect();
    diesel::delete(dsl::set_aside.filter(dsl::consumer.eq(consumer).and(dsl::report_id.eq_any(ids))))
        .execute(connection)?;
    Ok(())
}

/// All that a consumer has left out, the first one first.
pub fn of(connection: &mut AnyConnection, consumer: &str) -> Stored<Vec<SetAside>> {
    Ok(dsl::set_aside
        .filter(dsl::consumer.eq(consumer))
        .order((dsl::seq, dsl::report_id))
        .select(SetAside::as_select())
        .load(connection)?)
}

pub fn count(connection: &mut AnyConnection, consumer: &str) -> Stored<i64> {
    Ok(dsl::set_aside.filter(dsl::consumer.eq(consumer)).count().get_result(connection)?)
}
