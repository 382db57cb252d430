//! The registry as of a day, made from its history: of each agency its last change by that day, or the first that was
//! written down, and which stood below which.
//!
//! From when till when an agency exists is what is known of it now; what it was meanwhile its history says.

use super::Sql;
use crate::domain::agency::{Agency, AgencyFilter, AgencyOrder, AgencyStatus, HistoryEntry};
use crate::domain::id::AgencyId;
use crate::domain::page::{COUNTED, Page, PageValue as Bind};
use crate::storage::agencies::{narrowed, ordered};
use crate::storage::deadline::still_wanted;
use crate::storage::dsl::{Fragment, Ordered, after, containing, counted, in_order, lower, text_or};
use crate::storage::prepared::Prepare;
use crate::storage::schema::{agencies, agency_history};
use crate::storage::{AnyConnection, Stored};
use chrono::NaiveDate;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use std::collections::HashMap;

/// Ids of which the rows are loaded together.
const TOGETHER: usize = 5_000;

/// An agency as it was on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct PastAgency {
    pub agency: Agency,
    /// Whether it existed: it had not ended, neither by succession nor because its time had run out.
    pub there: bool,
}

ordered!(Column in agency_history, agency_id, at on Pg, Sqlite);

/// A change is the last one by a day of the agency in `agency`, or the first that was written down.
fn is_of(day: NaiveDate, agency: &str, version: &str) -> Sql {
    let mut sql = Sql::new(&format!(
        "{version} = COALESCE((SELECT max(x.version) FROM agency_history x WHERE x.agency_id = {agency} \
         AND x.effective_on <= "
    ));
    sql.bind(Bind::Date(day));
    sql.push(&format!("), (SELECT min(x.version) FROM agency_history x WHERE x.agency_id = {agency}))"));
    sql
}

/// `WITH` the agencies of a day, each with its parent, as `past`, and those at and below a root to a depth as `below`.
fn below(day: NaiveDate, root: &AgencyId, depth: Option<i64>) -> Sql {
    let mut sql = Sql::new(
        "WITH RECURSIVE past AS (SELECT n.id, h.parent_id FROM agencies n JOIN agency_history h ON h.agency_id = n.id AND ",
    );
    sql.append(is_of(day, "n.id", "h.version")).push(" WHERE n.valid_from IS NULL OR n.valid_from <= ");
    sql.bind(Bind::Date(day)).push("), below AS (SELECT id, 0 AS depth FROM past WHERE id = ");
    sql.bind_text(root.as_str());
    // Without a depth it ends by itself: what was found is not found again.
    let deeper = if depth.is_some() { "b.depth + 1" } else { "0" };
    sql.push(&format!(" UNION SELECT p.id, {deeper} FROM past p JOIN below b ON p.parent_id = b.id"));
    if let Some(depth) = depth {
        sql.push(" WHERE b.depth < ").bind(Bind::BigInt(depth));
    }
    sql.push(")");
    sql
}

/// An agency is among those at and below a root on a day.
fn is_below(day: NaiveDate, root: &AgencyId) -> Sql {
    let mut sql = Sql::new("agencies.id IN (");
    sql.append(below(day, root, None)).push(" SELECT id FROM below)");
    sql
}

/// The changes that the agencies of a day stand by: all that had begun by then.
macro_rules! past {
    ($day:expr) => {
        agencies::table
            .inner_join(agency_history::table.on(agency_history::agency_id.eq(agencies::id)))
            .filter(is_of($day, "agencies.id", "agency_history.version"))
            .filter(agencies::valid_from.is_null().or(agencies::valid_from.le($day)))
    };
}

/// The same, narrowed: what had ended by then is listed only where just that is asked for.
macro_rules! those {
    ($day:expr, $filter:expr, $root:expr) => {{
        let filter: &AgencyFilter = $filter;
        let mut query = narrowed!(past!($day).into_boxed(), filter, agency_history);
        if filter.status.is_none_or(|status| status == AgencyStatus::Active) {
            query = query
                .filter(agency_history::status.eq(AgencyStatus::Active))
                .filter(agencies::valid_to.is_null().or(agencies::valid_to.gt($day)));
        }
        if let Some(root) = $root {
            query = query.filter(is_below($day, root));
        }
        query
    }};
}

