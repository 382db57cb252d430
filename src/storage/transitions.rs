//! Rows of the transitions: who did what to a report, in order.

use super::connection::AnyConnection;
use super::error::StorageError;
use super::prepared::Prepare;
use super::schema::transitions::dsl;
use super::types::row;
use crate::domain::id::{PersonId, ReportId};
use crate::domain::rights::Role;
use crate::domain::workflow::{Action, State, Transition};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use std::collections::HashMap;

row!(
    #[derive(Queryable, Selectable, Insertable)]
    #[diesel(table_name = super::schema::transitions)]
    TransitionRow of Transition {
        id: String,
        report_id: ReportId,
        position: i32,
        revision: i32,
        round: i32,
        action: Action,
        #[diesel(column_name = from_state)]
        from: State,
        #[diesel(column_name = to_state)]
        to: State,
        person_id: PersonId,
        person_name: String,
        role: Role,
        comment: Option<String>,
        digest: String,
        at: NaiveDateTime,
    }
);

pub fn insert(connection: &mut AnyConnection, transition: &Transition) -> QueryResult<()> {
    let row = TransitionRow::from(transition);
    on_each!(connection, |c| diesel::insert_into(dsl::transitions).values(&row).prepared().execute(c))
        .map(|_| ())
}

/// All transitions of a report, oldest first.
pub fn list(connection: &mut AnyConnection, report: &ReportId) -> Result<Vec<Transition>, StorageError> {
    let rows: Vec<TransitionRow> = dsl::transitions
        .filter(dsl::report_id.eq(report.as_str()))
        .select(TransitionRow::as_select())
        .order(dsl::position)
        .load(connection)?;
    Ok(rows.into_iter().map(Transition::from).collect())
}

/// All transitions of some reports, oldest first within each.
pub fn list_many(
    connection: &mut AnyConnection,
    reports: &[String],
) -> Result<HashMap<String, Vec<Transition>>, StorageError> {
    let rows: Vec<TransitionRow> = on_each!(connection, |c| dsl::transitions
        .filter(dsl::report_id.eq_any(reports))
        .select(TransitionRow::as_select())
        .order(dsl::position)
        .prepared_for(reports.len())
        .load(c))?;
    let mut made: HashMap<String, Vec<Transition>> = HashMap::new();
    for row in rows {
        made.entry(row.report_id.to_string()).or_default().push(Transition::from(row));
    }
    Ok(made)
}

pub fn delete_of(connection: &mut AnyConnection, report: &ReportId) -> QueryResult<()> {
    diesel::delete(dsl::transitions.filter(dsl::report_id.eq(report.as_str())))
        .execute(connection)
        .map(|_| ())
}
