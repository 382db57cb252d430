//! Rows of the acts that wait for a second pair of eyes, and of those that were decided on.

use super::deadline::still_wanted;
use super::dsl::{any_of, by_id, counted, covered};
use super::prepared::Prepare;
use super::schema::agencies;
use super::schema::house::decided_acts;
use super::schema::house::pending_acts::{self, dsl};
use super::seals::wrote;
use super::types::row;
use super::{AnyConnection, StorageError, Stored};
use crate::domain::audit::guarded::PENDING_ACTS;
use crate::domain::id::{AgencyId, PendingId, PersonId, ReportId, TokenId};
use crate::domain::page::{COUNTED, Page};
use crate::domain::pending::{DecidedAct, HeldAct, PendingAct, PendingBounds};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::result::Error::SerializationError;

row!(
    #[derive(Insertable, Queryable, Selectable)]
    #[diesel(table_name = pending_acts, treat_none_as_default_value = false)]
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
    insert!(connection, dsl::pending_acts, pending)
}

pub fn find(connection: &mut AnyConnection, id: &PendingId) -> Stored<Option<PendingAct>> {
    Ok(dsl::pending_acts.find(id.as_str()).select(PendingAct::as_select()).first(connection).optional()?)
}

/// The same act on the same thing, if one was asked for before.
pub fn find_same(connection: &mut AnyConnection, wanted: &PendingAct) -> Stored<Option<PendingAct>> {
    let mut same = dsl::pending_acts.filter(dsl::act.eq(wanted.act)).into_boxed();
    same = match &wanted.report_id {
        Some(report) => same.filter(dsl::report_id.eq(report)),
        None => same.filter(dsl::report_id.is_null()),
    };
    let rows: Vec<PendingAct> = same.select(PendingAct::as_select()).load(connection)?;
    Ok(rows.into_iter().find(|one| one.revision == wanted.revision))
}

/// Of which of some reports such an act was asked for and is not decided.
pub fn reports_waiting(
    connection: &mut AnyConnection,
    act: HeldAct,
    reports: &[String],
) -> Stored<Vec<ReportId>> {
    let of_them = dsl::pending_acts.filter(dsl::act.eq(act)).filter(dsl::report_id.eq_any(reports));
    Ok(of_them.select(dsl::report_id.assume_not_null()).load(connection)?)
}

/// Those that have time left and lie within bounds.
macro_rules! those {
    ($bounds:expr, $select:expr) => {{
        let bounds: &PendingBounds = $bounds;
        let query = dsl::pending_acts
            .left_join(agencies::table.on(dsl::agency_id.eq(agencies::id.nullable())))
            .filter(dsl::ends_at.gt(bounds.now))
            .select($select)
            .into_boxed();
        let may = any_of(
            bounds
                .acts
                .iter()
                .map(|(act, extents)| dsl::act.eq(*act).and(covered(agencies::path, dsl::year, extents))),
        );
        if bounds.own {
            query.filter(dsl::person_id.eq(&bounds.person).or(may))
        } else {
            query.filter(dsl::person_id.ne(&bounds.person).and(may))
        }
    }};
}

/// A page of those that have time left and lie within bounds, oldest first.
pub fn list(
    connection: &mut AnyConnection,
    bounds: &PendingBounds,
    page: &Page,
    count: bool,
) -> Stored<(Vec<PendingAct>, Option<i64>)> {
    still_wanted()?;
    let (rows, total) = on_each!(connection, |c| {
        let all = those!(bounds, dsl::id).limit(COUNTED + 1);
        let total = count.then(|| counted(all).prepared().get_result(c)).transpose()?;
        let rows: Vec<PendingAct> =
            by_id!(those!(bounds, PendingAct::as_select()), dsl::id, page).prepared().load(c)?;
        (rows, total)
    });
    Ok((rows, total))
}

/// Some of those whose time is over.
pub fn over(connection: &mut AnyConnection, now: NaiveDateTime, limit: i64) -> Stored<Vec<PendingAct>> {
    Ok(dsl::pending_acts
        .filter(dsl::ends_at.le(now))
        .order(dsl::ends_at)
        .limit(limit)
        .select(PendingAct::as_select())
        .load(connection)?)
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
    insert!(connection, decided_acts::table, row)
}

pub fn find_decided(connection: &mut AnyConnection, id: &PendingId) -> Stored<Option<DecidedAct>> {
    let row = decided_acts::table.find(id.as_str()).select(decided_acts::decided);
    let told: Option<String> = row.first(connection).optional()?;
    let malformed = |_| StorageError::Malformed { what: "decided", value: id.to_string() };
    told.map(|told| serde_json::from_str(&told).map_err(malformed)).transpose()
}
