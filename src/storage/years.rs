//! Rows of the reporting years.

use super::connection::AnyConnection;
use super::error::StorageError;
use super::prepared::Prepare;
use super::schema::years::dsl;
use super::seals::wrote;
use crate::domain::audit::guarded::YEARS;
use crate::domain::year::{ReportingYear, YearPlan, YearState};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = super::schema::years, primary_key(year), treat_none_as_null = true)]
pub(super) struct YearRow {
    year: i32,
    format: String,
    state: YearState,
    period_start: NaiveDate,
    period_end: NaiveDate,
    department_due_on: NaiveDate,
    government_due_on: NaiveDate,
    note: Option<String>,
    version: i64,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

impl From<&ReportingYear> for YearRow {
    fn from(year: &ReportingYear) -> YearRow {
        YearRow {
            year: year.plan.year,
            format: year.plan.format.clone(),
            state: year.plan.state,
            period_start: year.plan.period_start,
            period_end: year.plan.period_end,
            department_due_on: year.plan.department_due_on,
            government_due_on: year.plan.government_due_on,
            note: year.plan.note.clone(),
            version: year.version,
            created_at: year.created_at,
            updated_at: year.updated_at,
        }
    }
}

impl From<YearRow> for ReportingYear {
    fn from(row: YearRow) -> ReportingYear {
        ReportingYear {
            plan: YearPlan {
                year: row.year,
                format: row.format,
                state: row.state,
                period_start: row.period_start,
                period_end: row.period_end,
                department_due_on: row.department_due_on,
                government_due_on: row.government_due_on,
                note: row.note,
            },
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

pub fn find(connection: &mut AnyConnection, year: i32) -> Result<Option<ReportingYear>, StorageError> {
    let row =
        dsl::years.filter(dsl::year.eq(year)).select(YearRow::as_select()).first(connection).optional()?;
    Ok(row.map(ReportingYear::from))
}

/// Years from `after` (exclusive), in order.
pub fn list(
    connection: &mut AnyConnection,
    after: i32,
    limit: i64,
) -> Result<Vec<ReportingYear>, StorageError> {
    let rows: Vec<YearRow> = dsl::years
        .filter(dsl::year.gt(after))
        .select(YearRow::as_select())
        .order(dsl::year)
        .limit(limit)
        .load(connection)?;
    Ok(rows.into_iter().map(ReportingYear::from).collect())
}

pub fn count(connection: &mut AnyConnection) -> QueryResult<i64> {
    dsl::years.count().get_result(connection)
}

pub fn insert(connection: &mut AnyConnection, year: &ReportingYear) -> QueryResult<()> {
    let row = YearRow::from(year);
    wrote(&YEARS, row.year.to_string());
    on_each!(connection, |c| diesel::insert_into(dsl::years).values(&row).prepared().execute(c)).map(|_| ())
}

pub fn update(connection: &mut AnyConnection, year: &ReportingYear) -> QueryResult<()> {
    let row = YearRow::from(year);
    wrote(&YEARS, row.year.to_string());
    on_each!(connection, |c| diesel::update(dsl::years.find(row.year)).set(&row).prepared().execute(c))
        .map(|_| ())
}

pub fn delete(connection: &mut AnyConnection, year: i32) -> QueryResult<()> {
    wrote(&YEARS, year.to_string());
    diesel::delete(dsl::years.filter(dsl::year.eq(year))).execute(connection).map(|_| ())
}
