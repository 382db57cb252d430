//! Rows of the registry.

use super::deadline::still_wanted;
use super::dsl::{
    Fragment, Ordered, after, among, below, containing, counted, in_order, length, lower, moved, text_or,
};
use super::prepared::Prepare;
use super::schema::agencies::{self, dsl};
use super::seals::wrote;
use super::types::row;
use super::{AnyConnection, Stored};
use crate::domain::agency::{
    Agency, AgencyFilter, AgencyOrder, AgencyPath, AgencyStatus, Contact, DivisionCode, Kind, Level, Uscc,
};
use crate::domain::audit::guarded::AGENCIES;
use crate::domain::id::AgencyId;
use crate::domain::page::{COUNTED, Page};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::{exists, max};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use std::collections::HashMap;

row!(
    #[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
    #[diesel(table_name = super::schema::agencies, treat_none_as_null = true, treat_none_as_default_value = false)]
    AgencyRow of Agency {
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
        #[diesel(embed)]
        contact: ContactRow,
        version: i64,
        created_at: NaiveDateTime,
        updated_at: NaiveDateTime,
    }
);

row!(
    #[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
    #[diesel(table_name = super::schema::agencies, treat_none_as_null = true, treat_none_as_default_value = false)]
    ContactRow of Contact {
        address: Option<String>,
        postcode: Option<String>,
        phone: Option<String>,
        email: Option<String>,
        website: Option<String>,
    }
);

/// The columns of the registry's order, now or on a day.
macro_rules! ordered {
    ($column:ident in $table:ident, $id:ident, $updated_at:ident on $($engine:ty),+) => {
        #[derive(Clone, Copy)]
        enum $column {
            By(AgencyOrder),
            Id,
        }

        $(impl Ordered<$engine> for $column {
            fn column(self, _: bool) -> Fragment<$engine> {
                match self {
                    $column::By(AgencyOrder::Name) => Box::new($table::name),
                    $column::By(AgencyOrder::Level) => Box::new($table::level),
                    $column::By(AgencyOrder::Kind) => Box::new($table::kind),
                    $column::By(AgencyOrder::DivisionCode) => Box::new(text_or($table::division_code, "")),
                    $column::By(AgencyOrder::CreatedAt) => Box::new($table::created_at),
                    $column::By(AgencyOrder::UpdatedAt) => Box::new($table::$updated_at),
                    $column::Id => Box::new($table::$id),
                }
            }
        })+
    };
}

/// Narrows a query by all of a filter but the place.
macro_rules! narrowed {
    ($query:expr, $filter:expr, $table:ident) => {{
        let mut query = $query;
        if let Some(q) = &$filter.q {
            query = query.filter(lower($table::name).like(lower(containing(q))).escape('\\'));
        }
        if let Some(level) = $filter.level {
            query = query.filter($table::level.eq(level));
        }
        if let Some(kind) = $filter.kind {
            query = query.filter($table::kind.eq(kind));
        }
        if let Some(status) = $filter.status {
            query = query.filter($table::status.eq(status));
        }
        if let Some(prefix) = &$filter.division_code {
            query = query.filter($table::division_code.like(format!("{prefix}%")));
        }
        if let Some(parent) = &$filter.parent_id {
            query = query.filter($table::parent_id.eq(parent));
        }
        query
    }};
}
pub(super) use {narrowed, ordered};

ordered!(Column in agencies, id, updated_at on Pg, Sqlite);

pub fn insert(connection: &mut AnyConnection, agency: &Agency) -> QueryResult<()> {
    wrote(&AGENCIES, agency.id.as_str());
    insert!(connection, dsl::agencies, agency)
}

/// Writes an agency over its present row; whoever calls holds the lane and has checked the version.
pub fn update(connection: &mut AnyConnection, agency: &Agency) -> QueryResult<()> {
    let row = AgencyRow::from(agency);
    wrote(&AGENCIES, agency.id.as_str());
    update!(connection, dsl::agencies.find(&row.id), &row)
}

pub fn delete(connection: &mut AnyConnection, id: &AgencyId) -> QueryResult<()> {
    wrote(&AGENCIES, id.as_str());
    diesel::delete(dsl::agencies.filter(dsl::id.eq(id.as_str()))).execute(connection).map(|_| ())
}

pub fn find(connection: &mut AnyConnection, id: &AgencyId) -> Stored<Option<Agency>> {
    Ok(dsl::agencies
        .filter(dsl::id.eq(id.as_str()))
        .select(Agency::as_select())
        .first(connection)
        .optional()?)
}

/// The active agency with a credit code, else the one that had it last.
pub fn find_by_uscc(connection: &mut AnyConnection, uscc: &str) -> Stored<Option<Agency>> {
    let rows: Vec<Agency> = dsl::agencies
        .filter(dsl::uscc.eq(uscc))
        .select(Agency::as_select())
        .order(dsl::id)
        .load(connection)?;
    let active = rows.iter().position(|agency| agency.status == AgencyStatus::Active);
    let place = active.unwrap_or(rows.len().saturating_sub(1));
    Ok(rows.into_iter().nth(place))
}

