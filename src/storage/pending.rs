//! Rows of the acts that wait for a second pair of eyes, and of those that were decided on.

use super::connection::AnyConnection;
use super::error::StorageError;
use super::listing::{Sql, in_order};
use super::schema::house::decided_acts;
use super::schema::house::pending_acts::{self, dsl};
use super::seals::wrote;
use super::types::row;
use crate::domain::audit::guarded::PENDING_ACTS;
use crate::domain::id::{AgencyId, PendingId, PersonId, ReportId, TokenId};
use crate::domain::page::{Page, PageValue as Bind};
use crate::domain::pending::{DecidedAct, HeldAct, PendingAct, PendingBounds};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::result::Error::SerializationError;

row!(
    #[derive(Insertable, Queryable, Selectable)]
    #[diesel(table_name = pending_acts)]
    PendingRow of PendingAct {
        id: PendingId,
        act: HeldAct,
        agency_id: Option<AgencyId>,
        report_id: Option<ReportId>,
        year: Option<i32>,
        revision: Option<i32>,
        version: i64,
        body: String,
        person_id: PersonId,
        person_name: String,
        hand_id: PersonId,
        token_id: Option<TokenId>,
        asked_at: NaiveDateTime,
        ends_at: NaiveDateTime,
    }
);

pub fn insert(connection: &mut AnyConnection, pending: &PendingAct) -> QueryResult<()> {
    wrote(&PENDING_ACTS, pending.id.as_str());
    let row = PendingRow::from(pending);
    on_each!(connection, |c| diesel::insert_into(dsl::pending_acts).values(&row).execute(c)).map(|_| ())
}

pub fn find(connection: &mut AnyConnection, id: &PendingId) -> Result<Option<PendingAct>, StorageError> {
    let row: Option<PendingRow> =
        dsl::pending_acts.find(id.as_str()).select(PendingRow::as_select()).first(connection).optional()?;
    Ok(row.map(PendingAct::from))
}

/// The same act on the same thing, if one was asked for before.
pub fn find_same(
    connection: &mut AnyConnection,
    wanted: &PendingAct,
) -> Result<Option<PendingAct>, StorageError> {
    let mut same = dsl::pending_acts.filter(dsl::act.eq(wanted.act)).into_boxed();
    same = match &wanted.report_id {
        Some(report) => same.filter(dsl::report_id.eq(report)),
        None => same.filter(dsl::report_id.is_null()),
    };
    let rows: Vec<PendingRow> = same.select(PendingRow::as_select()).load(connection)?;
    Ok(rows.into_iter().find(|one| one.revision == wanted.revision).map(PendingAct::from))
}

/// A page of those that have time left and lie within bounds, oldest first.
pub fn list(
    connection: &mut AnyConnection,
    bounds: &PendingBounds,
    page: &Page,
    count: bool,
) -> Result<(Vec<PendingAct>, Option<i64>), StorageError> {
    let mut sql = Sql::new(
        "SELECT p.id AS id FROM pending_acts p LEFT JOIN agencies a ON a.id = p.agency_id WHERE p.ends_at > ",
    );
    sql.bind(Bind::Time(bounds.now));
    if bounds.own {
        sql.push(" AND (p.person_id = ").bind_text(bounds.person.as_str());
    } else {
        sql.push(" AND p.person_id <> ").bind_text(bounds.person.as_str()).push(" AND (1 = 0");
    }
    for (act, extents) in &bounds.acts {
        sql.push(" OR (p.act = ").bind_text(act.as_str()).granted("a.path", "p.year", extents).push(")");
    }
    sql.push(")");
    let total = count.then(|| sql.count(connection)).transpose()?;
    sql.page(page, "p.id");
    let ids = sql.ids(connection)?;
    let rows: Vec<PendingRow> =
        dsl::pending_acts.filter(dsl::id.eq_any(&ids)).select(PendingRow::as_select()).load(connection)?;
    Ok((in_order(&ids, rows, |row| row.id.as_str()).into_iter().map(PendingAct::from).collect(), total))
}

/// Some of those whose time is over.
pub fn over(
    connection: &mut AnyConnection,
    now: NaiveDateTime,
    limit: i64,
) -> Result<Vec<PendingAct>, StorageError> {
    let rows: Vec<PendingRow> = dsl::pending_acts
        .filter(dsl::ends_at.le(now))
        .order(dsl::ends_at)
        .limit(limit)
        .select(PendingRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(PendingAct::from).collect())
}

pub fn delete(connection: &mut AnyConnection, id: &PendingId) -> QueryResult<()> {
    wrote(&PENDING_ACTS, id.as_str());
    on_each!(connection, |c| diesel::delete(dsl::pending_acts.find(id.as_str())).execute(c)).map(|_| ())
}

/// Puts one that was decided on where whoever comes late is told so.
pub fn decide(connection: &mut AnyConnection, decided: &DecidedAct) -> QueryResult<()> {
    delete(connection, &decided.asked.id)?;
    let told = serde_json::to_string(decided).map_err(|error| SerializationError(error.into()))?;
    let row = (
        decided_acts::id.eq(&decided.asked.id),
        decided_acts::decided.eq(told),
        decided_acts::decided_at.eq(decided.decided_at),
    );
    on_each!(connection, |c| diesel::insert_into(decided_acts::table).values(row).execute(c)).map(|_| ())
}

pub fn find_decided(
    connection: &mut AnyConnection,
    id: &PendingId,
) -> Result<Option<DecidedAct>, StorageError> {
    let row = decided_acts::table.find(id.as_str()).select(decided_acts::decided);
    let told: Option<String> = row.first(connection).optional()?;
    let malformed = |_| StorageError::Malformed { what: "decided", value: id.to_string() };
    told.map(|told| serde_json::from_str(&told).map_err(malformed)).transpose()
}
