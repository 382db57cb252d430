//! Rows of the registry's history: an agency as it was from a day on, one row per change.

use super::agencies::add_filter as add_agency_filter;
use super::connection::AnyConnection;
use super::error::StorageError;
use super::guarded::Rows;
use super::listing::{Sql, in_order};
use super::prepared::Prepare;
use super::schema::agencies;
use super::schema::agency_history::dsl;
use super::seals::{vanishing, wrote};
use crate::domain::agency::{
    Agency, AgencyChange, AgencyFilter, AgencyOrder, AgencyPath, AgencyStatus, Contact, DivisionCode,
    HistoryEntry, Kind, Level, Uscc,
};
use crate::domain::audit::guarded::AGENCY_HISTORY;
use crate::domain::id::AgencyId;
use crate::domain::page::{Page, PageValue as Bind};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = super::schema::agency_history)]
struct HistoryRow {
    agency_id: AgencyId,
    version: i64,
    effective_on: NaiveDate,
    change_kind: AgencyChange,
    reason: Option<String>,
    person_id: Option<String>,
    person_name: Option<String>,
    name: String,
    short_name: Option<String>,
    uscc: Option<Uscc>,
    level: Level,
    kind: Kind,
    division_code: Option<DivisionCode>,
    parent_id: Option<AgencyId>,
    status: AgencyStatus,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    successor_id: Option<AgencyId>,
    contact: String,
    created_at: NaiveDateTime,
    at: NaiveDateTime,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct StoredContact {
    address: Option<String>,
    postcode: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    website: Option<String>,
}

fn contact_text(contact: &Contact) -> String {
    let stored = StoredContact {
        address: contact.address.clone(),
        postcode: contact.postcode.clone(),
        phone: contact.phone.clone(),
        email: contact.email.clone(),
        website: contact.website.clone(),
    };
    serde_json::to_string(&stored).unwrap_or_default()
}

impl From<&HistoryEntry> for HistoryRow {
    fn from(entry: &HistoryEntry) -> HistoryRow {
        let agency = &entry.agency;
        HistoryRow {
            agency_id: agency.id.clone(),
            version: agency.version,
            effective_on: entry.effective_on,
            change_kind: entry.change,
            reason: entry.reason.clone(),
            person_id: entry.person.as_ref().map(|(id, _)| id.clone()),
            person_name: entry.person.as_ref().map(|(_, name)| name.clone()),
            name: agency.name.clone(),
            short_name: agency.short_name.clone(),
            uscc: agency.uscc.clone(),
            level: agency.level,
            kind: agency.kind,
            division_code: agency.division_code.clone(),
            parent_id: agency.parent_id.clone(),
            status: agency.status,
            valid_from: agency.valid_from,
            valid_to: agency.valid_to,
            successor_id: agency.successor_id.clone(),
            contact: contact_text(&agency.contact),
            created_at: agency.created_at,
            at: agency.updated_at,
        }
    }
}

impl TryFrom<HistoryRow> for HistoryEntry {
    type Error = StorageError;

