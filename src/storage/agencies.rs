//! Rows of the registry.

use super::connection::AnyConnection;
use super::error::StorageError;
use super::listing::{Sql, in_order};
use super::prepared::Prepare;
use super::schema::agencies::dsl;
use super::seals::wrote;
use crate::domain::agency::{
    Agency, AgencyFilter, AgencyOrder, AgencyPath, AgencyStatus, Contact, DivisionCode, Kind, Level, Uscc,
};
use crate::domain::audit::guarded::AGENCIES;
use crate::domain::id::AgencyId;
use crate::domain::page::{Page, PageValue as Bind};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = super::schema::agencies, treat_none_as_null = true)]
pub(super) struct AgencyRow {
    id: AgencyId,
    name: String,
    short_name: Option<String>,
    uscc: Option<Uscc>,
    level: Level,
    kind: Kind,
    division_code: Option<DivisionCode>,
    parent_id: Option<AgencyId>,
    path: AgencyPath,
    status: AgencyStatus,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    successor_id: Option<AgencyId>,
    address: Option<String>,
    postcode: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    website: Option<String>,
    version: i64,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

impl From<&Agency> for AgencyRow {
    fn from(agency: &Agency) -> AgencyRow {
        let text = |text: &Option<String>| text.clone();
        AgencyRow {
            id: agency.id.clone(),
            name: agency.name.clone(),
            short_name: text(&agency.short_name),
            uscc: agency.uscc.clone(),
            level: agency.level,
            kind: agency.kind,
            division_code: agency.division_code.clone(),
            parent_id: agency.parent_id.clone(),
            path: agency.path.clone(),
            status: agency.status,
            valid_from: agency.valid_from,
            valid_to: agency.valid_to,
            successor_id: agency.successor_id.clone(),
            address: text(&agency.contact.address),
            postcode: text(&agency.contact.postcode),
            phone: text(&agency.contact.phone),
            email: text(&agency.contact.email),
            website: text(&agency.contact.website),
            version: agency.version,
            created_at: agency.created_at,
            updated_at: agency.updated_at,
        }
    }
}

impl From<AgencyRow> for Agency {
    fn from(row: AgencyRow) -> Agency {
        Agency {
            id: row.id,
            name: row.name,
            short_name: row.short_name,
            uscc: row.uscc,
            level: row.level,
            kind: row.kind,
            division_code: row.division_code,
            parent_id: row.parent_id,
            path: row.path,
            status: row.status,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            successor_id: row.successor_id,
            contact: Contact {
                address: row.address,
                postcode: row.postcode,
                phone: row.phone,
                email: row.email,
                website: row.website,
            },
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

pub fn insert(connection: &mut AnyConnection, agency: &Agency) -> QueryResult<()> {
    let row = AgencyRow::from(agency);
    wrote(&AGENCIES, agency.id.as_str());
    on_each!(connection, |c| diesel::insert_into(dsl::agencies).values(&row).prepared().execute(c))
        .map(|_| ())
}

/// Writes an agency over its present row; whoever calls holds the lane and has checked the version.
pub fn update(connection: &mut AnyConnection, agency: &Agency) -> QueryResult<()> {
    let row = AgencyRow::from(agency);
    wrote(&AGENCIES, agency.id.as_str());
    on_each!(connection, |c| diesel::update(dsl::agencies.find(&row.id)).set(&row).prepared().execute(c))
        .map(|_| ())
}

pub fn delete(connection: &mut AnyConnection, id: &AgencyId) -> QueryResult<()> {
    wrote(&AGENCIES, id.as_str());
    diesel::delete(dsl::agencies.filter(dsl::id.eq(id.as_str()))).execute(connection).map(|_| ())
}

pub fn find(connection: &mut AnyConnection, id: &AgencyId) -> Result<Option<Agency>, StorageError> {
    let row = dsl::agencies
        .filter(dsl::id.eq(id.as_str()))
        .select(AgencyRow::as_select())
        .first(connection)
        .optional()?;
    Ok(row.map(Agency::from))
}

/// The active agency with a credit code, else the one that had it last.
pub fn find_by_uscc(connection: &mut AnyConnection, uscc: &str) -> Result<Option<Agency>, StorageError> {
    let rows: Vec<AgencyRow> = dsl::agencies
        .filter(dsl::uscc.eq(uscc))
        .select(AgencyRow::as_select())
        .order(dsl::id)
        .load(connection)?;
    let active = rows.iter().position(|row| row.status == AgencyStatus::Active);
    let place = active.unwrap_or(rows.len().saturating_sub(1));
    Ok(rows.into_iter().nth(place).map(Agency::from))
}

/// Agencies of exactly this name, at most so many, whatever has become of them since.
pub fn find_by_name(
    connection: &mut AnyConnection,
    name: &str,
    most: i64,
) -> Result<Vec<Agency>, StorageError> {
    let rows: Vec<AgencyRow> = dsl::agencies
        .filter(dsl::name.eq(name))
        .select(AgencyRow::as_select())
        .order(dsl::id)
        .limit(most)
        .load(connection)?;
    Ok(rows.into_iter().map(Agency::from).collect())
}

pub fn find_many(connection: &mut AnyConnection, ids: &[String]) -> Result<Vec<Agency>, StorageError> {
    let rows: Vec<AgencyRow> = on_each!(connection, |c| dsl::agencies
        .filter(dsl::id.eq_any(ids))
        .select(AgencyRow::as_select())
        .prepared_for(ids.len())
        .load(c))?;
    Ok(in_order(ids, rows, |row| row.id.as_str()).into_iter().map(Agency::from).collect())
}

/// The agencies that some others have taken over.
pub fn succeeded_by(
    connection: &mut AnyConnection,
    successors: &[String],
) -> Result<Vec<Agency>, StorageError> {
    let rows: Vec<AgencyRow> = on_each!(connection, |c| dsl::agencies
        .filter(dsl::successor_id.eq_any(successors).and(dsl::status.ne(AgencyStatus::Active)))
        .select(AgencyRow::as_select())
        .order(dsl::id)
        .prepared_for(successors.len())
        .load(c))?;
    Ok(rows.into_iter().map(Agency::from).collect())
}

pub fn has_children(connection: &mut AnyConnection, id: &AgencyId) -> QueryResult<bool> {
    let child: Option<String> =
        dsl::agencies.filter(dsl::parent_id.eq(id.as_str())).select(dsl::id).first(connection).optional()?;
    Ok(child.is_some())
}

pub(super) fn add_filter(filter: &AgencyFilter, sql: &mut Sql) {
    if let Some(q) = &filter.q {
        sql.contains("name", q);
    }
    if let Some(level) = filter.level {
        sql.push(" AND level = ").bind_text(level.as_str());
    }
    if let Some(kind) = filter.kind {
        sql.push(" AND kind = ").bind_text(kind.as_str());
    }
    if let Some(status) = filter.status {
        sql.push(" AND status = ").bind_text(status.as_str());
    }
    if let Some(prefix) = &filter.division_code {
        sql.starts_with("division_code", prefix);
    }
    if let Some(parent) = &filter.parent_id {
        sql.push(" AND parent_id = ").bind_text(parent.as_str());
    }
    if let Some(path) = &filter.within {
        sql.within("path", path);
    }
}

pub fn list(
    connection: &mut AnyConnection,
    filter: &AgencyFilter,
    page: &Page<AgencyOrder>,
) -> Result<Vec<Agency>, StorageError> {
    let mut sql = Sql::new("SELECT id FROM agencies WHERE 1 = 1");
    add_filter(filter, &mut sql);
    sql.page(page, "id");
    let ids = sql.ids(connection)?;
    find_many(connection, &ids)
}

pub fn count(connection: &mut AnyConnection, filter: &AgencyFilter) -> Result<i64, StorageError> {
    let mut sql = Sql::new("SELECT 1 FROM agencies WHERE 1 = 1");
    add_filter(filter, &mut sql);
    Ok(sql.count(connection)?)
}

/// An agency and what stands below it to a depth, level by level, at most `limit`.
pub fn subtree(
    connection: &mut AnyConnection,
    path: &AgencyPath,
    depth: usize,
    limit: i64,
) -> Result<Vec<Agency>, StorageError> {
    let longest = depth.saturating_mul(AgencyPath::STEP).saturating_add(path.as_str().len());
    let mut sql = Sql::new("SELECT id FROM agencies WHERE length(path) <= ");
    sql.bind(Bind::BigInt(i64::try_from(longest).unwrap_or(i64::MAX)));
    sql.within("path", path);
    sql.push(" ORDER BY length(path), path LIMIT ").bind(Bind::BigInt(limit));
    let ids = sql.ids(connection)?;
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(5_000) {
        found.extend(find_many(connection, some)?);
    }
    Ok(found)
}

/// The agencies whose paths do not lead along their parents.
pub fn misplaced(connection: &mut AnyConnection) -> QueryResult<Vec<String>> {
    let sql = Sql::new(
        "SELECT a.id AS id FROM agencies a LEFT JOIN agencies p ON p.id = a.parent_id \
         WHERE a.path <> COALESCE(p.path, '') || a.id || '.' ORDER BY a.id",
    );
    sql.ids(connection)
}

/// How deep the deepest agency at or below a place stands.
pub fn deepest(connection: &mut AnyConnection, within: &AgencyPath) -> QueryResult<usize> {
    let mut sql =
        Sql::new("SELECT CAST(COALESCE(MAX(length(path)), 0) AS BIGINT) AS total FROM agencies WHERE 1 = 1");
    sql.within("path", within);
    Ok(usize::try_from(sql.total(connection)?).unwrap_or(0) / AgencyPath::STEP)
}

/// Puts a subtree under a new chain: one statement over the range of its paths.
pub fn move_subtree(connection: &mut AnyConnection, from: &AgencyPath, to: &AgencyPath) -> QueryResult<()> {
    let mut sql = Sql::new("UPDATE agencies SET path = ");
    sql.bind_text(to.as_str());
    sql.push(&format!(" || substr(path, {})", from.as_str().len() + 1));
    sql.push(" WHERE 1 = 1").within("path", from);
    sql.execute(connection).map(|_| ())
}
