//! Rows of the reporting years.

use super::schema::years::dsl;
use super::seals::wrote;
use super::types::row;
use super::{AnyConnection, Stored};
use crate::domain::audit::guarded::YEARS;
use crate::domain::year::{ReportingYear, YearPlan, YearState};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

row!(
    #[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
    #[diesel(table_name = super::schema::years, treat_none_as_null = true, treat_none_as_default_value = false)]
    YearRow of ReportingYear {
        #[diesel(embed)]
        plan: PlanRow,
        version: i64,
        created_at: NaiveDateTime,
        updated_at: NaiveDateTime,
    }
);

row!(
    #[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
    #[diesel(table_name = super::schema::years, primary_key(year), treat_none_as_null = true, treat_none_as_default_value = false)]
    PlanRow of YearPlan {
        year: i32,
        format: String,
        state: YearState,
        period_start: NaiveDate,
        period_end: NaiveDate,
        department_due_on: NaiveDate,
        government_due_on: NaiveDate,
        note: Option<String>,
    }
);

pub fn find(connection: &mut AnyConnection, year: i32) -> Stored<Option<ReportingYear>> {
    Ok(dsl::years
        .filter(dsl::year.eq(year))
        .select(ReportingYear::as_select())
        .first(connection)
        .optional()?)
}

/// Years from `after` (exclusive), in order.
pub fn list(connection: &mut AnyConnection, after: i32, limit: i64) -> Stored<Vec<ReportingYear>> {
    Ok(dsl::years
        .filter(dsl::year.gt(after))
        .select(ReportingYear::as_select())
        .order(dsl::year)
        .limit(limit)
        .load(connection)?)
}

pub fn count(connection: &mut AnyConnection) -> QueryResult<i64> {
    dsl::years.count().get_result(connection)
}

pub fn insert(connection: &mut AnyConnection, year: &ReportingYear) -> QueryResult<()> {
    wrote(&YEARS, year.plan.year.to_string());
    insert!(connection, dsl::years, year)
}

pub fn update(connection: &mut AnyConnection, year: &ReportingYear) -> QueryResult<()> {
    let row = YearRow::from(year);
    wrote(&YEARS, year.plan.year.to_string());
    update!(connection, dsl::years.find(year.plan.year), &row)
}

pub fn delete(connection: &mut AnyConnection, year: i32) -> QueryResult<()> {
    wrote(&YEARS, year.to_string());
    diesel::delete(dsl::years.filter(dsl::year.eq(year))).execute(connection).map(|_| ())
}