    fn try_from(row: HistoryRow) -> Result<HistoryEntry, StorageError> {
        let malformed =
            |what: &'static str, value: &str| StorageError::Malformed { what, value: value.to_owned() };
        let contact: StoredContact =
            serde_json::from_str(&row.contact).map_err(|_| malformed("contact", row.agency_id.as_str()))?;
        let agency = Agency {
            // Where it stood then is asked of the parents then; see the operations.
            path: AgencyPath::below(None, row.agency_id.as_str()),
            id: row.agency_id,
            name: row.name,
            short_name: row.short_name,
            uscc: row.uscc,
            level: row.level,
            kind: row.kind,
            division_code: row.division_code,
            parent_id: row.parent_id,
            status: row.status,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            successor_id: row.successor_id,
            contact: Contact {
                address: contact.address,
                postcode: contact.postcode,
                phone: contact.phone,
                email: contact.email,
                website: contact.website,
            },
            version: row.version,
            created_at: row.created_at,
            updated_at: row.at,
        };
        Ok(HistoryEntry {
            agency,
            effective_on: row.effective_on,
            change: row.change_kind,
            reason: row.reason,
            person: row.person_id.zip(row.person_name),
        })
    }
}

pub fn insert(connection: &mut AnyConnection, entry: &HistoryEntry) -> QueryResult<()> {
    let row = HistoryRow::from(entry);
    wrote(&AGENCY_HISTORY, format!("{}/{}", entry.agency.id, entry.agency.version));
    on_each!(connection, |c| diesel::insert_into(dsl::agency_history).values(&row).prepared().execute(c))
        .map(|_| ())
}

pub fn delete_of(connection: &mut AnyConnection, agency: &AgencyId) -> Result<(), StorageError> {
    vanishing(connection, &AGENCY_HISTORY, &Rows::Agency(agency.to_string()))?;
    diesel::delete(dsl::agency_history.filter(dsl::agency_id.eq(agency.as_str()))).execute(connection)?;
    Ok(())
}

/// All changes of an agency, oldest first.
pub fn of_agency(
    connection: &mut AnyConnection,
    agency: &AgencyId,
) -> Result<Vec<HistoryEntry>, StorageError> {
    let rows: Vec<HistoryRow> = dsl::agency_history
        .filter(dsl::agency_id.eq(agency.as_str()))
        .select(HistoryRow::as_select())
        .order(dsl::version)
        .load(connection)?;
    rows.into_iter().map(HistoryEntry::try_from).collect()
}

/// What some agencies were called, oldest first, each name with the day from which it was so.
pub fn names_of(
    connection: &mut AnyConnection,
    agencies: &[String],
) -> QueryResult<HashMap<String, Vec<(String, NaiveDate)>>> {
    let rows: Vec<(String, String, NaiveDate)> = on_each!(connection, |c| dsl::agency_history
        .filter(dsl::agency_id.eq_any(agencies))
        .select((dsl::agency_id, dsl::name, dsl::effective_on))
        .order((dsl::agency_id, dsl::version))
        .prepared_for(agencies.len())
        .load(c))?;
    let mut names: HashMap<String, Vec<(String, NaiveDate)>> = HashMap::new();
    for (agency, name, from) in rows {
        names.entry(agency).or_default().push((name, from));
    }
    Ok(names)
}

/// Ids of the agencies that at any time bore exactly this name, at most so many.
///
/// No index serves it: it is asked for a document whose agency is under no present name, by the command line only.
pub fn ids_by_name(
    connection: &mut AnyConnection,
    name: &str,
    most: i64,
) -> Result<Vec<String>, StorageError> {
    let mut sql = Sql::new("SELECT DISTINCT agency_id AS id FROM agency_history WHERE name = ");
    sql.bind_text(name).push(" ORDER BY id LIMIT ").bind(Bind::BigInt(most));
    Ok(sql.ids(connection)?)
}

/// Ids of which the rows are loaded together.
const TOGETHER: usize = 5_000;

/// An agency as it was on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct PastAgency {
    pub agency: Agency,
    /// Whether it existed: it had not ended, neither by succession nor because its time had run out.
    pub there: bool,
}

/// The registry as of a day, as the table `past` with the columns of the registry: all that had begun by then;
/// `there` tells those that had not ended from those that had.
///
/// From when till when an agency exists is what is known of it now; what it was meanwhile is its last change by
/// that day, or the first that was written down.
fn past(day: NaiveDate) -> Sql {
    let mut sql = Sql::new(
        "WITH RECURSIVE past AS (SELECT h.agency_id AS id, h.name, h.short_name, h.uscc, h.level, h.kind, \
         h.division_code, h.parent_id, h.status, h.created_at, h.at AS updated_at, \
         (h.status = 'active' AND (n.valid_to IS NULL OR n.valid_to > ",
    );
    sql.bind(Bind::Date(day)).push(
        ")) AS there FROM agencies n JOIN agency_history h ON h.agency_id = n.id AND h.version = COALESCE(\
         (SELECT max(x.version) FROM agency_history x WHERE x.agency_id = n.id AND x.effective_on <= ",
    );
    sql.bind(Bind::Date(day)).push(
        "), (SELECT min(x.version) FROM agency_history x WHERE x.agency_id = n.id)) \
         WHERE n.valid_from IS NULL OR n.valid_from <= ",
    );
    sql.bind(Bind::Date(day)).push(")");
    sql
}

/// Narrows to an agency and all that stood below it then.
fn add_below(sql: &mut Sql, root: Option<&AgencyId>, select: &str) {
    if let Some(root) = root {
        sql.push(", below AS (SELECT id FROM past WHERE id = ").bind_text(root.as_str());
        sql.push(" UNION SELECT p.id FROM past p JOIN below b ON p.parent_id = b.id)");
    }
    sql.push(select).push(" FROM past WHERE 1 = 1");
    if root.is_some() {
        sql.push(" AND id IN (SELECT id FROM below)");
    }
}

/// What had ended by then is listed only where just that is asked for.
fn add_filter(sql: &mut Sql, filter: &AgencyFilter) {
    if filter.status.is_none_or(|status| status == AgencyStatus::Active) {
        sql.push(" AND there");
    }
    add_agency_filter(filter, sql);
}