type Row = (HistoryEntry, Option<NaiveDate>);

/// A page of the registry as of a day; `root` in the place of the filter's `within`.
pub fn list_at(
    connection: &mut AnyConnection,
    day: NaiveDate,
    filter: &AgencyFilter,
    root: Option<&AgencyId>,
    page: &Page<AgencyOrder>,
) -> Stored<Vec<Agency>> {
    still_wanted()?;
    let page = page.by(Column::By);
    let rows: Vec<Row> = on_each!(connection, |c| those!(day, filter, root)
        .filter(after(c, &page, Column::Id, false))
        .select((HistoryEntry::as_select(), agencies::valid_to))
        .order(in_order(c, &page, Column::Id, false))
        .limit(page.limit)
        .prepared()
        .load(c))?;
    Ok(rows.into_iter().map(|row| past_of(row, day).agency).collect())
}

pub fn count_at(
    connection: &mut AnyConnection,
    day: NaiveDate,
    filter: &AgencyFilter,
    root: Option<&AgencyId>,
) -> Stored<i64> {
    still_wanted()?;
    Ok(on_each!(connection, |c| {
        counted(those!(day, filter, root).select(agencies::id).limit(COUNTED + 1)).prepared().get_result(c)
    })?)
}

/// An agency and what stood below it on a day to a depth, level by level, at most `limit`; those that had ended
/// are among them, since others may stand below them.
pub fn subtree_at(
    connection: &mut AnyConnection,
    day: NaiveDate,
    root: &AgencyId,
    depth: i64,
    limit: i64,
) -> Stored<Vec<PastAgency>> {
    let mut sql = below(day, root, Some(depth));
    sql.push(" SELECT id FROM below ORDER BY depth, id LIMIT ").bind(Bind::BigInt(limit));
    let ids = sql.ids(connection)?;
    let mut found = HashMap::with_capacity(ids.len());
    for some in ids.chunks(TOGETHER) {
        let rows: Vec<Row> = on_each!(connection, |c| past!(day)
            .filter(agencies::id.eq_any(some))
            .select((HistoryEntry::as_select(), agencies::valid_to))
            .prepared_for(some.len())
            .load(c))?;
        let past = rows.into_iter().map(|row| past_of(row, day));
        found.extend(past.map(|past| (past.agency.id.to_string(), past)));
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// The agency that had a credit code on a day; one that existed before one that had ended.
pub fn find_by_uscc_at(
    connection: &mut AnyConnection,
    day: NaiveDate,
    uscc: &str,
) -> Stored<Option<PastAgency>> {
    let rows: Vec<Row> = on_each!(connection, |c| past!(day)
        .filter(agency_history::uscc.eq(uscc))
        .select((HistoryEntry::as_select(), agencies::valid_to))
        .order(agencies::id)
        .prepared()
        .load(c))?;
    let had = rows.into_iter().map(|row| past_of(row, day));
    Ok(had.min_by_key(|past| (!past.there, past.agency.status == AgencyStatus::Active)))
}

/// An agency as it was on a day; `None`: it had not begun.
pub fn find_at(connection: &mut AnyConnection, day: NaiveDate, id: &AgencyId) -> Stored<Option<PastAgency>> {
    let row: Option<Row> = on_each!(connection, |c| past!(day)
        .filter(agencies::id.eq(id))
        .select((HistoryEntry::as_select(), agencies::valid_to))
        .prepared()
        .get_result(c)
        .optional())?;
    Ok(row.map(|row| past_of(row, day)))
}

/// When its time ran out is known now; where that has come, it is told.
fn past_of((entry, to): Row, day: NaiveDate) -> PastAgency {
    let mut agency = entry.agency;
    let ended = to.filter(|to| *to <= day);
    agency.valid_to = ended.or(agency.valid_to);
    PastAgency { there: agency.status == AgencyStatus::Active && ended.is_none(), agency }
}
