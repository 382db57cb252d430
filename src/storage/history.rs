//! Rows of the registry's history: an agency as it was from a day on, one row per change.

use super::prepared::Prepare;
use super::schema::agency_history::dsl;
use super::seals::{vanishing, wrote};
use super::sql::guarded::Rows;
pub use super::sql::past::{PastAgency, count_at, find_at, find_by_uscc_at, list_at, subtree_at};
use super::types::{Json, grouped, stored};
use super::{AnyConnection, Stored};
use crate::domain::agency::{
    Agency, AgencyChange, AgencyPath, AgencyStatus, Contact, DivisionCode, HistoryEntry, Kind, Level, Uscc,
};
use crate::domain::audit::guarded::AGENCY_HISTORY;
use crate::domain::id::AgencyId;
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use std::collections::HashMap;

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = super::schema::agency_history, treat_none_as_default_value = false)]
pub struct HistoryRow {
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
    contact: Json<Contact>,
    created_at: NaiveDateTime,
    at: NaiveDateTime,
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
            contact: Json(agency.contact.clone()),
            created_at: agency.created_at,
            at: agency.updated_at,
        }
    }
}

impl From<HistoryRow> for HistoryEntry {
    fn from(row: HistoryRow) -> HistoryEntry {
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
            contact: row.contact.0,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.at,
        };
        HistoryEntry {
            agency,
            effective_on: row.effective_on,
            change: row.change_kind,
            reason: row.reason,
            person: row.person_id.zip(row.person_name),
        }
    }
}

stored!(HistoryEntry as HistoryRow);

pub fn insert(connection: &mut AnyConnection, entry: &HistoryEntry) -> QueryResult<()> {
    wrote(&AGENCY_HISTORY, format!("{}/{}", entry.agency.id, entry.agency.version));
    insert!(connection, dsl::agency_history, entry)
}

pub fn delete_of(connection: &mut AnyConnection, agency: &AgencyId) -> Stored<()> {
    vanishing(connection, &AGENCY_HISTORY, &Rows::Agency(agency.to_string()))?;
    diesel::delete(dsl::agency_history.filter(dsl::agency_id.eq(agency.as_str()))).execute(connection)?;
    Ok(())
}

/// All changes of an agency, oldest first.
pub fn of_agency(connection: &mut AnyConnection, agency: &AgencyId) -> Stored<Vec<HistoryEntry>> {
    Ok(dsl::agency_history
        .filter(dsl::agency_id.eq(agency.as_str()))
        .select(HistoryEntry::as_select())
        .order(dsl::version)
        .load(connection)?)
}

/// What some agencies were called, oldest first, each name with the day from which it was so.
pub fn names_of(
    connection: &mut AnyConnection,
    agencies: &[String],
) -> QueryResult<HashMap<String, Vec<(String, NaiveDate)>>> {
    let rows: Vec<(String, (String, NaiveDate))> = on_each!(connection, |c| dsl::agency_history
        .filter(dsl::agency_id.eq_any(agencies))
        .select((dsl::agency_id, (dsl::name, dsl::effective_on)))
        .order((dsl::agency_id, dsl::version))
        .prepared_for(agencies.len())
        .load(c))?;
    Ok(grouped(rows))
}

/// Ids of the agencies that at any time bore exactly this name, at most so many.
///
/// No index serves it: it is asked for a document whose agency is under no present name, by the command line only.
pub fn ids_by_name(connection: &mut AnyConnection, name: &str, most: i64) -> Stored<Vec<String>> {
    Ok(dsl::agency_history
        .filter(dsl::name.eq(name))
        .select(dsl::agency_id)
        .distinct()
        .order(dsl::agency_id)
        .limit(most)
        .load(connection)?)
}