/// A page of the registry as of a day; `root` in the place of the filter's `within`.
pub fn list_at(
    connection: &mut AnyConnection,
    day: NaiveDate,
    filter: &AgencyFilter,
    root: Option<&AgencyId>,
    page: &Page<AgencyOrder>,
) -> Result<Vec<Agency>, StorageError> {
    let mut sql = past(day);
    add_below(&mut sql, root, " SELECT id");
    add_filter(&mut sql, filter);
    sql.page(page, "id");
    let ids = sql.ids(connection)?;
    Ok(find_many_at(connection, day, &ids)?.into_iter().map(|found| found.agency).collect())
}

pub fn count_at(
    connection: &mut AnyConnection,
    day: NaiveDate,
    filter: &AgencyFilter,
    root: Option<&AgencyId>,
) -> Result<i64, StorageError> {
    let mut sql = past(day);
    add_below(&mut sql, root, " SELECT 1");
    add_filter(&mut sql, filter);
    Ok(sql.count(connection)?)
}

/// An agency and what stood below it on a day to a depth, level by level, at most `limit`; those that had ended
/// are among them, since others may stand below them.
pub fn subtree_at(
    connection: &mut AnyConnection,
    day: NaiveDate,
    root: &AgencyId,
    depth: i64,
    limit: i64,
) -> Result<Vec<PastAgency>, StorageError> {
    let mut sql = past(day);
    sql.push(", below AS (SELECT id, 0 AS depth FROM past WHERE id = ").bind_text(root.as_str());
    sql.push(
        " UNION SELECT p.id, b.depth + 1 FROM past p JOIN below b ON p.parent_id = b.id WHERE b.depth < ",
    );
    sql.bind(Bind::BigInt(depth)).push(") SELECT id FROM below ORDER BY depth, id LIMIT ");
    sql.bind(Bind::BigInt(limit));
    let ids = sql.ids(connection)?;
    find_many_at(connection, day, &ids)
}

/// The agency that had a credit code on a day; one that existed before one that had ended.
pub fn find_by_uscc_at(
    connection: &mut AnyConnection,
    day: NaiveDate,
    uscc: &str,
) -> Result<Option<PastAgency>, StorageError> {
    let mut sql = past(day);
    sql.push(" SELECT id FROM past WHERE uscc = ").bind_text(uscc);
    sql.push(" ORDER BY CASE WHEN there THEN 0 WHEN status <> 'active' THEN 1 ELSE 2 END, id LIMIT 1");
    let ids = sql.ids(connection)?;
    Ok(find_many_at(connection, day, &ids)?.pop())
}

/// Agencies as they were on a day, in the order asked for; those that had not begun are left out.
pub fn find_many_at(
    connection: &mut AnyConnection,
    day: NaiveDate,
    ids: &[String],
) -> Result<Vec<PastAgency>, StorageError> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(TOGETHER) {
        let rows = rows_at(connection, day, some)?;
        let spans: Vec<(String, Option<NaiveDate>, Option<NaiveDate>)> = agencies::table
            .filter(agencies::id.eq_any(some))
            .select((agencies::id, agencies::valid_from, agencies::valid_to))
            .load(connection)?;
        let spans: HashMap<String, (Option<NaiveDate>, Option<NaiveDate>)> =
            spans.into_iter().map(|(id, from, to)| (id, (from, to))).collect();
        for row in in_order(some, rows, |row| row.agency_id.as_str()) {
            let Some((from, to)) = spans.get(row.agency_id.as_str()).copied() else { continue };
            if from.is_none_or(|from| from <= day) {
                found.push(past_of(HistoryEntry::try_from(row)?.agency, to, day));
            }
        }
    }
    Ok(found)
}

/// Of each agency its last change by a day, or the first that was written down.
fn rows_at(
    connection: &mut AnyConnection,
    day: NaiveDate,
    ids: &[String],
) -> Result<Vec<HistoryRow>, StorageError> {
    let rows: Vec<HistoryRow> = dsl::agency_history
        .filter(dsl::agency_id.eq_any(ids))
        .select(HistoryRow::as_select())
        .order((dsl::agency_id, dsl::version.desc()))
        .load(connection)?;
    let mut chosen: Vec<HistoryRow> = Vec::with_capacity(ids.len());
    for row in rows {
        match chosen.last_mut().filter(|newer| newer.agency_id == row.agency_id) {
            Some(newer) if newer.effective_on > day => *newer = row,
            Some(_) => {}
            None => chosen.push(row),
        }
    }
    Ok(chosen)
}

/// `to` is the day of its end as it is known now; where it has come, it is told.
fn past_of(mut agency: Agency, to: Option<NaiveDate>, day: NaiveDate) -> PastAgency {
    let ended = to.filter(|to| *to <= day);
    agency.valid_to = ended.or(agency.valid_to);
    PastAgency { there: agency.status == AgencyStatus::Active && ended.is_none(), agency }
}
