//! Rows of the roster (应报名单).

use super::connection::{AnyConnection, take_time};
use super::error::StorageError;
use super::guarded::Rows;
use super::listing::Sql;
use super::prepared::Prepare;
use super::progress;
use super::schema::roster::dsl;
use super::seals::{Lines, vanishing, wrote, wrote_lines};
use super::types::row;
use crate::domain::agency::{AgencyPath, AgencyStatus, Kind, Level};
use crate::domain::audit::guarded::ROSTER;
use crate::domain::id::AgencyId;
use crate::domain::page::PageValue as Bind;
use crate::domain::report::Scope;
use crate::domain::roster::RosterEntry;
use crate::domain::year::YearPlan;
use chrono::NaiveDate;
use diesel::prelude::*;

mod due;
mod places;

pub(super) use due::is_due_with_governments;
pub use due::{due_unfiled, unpublished};
pub use places::{deepest, move_subtree, named_place_of, place_of};

diesel::define_sql_function! {
    fn length(text: diesel::sql_types::Text) -> diesel::sql_types::Integer;
}

row!(
    #[derive(Debug, Queryable, Selectable, Insertable)]
    #[diesel(table_name = super::schema::roster)]
    pub(super) RosterRow of RosterEntry {
        year: i32,
        agency_id: AgencyId,
        scope: Scope,
        path: AgencyPath,
        level: Level,
        kind: Kind,
        name: String,
        due_on: NaiveDate,
        exempt: bool,
        reason: Option<String>,
        moved: bool,
    }
);

pub fn insert(connection: &mut AnyConnection, entry: &RosterEntry) -> Result<(), StorageError> {
    let row = RosterRow::from(entry);
    wrote(&ROSTER, format!("{}/{}/{}", entry.year, entry.agency_id, entry.scope));
    on_each!(connection, |c| diesel::insert_into(dsl::roster).values(&row).prepared().execute(c))?;
    progress::settle(connection, entry.year, &entry.agency_id, entry.scope)?;
    Ok(())
}

/// Writes a line over its present row.
pub fn update(connection: &mut AnyConnection, entry: &RosterEntry) -> Result<(), StorageError> {
    delete_one(connection, entry.year, &entry.agency_id, entry.scope)?;
    insert(connection, entry)
}

/// Lets the roster of a year that is open again follow the registry: who stands where, under which name,
/// and who has come since. Lines settled by hand stay.
pub fn catch_up(connection: &mut AnyConnection, plan: &YearPlan) -> Result<(), StorageError> {
    take_time(connection)?;
    const COLUMNS: [&str; 3] = ["level", "kind", "name"];
    let set = COLUMNS.map(|column| format!("{column} = a.{column}")).join(", ");
    let differs = COLUMNS.map(|column| format!("roster.{column} <> a.{column}")).join(" OR ");
    let mut sql = Sql::new(&format!(
        "UPDATE roster SET {set} FROM agencies a WHERE a.id = roster.agency_id AND ({differs}) \
         AND roster.moved = FALSE AND roster.year = "
    ));
    sql.bind(Bind::Integer(plan.year));
    sql.execute(connection)?;
    fill(connection, plan)?;
    places::settle(connection, plan.year)
}

/// Writes the roster of a year from the registry, in one statement; lines that are there stay.
pub fn fill(connection: &mut AnyConnection, plan: &YearPlan) -> Result<(), StorageError> {
    take_time(connection)?;
    let mut sql = Sql::new(
        "INSERT INTO roster \
         (year, agency_id, scope, path, level, kind, name, due_on, exempt, reason, moved, counted) SELECT ",
    );
    sql.push("CAST(").bind(Bind::Integer(plan.year)).push(" AS INTEGER), id, ");
    const SCOPE: &str = "CASE WHEN kind = 'government' THEN 'consolidated' ELSE 'own' END";
    sql.push(SCOPE).push(", path, level, kind, name, ");
    due_day(&mut sql, plan, &format!("({SCOPE})"));
    sql.push(", FALSE, NULL, FALSE, 'missing' FROM agencies WHERE status = ")
        .bind_text(AgencyStatus::Active.as_str());
    sql.push(" AND NOT EXISTS (SELECT 1 FROM roster s WHERE s.agency_id = agencies.id AND s.year = ")
        .bind(Bind::Integer(plan.year))
        .push(")");
    sql.execute(connection)?;
    wrote_lines(plan.year, None);
    progress::recount_filed(connection, plan.year)
}

/// When a line is due by a plan. A cast to DATE would make a number of the text on SQLite.
fn due_day(sql: &mut Sql, plan: &YearPlan, scope: &str) {
    sql.push(&format!("CASE WHEN {} THEN ", is_due_with_governments("level", scope)));
    sql.bind(Bind::Date(plan.government_due_on))
        .push(" ELSE ")
        .bind(Bind::Date(plan.department_due_on))
        .push(" END");
}

/// Lets the due days of a year that follows the registry follow its plan.
pub fn set_due_days(connection: &mut AnyConnection, plan: &YearPlan) -> Result<(), StorageError> {
    take_time(connection)?;
    let mut sql = Sql::new("UPDATE roster SET due_on = ");
    due_day(&mut sql, plan, "scope");
    sql.push(" WHERE reason IS NULL AND year = ").bind(Bind::Integer(plan.year));
    sql.execute(connection)?;
    wrote_lines(plan.year, None);
    progress::recount_filed(connection, plan.year)
}