/// Agencies of exactly this name, at most so many, whatever has become of them since.
pub fn find_by_name(connection: &mut AnyConnection, name: &str, most: i64) -> Stored<Vec<Agency>> {
    Ok(dsl::agencies
        .filter(dsl::name.eq(name))
        .select(Agency::as_select())
        .order(dsl::id)
        .limit(most)
        .load(connection)?)
}

/// Agencies in the order asked for.
pub fn find_many(connection: &mut AnyConnection, ids: &[String]) -> Stored<Vec<Agency>> {
    let rows: Vec<Agency> = on_each!(connection, |c| dsl::agencies
        .filter(among!(dsl::id, ids))
        .select(Agency::as_select())
        .prepared_for(ids.len())
        .load(c))?;
    let mut by_id: HashMap<String, Agency> =
        rows.into_iter().map(|agency| (agency.id.to_string(), agency)).collect();
    Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
}

/// The agencies that some others have taken over.
pub fn succeeded_by(connection: &mut AnyConnection, successors: &[String]) -> Stored<Vec<Agency>> {
    Ok(on_each!(connection, |c| dsl::agencies
        .filter(among!(dsl::successor_id, successors).and(dsl::status.ne(AgencyStatus::Active)))
        .select(Agency::as_select())
        .order(dsl::id)
        .prepared_for(successors.len())
        .load(c))?)
}

/// Whether others stand below it, or it has taken the place of others.
pub fn is_named_by_others(connection: &mut AnyConnection, id: &AgencyId) -> QueryResult<bool> {
    let others = dsl::agencies.filter(dsl::parent_id.eq(id).or(dsl::successor_id.eq(id)));
    diesel::select(exists(others)).get_result(connection)
}

/// The agencies that a filter leaves.
macro_rules! those {
    ($filter:expr) => {{
        let filter: &AgencyFilter = $filter;
        let mut query = narrowed!(agencies::table.into_boxed(), filter, agencies);
        if let Some(path) = &filter.within {
            query = query.filter(below(agencies::path, [path]));
        }
        query
    }};
}

pub fn list(
    connection: &mut AnyConnection,
    filter: &AgencyFilter,
    page: &Page<AgencyOrder>,
) -> Stored<Vec<Agency>> {
    still_wanted()?;
    let page = page.by(Column::By);
    Ok(on_each!(connection, |c| those!(filter)
        .filter(after(c, &page, Column::Id, false))
        .select(Agency::as_select())
        .order(in_order(c, &page, Column::Id, false))
        .limit(page.limit)
        .prepared()
        .load(c))?)
}

/// How many there are, up to [`COUNTED`] and one.
pub fn count(connection: &mut AnyConnection, filter: &AgencyFilter) -> Stored<i64> {
    still_wanted()?;
    Ok(on_each!(connection, |c| {
        counted(those!(filter).select(dsl::id).limit(COUNTED + 1)).prepared().get_result(c)
    })?)
}

/// An agency and what stands below it to a depth, level by level, at most `limit`.
pub fn subtree(
    connection: &mut AnyConnection,
    path: &AgencyPath,
    depth: usize,
    limit: i64,
) -> Stored<Vec<Agency>> {
    still_wanted()?;
    let longest = depth.saturating_mul(AgencyPath::STEP).saturating_add(path.as_str().len());
    Ok(on_each!(connection, |c| dsl::agencies
        .filter(length(dsl::path).le(i32::try_from(longest).unwrap_or(i32::MAX)))
        .filter(below(dsl::path, [path]))
        .select(Agency::as_select())
        .order((length(dsl::path), dsl::path))
        .limit(limit)
        .prepared()
        .load(c))?)
}

// What stands above an agency.
diesel::alias!(agencies as parents: Parents);

/// The agencies whose paths do not lead along their parents.
pub fn misplaced(connection: &mut AnyConnection) -> QueryResult<Vec<String>> {
    let parent = dsl::parent_id.eq(parents.field(dsl::id).nullable());
    let along = text_or(parents.field(dsl::path).nullable(), "").concat(dsl::id).concat(".");
    dsl::agencies
        .left_join(parents.on(parent))
        .filter(dsl::path.ne(along))
        .select(dsl::id)
        .order(dsl::id)
        .load(connection)
}

/// How deep the deepest agency at or below a place stands.
pub fn deepest(connection: &mut AnyConnection, within: &AgencyPath) -> QueryResult<usize> {
    let longest: Option<i32> =
        dsl::agencies.filter(below(dsl::path, [within])).select(max(length(dsl::path))).first(connection)?;
    Ok(usize::try_from(longest.unwrap_or_default()).unwrap_or(0) / AgencyPath::STEP)
}

/// Puts a subtree under a new chain: one statement over the range of its paths.
pub fn move_subtree(connection: &mut AnyConnection, from: &AgencyPath, to: &AgencyPath) -> QueryResult<()> {
    diesel::update(dsl::agencies.filter(below(dsl::path, [from])))
        .set(dsl::path.eq(moved!(dsl::path, from, to)))
        .execute(connection)
        .map(|_| ())
}
