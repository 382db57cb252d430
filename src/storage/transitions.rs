//! Rows of the transitions: who did what to a report, in order.

use super::connection::AnyConnection;
use super::error::{StorageError, stored};
use super::prepared::Prepare;
use super::schema::transitions::dsl;
use crate::domain::id::{PersonId, ReportId};
use crate::domain::rights::Role;
use crate::domain::workflow::{Action, State};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use std::collections::HashMap;

/// One transition as it was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    pub id: String,
    pub report_id: ReportId,
    pub position: i32,
    pub revision: i32,
    pub round: i32,
    pub action: Action,
    pub from: State,
    pub to: State,
    pub person_id: PersonId,
    pub person_name: String,
    pub role: Role,
    pub comment: Option<String>,
    pub digest: String,
    pub at: NaiveDateTime,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = super::schema::transitions)]
struct TransitionRow {
    id: String,
    report_id: String,
    position: i32,
    revision: i32,
    round: i32,
    action: String,
    from_state: String,
    to_state: String,
    person_id: String,
    person_name: String,
    role: String,
    comment: Option<String>,
    digest: String,
    at: NaiveDateTime,
}

impl TryFrom<TransitionRow> for Transition {
    type Error = StorageError;

    fn try_from(row: TransitionRow) -> Result<Transition, StorageError> {
        Ok(Transition {
            id: row.id,
            report_id: ReportId::from_stored(row.report_id),
            position: row.position,
            revision: row.revision,
            round: row.round,
            action: stored("action", &row.action)?,
            from: stored("state", &row.from_state)?,
            to: stored("state", &row.to_state)?,
            person_id: PersonId::from_stored(row.person_id),
            person_name: row.person_name,
            role: stored("role", &row.role)?,
            comment: row.comment,
            digest: row.digest,
            at: row.at,
        })
    }
}

pub fn insert(connection: &mut AnyConnection, transition: &Transition) -> QueryResult<()> {
    let row = TransitionRow {
        id: transition.id.clone(),
        report_id: transition.report_id.to_string(),
        position: transition.position,
        revision: transition.revision,
        round: transition.round,
        action: transition.action.as_str().to_owned(),
        from_state: transition.from.as_str().to_owned(),
        to_state: transition.to.as_str().to_owned(),
        person_id: transition.person_id.to_string(),
        person_name: transition.person_name.clone(),
        role: transition.role.as_str().to_owned(),
        comment: transition.comment.clone(),
        digest: transition.digest.clone(),
        at: transition.at,
    };
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
    rows.into_iter().map(Transition::try_from).collect()
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
        made.entry(row.report_id.clone()).or_default().push(Transition::try_from(row)?);
    }
    Ok(made)
}

pub fn delete_of(connection: &mut AnyConnection, report: &ReportId) -> QueryResult<()> {
    diesel::delete(dsl::transitions.filter(dsl::report_id.eq(report.as_str())))
        .execute(connection)
        .map(|_| ())
}