pub fn delete_year(connection: &mut AnyConnection, year: i32) -> Result<(), StorageError> {
    vanishing(connection, &ROSTER, &Rows::Lines(Lines { year, within: None }))?;
    diesel::delete(dsl::roster.filter(dsl::year.eq(year))).execute(connection)?;
    Ok(())
}

/// Takes an agency out of one year's roster.
pub fn delete_agency(
    connection: &mut AnyConnection,
    year: i32,
    agency: &AgencyId,
) -> Result<(), StorageError> {
    progress::leave(connection, year, agency, None)?;
    for scope in [Scope::Own, Scope::Consolidated] {
        wrote(&ROSTER, format!("{year}/{agency}/{scope}"));
    }
    diesel::delete(dsl::roster.filter(dsl::year.eq(year).and(dsl::agency_id.eq(agency.as_str()))))
        .execute(connection)?;
    Ok(())
}

/// Takes one report that is no longer due out of a roster.
pub fn delete_one(
    connection: &mut AnyConnection,
    year: i32,
    agency: &AgencyId,
    scope: Scope,
) -> Result<(), StorageError> {
    progress::leave(connection, year, agency, Some(scope))?;
    wrote(&ROSTER, format!("{year}/{agency}/{scope}"));
    let here = dsl::year.eq(year).and(dsl::agency_id.eq(agency.as_str())).and(dsl::scope.eq(scope.as_str()));
    diesel::delete(dsl::roster.filter(here)).execute(connection)?;
    Ok(())
}

/// The lines of one agency in a year, the consolidated one first.
pub fn of_agency(
    connection: &mut AnyConnection,
    year: i32,
    agency: &AgencyId,
) -> Result<Vec<RosterEntry>, StorageError> {
    let rows: Vec<RosterRow> = dsl::roster
        .filter(dsl::year.eq(year).and(dsl::agency_id.eq(agency.as_str())))
        .select(RosterRow::as_select())
        .order(dsl::scope)
        .load(connection)?;
    Ok(rows.into_iter().map(RosterEntry::from).collect())
}

pub fn find(
    connection: &mut AnyConnection,
    year: i32,
    agency: &AgencyId,
    scope: Scope,
) -> Result<Option<RosterEntry>, StorageError> {
    let row = dsl::roster
        .filter(dsl::year.eq(year).and(dsl::agency_id.eq(agency.as_str())).and(dsl::scope.eq(scope.as_str())))
        .select(RosterRow::as_select())
        .first(connection)
        .optional()?;
    Ok(row.map(RosterEntry::from))
}

/// Whether any year's roster names the agency and is frozen or not; used before deleting it.
pub fn years_of(connection: &mut AnyConnection, agency: &AgencyId) -> Result<Vec<i32>, StorageError> {
    Ok(dsl::roster.filter(dsl::agency_id.eq(agency.as_str())).select(dsl::year).load(connection)?)
}

/// Rows of a year in order of agency and scope, from after a given row.
pub fn list(
    connection: &mut AnyConnection,
    year: i32,
    within: Option<&AgencyPath>,
    after: Option<(String, String)>,
    limit: i64,
) -> Result<Vec<RosterEntry>, StorageError> {
    let rows: Vec<RosterRow> = on_each!(connection, |c| {
        let mut query = dsl::roster.filter(dsl::year.eq(year)).select(RosterRow::as_select()).into_boxed();
        if let Some(path) = within {
            query = query.filter(dsl::path.ge(path.as_str()).and(dsl::path.lt(path.range_end())));
        }
        if let Some((agency, scope)) = after {
            query = query.filter(
                dsl::agency_id.gt(agency.clone()).or(dsl::agency_id.eq(agency).and(dsl::scope.gt(scope))),
            );
        }
        query.order((dsl::agency_id, dsl::scope)).limit(limit).load(c)
    })?;
    Ok(rows.into_iter().map(RosterEntry::from).collect())
}

pub fn count(
    connection: &mut AnyConnection,
    year: i32,
    within: Option<&AgencyPath>,
) -> Result<i64, StorageError> {
    let mut sql = Sql::new("SELECT 1 FROM roster WHERE year = ");
    sql.bind(Bind::Integer(year));
    if let Some(path) = within {
        sql.within("path", path);
    }
    Ok(sql.count(connection)?)
}

/// The lines directly below a place (`None`: the roots), one for each agency, by name.
pub fn children(
    connection: &mut AnyConnection,
    year: i32,
    within: Option<&AgencyPath>,
) -> Result<Vec<RosterEntry>, StorageError> {
    // In the index of how long paths are: a child's is longer by one step.
    let depth = within.map_or(0, |path| path.as_str().len()) + AgencyPath::STEP;
    let depth = i32::try_from(depth).unwrap_or(i32::MAX);
    let (from, end) =
        within.map_or((String::new(), "~".to_owned()), |path| (path.as_str().to_owned(), path.range_end()));
    let mut found: Vec<RosterRow> = dsl::roster
        .filter(dsl::year.eq(year).and(length(dsl::path).eq(depth)))
        .filter(dsl::path.ge(&from).and(dsl::path.lt(&end)))
        .select(RosterRow::as_select())
        .order((dsl::agency_id, dsl::scope))
        .load(connection)?;
    found.dedup_by(|later, first| later.agency_id == first.agency_id);
    Ok(found.into_iter().map(RosterEntry::from).collect())
}
