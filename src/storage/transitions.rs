//! Rows of the transitions: who did what to a report, in order.

use super::dsl::among;
use super::guarded::Rows;
use super::prepared::Prepare;
use super::schema::transitions::dsl;
use super::seals::{vanishing, wrote};
use super::together;
use super::types::{grouped, stored};
use super::{AnyConnection, Stored};
use crate::domain::access::Named;
use crate::domain::audit::Way;
use crate::domain::audit::guarded::TRANSITIONS;
use crate::domain::id::{PersonId, ReportId};
use crate::domain::rights::Role;
use crate::domain::workflow::{Action, State, Transition};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use std::collections::HashMap;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = super::schema::transitions, treat_none_as_default_value = false)]
pub struct TransitionRow {
    id: String,
    report_id: ReportId,
    position: i32,
    revision: i32,
    round: i32,
    action: Action,
    from_state: State,
    to_state: State,
    person_id: PersonId,
    person_name: String,
    role: Role,
    comment: Option<String>,
    digest: String,
    at: NaiveDateTime,
    hand_id: Option<PersonId>,
    hand_name: Option<String>,
    issuer_id: Option<PersonId>,
    issuer_name: Option<String>,
    sign_in: Option<Way>,
}

/// Somebody in two columns.
fn named(id: Option<PersonId>, name: Option<String>) -> Option<Named> {
    id.zip(name).map(|(id, name)| Named { id, name })
}

impl From<&Transition> for TransitionRow {
    fn from(made: &Transition) -> TransitionRow {
        TransitionRow {
            id: made.id.clone(),
            report_id: made.report_id.clone(),
            position: made.position,
            revision: made.revision,
            round: made.round,
            action: made.action,
            from_state: made.from,
            to_state: made.to,
            person_id: made.person_id.clone(),
            person_name: made.person_name.clone(),
            role: made.role,
            comment: made.comment.clone(),
            digest: made.digest.clone(),
            at: made.at,
            hand_id: Some(made.hand.id.clone()),
            hand_name: Some(made.hand.name.clone()),
            issuer_id: made.issuer.as_ref().map(|issuer| issuer.id.clone()),
            issuer_name: made.issuer.as_ref().map(|issuer| issuer.name.clone()),
            sign_in: made.sign_in,
        }
    }
}

impl From<TransitionRow> for Transition {
    fn from(row: TransitionRow) -> Transition {
        let own = || Named { id: row.person_id.clone(), name: row.person_name.clone() };
        // One of before hands were written down is the person's own.
        let hand = named(row.hand_id, row.hand_name).unwrap_or_else(own);
        Transition {
            id: row.id,
            report_id: row.report_id,
            position: row.position,
            revision: row.revision,
            round: row.round,
            action: row.action,
            from: row.from_state,
            to: row.to_state,
            person_id: row.person_id,
            person_name: row.person_name,
            hand,
            issuer: named(row.issuer_id, row.issuer_name),
            sign_in: row.sign_in,
            role: row.role,
            comment: row.comment,
            digest: row.digest,
            at: row.at,
        }
    }
}

stored!(Transition as TransitionRow);

pub fn insert(connection: &mut AnyConnection, transition: &Transition) -> Stored<()> {
    wrote(&TRANSITIONS, transition.id.as_str());
    together::transition(connection, TransitionRow::from(transition))
}

/// All transitions of a report, oldest first.
pub fn list(connection: &mut AnyConnection, report: &ReportId) -> Stored<Vec<Transition>> {
    Ok(on_each!(connection, |c| dsl::transitions
        .filter(dsl::report_id.eq(report.as_str()))
        .select(Transition::as_select())
        .order(dsl::position)
        .load(c))?)
}

/// All transitions of some reports, oldest first within each.
pub fn list_many(
    connection: &mut AnyConnection,
    reports: &[String],
) -> Stored<HashMap<String, Vec<Transition>>> {
    let rows: Vec<Transition> = on_each!(connection, |c| dsl::transitions
        .filter(among!(dsl::report_id, reports))
        .select(Transition::as_select())
        .order(dsl::position)
        .prepared_for(reports.len())
        .load(c))?;
    Ok(grouped(rows.into_iter().map(|made| (made.report_id.to_string(), made))))
}

pub fn delete_of(connection: &mut AnyConnection, report: &ReportId) -> Stored<()> {
    vanishing(connection, &TRANSITIONS, &Rows::Report(report.to_string()))?;
    diesel::delete(dsl::transitions.filter(dsl::report_id.eq(report.as_str()))).execute(connection)?;
    Ok(())
}
