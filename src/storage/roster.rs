//! Rows of the roster (应报名单).

use super::connection::{AnyConnection, take_time};
use super::dsl::{below, counted, length};
use super::error::Stored;
use super::guarded::Rows;
use super::prepared::Prepare;
use super::progress;
use super::renditions::{Around, empty_stale};
use super::schema::agencies;
use super::schema::roster::dsl;
use super::seals::{Lines, vanishing, wrote, wrote_lines};
use super::sql::yearly;
use super::types::row;
use crate::domain::agency::{AgencyPath, AgencyStatus, Kind, Level};
use crate::domain::audit::guarded::ROSTER;
use crate::domain::id::AgencyId;
use crate::domain::page::COUNTED;
use crate::domain::report::Scope;
use crate::domain::roster::RosterEntry;
use crate::domain::statistics::Standing;
use crate::domain::year::YearPlan;
use chrono::NaiveDate;
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Date, Integer, Nullable, Text};
use std::collections::BTreeMap;

mod due;
mod places;

pub use due::{due_unfiled, unpublished};
pub use places::{deepest, move_subtree, named_place_of, place_of};

row!(
    #[derive(Debug, Queryable, Selectable, Insertable)]
    #[diesel(table_name = super::schema::roster, treat_none_as_default_value = false)]
    RosterRow of RosterEntry {
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

/// The columns of a line.
pub(super) const COLUMNS: <RosterRow as Selectable<diesel::sqlite::Sqlite>>::SelectExpression = (
    dsl::year,
    dsl::agency_id,
    dsl::scope,
    dsl::path,
    dsl::level,
    dsl::kind,
    dsl::name,
    dsl::due_on,
    dsl::exempt,
    dsl::reason,
    dsl::moved,
);

pub fn insert(connection: &mut AnyConnection, entry: &RosterEntry) -> Stored<()> {
    wrote(&ROSTER, format!("{}/{}/{}", entry.year, entry.agency_id, entry.scope));
    insert!(connection, dsl::roster, entry)?;
    progress::settle(connection, &[(entry.year, entry.scope, entry.agency_id.clone())])?;
    Ok(())
}

/// Writes a line over its present row.
pub fn update(connection: &mut AnyConnection, entry: &RosterEntry) -> Stored<()> {
    delete_one(connection, entry.year, &entry.agency_id, entry.scope)?;
    insert(connection, entry)?;
    empty_stale(connection, Around::Agency(&entry.agency_id))
}

/// Lets the roster of a year that is open again follow the registry: who stands where, under which name,
/// and who has come since. Lines settled by hand stay.
pub fn catch_up(connection: &mut AnyConnection, plan: &YearPlan) -> Stored<()> {
    take_time(connection)?;
    yearly::follow_registry(connection, plan.year)?;
    fill(connection, plan)?;
    places::settle(connection, plan.year)
}

/// Writes the roster of a year from the registry, in a statement for each day; lines that are there stay.
pub fn fill(connection: &mut AnyConnection, plan: &YearPlan) -> Stored<()> {
    take_time(connection)?;
    // Where there are none yet none is looked for: PostgreSQL takes a table that was empty for one that stays empty.
    let some: Option<i32> = on_each!(connection, |c| dsl::roster
        .filter(dsl::year.eq(plan.year))
        .select(dsl::year)
        .limit(1)
        .get_result(c)
        .optional())?;
    for ((scope, due_on), levels) in due_days(plan) {
        let kinds = Kind::ALL.iter().filter(|kind| Scope::expected_of(**kind) == scope);
        let these = agencies::level.eq_any(&levels).and(agencies::kind.eq_any(kinds));
        let there = dsl::roster.filter(dsl::agency_id.eq(agencies::id).and(dsl::year.eq(plan.year)));
        on_each!(connection, |c| {
            let mut lines = agencies::table
                .filter(agencies::status.eq(AgencyStatus::Active).and(these))
                .select((
                    plan.year.into_sql::<Integer>(),
                    agencies::id,
                    scope.into_sql::<Text>(),
                    agencies::path,
                    agencies::level,
                    agencies::kind,
                    agencies::name,
                    due_on.into_sql::<Date>(),
                    false.into_sql::<Bool>(),
                    false.into_sql::<Bool>(),
                    Standing::Missing.into_sql::<Nullable<Text>>(),
                ))
                .into_boxed();
            if some.is_some() {
                lines = lines.filter(not(exists(there)));
            }
            lines
                .insert_into(dsl::roster)
                .into_columns((
                    dsl::year,
                    dsl::agency_id,
                    dsl::scope,
                    dsl::path,
                    dsl::level,
                    dsl::kind,
                    dsl::name,
                    dsl::due_on,
                    dsl::exempt,
                    dsl::moved,
                    dsl::counted,
                ))
                .execute(c)
        })?;
    }
    wrote_lines(plan.year, None);
    progress::recount_filed(connection, plan.year)
}

/// When reports are due by a plan, and of which levels on each day.
fn due_days(plan: &YearPlan) -> BTreeMap<(Scope, NaiveDate), Vec<Level>> {
    let mut days: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (scope, level) in Scope::ALL.iter().flat_map(|scope| Level::ALL.iter().map(|level| (*scope, *level)))
    {
        days.entry((scope, plan.due_on(level, scope))).or_default().push(level);
    }
    days
}

/// Lets the due days of a year that follows the registry follow its plan.
pub fn set_due_days(connection: &mut AnyConnection, plan: &YearPlan) -> Stored<()> {
    take_time(connection)?;
    for ((scope, due_on), levels) in due_days(plan) {
        let these = dsl::year.eq(plan.year).and(dsl::scope.eq(scope)).and(dsl::level.eq_any(levels));
        diesel::update(dsl::roster.filter(these.and(dsl::reason.is_null())))
            .set(dsl::due_on.eq(due_on))
            .execute(connection)?;
    }
    wrote_lines(plan.year, None);
    progress::recount_filed(connection, plan.year)
}

pub fn delete_year(connection: &mut AnyConnection, year: i32) -> Stored<()> {
    vanishing(connection, &ROSTER, &Rows::Lines(Lines { year, within: None }))?;
    diesel::delete(dsl::roster.filter(dsl::year.eq(year))).execute(connection)?;
    Ok(())
}

/// Takes an agency out of one year's roster.
pub fn delete_agency(connection: &mut AnyConnection, year: i32, agency: &AgencyId) -> Stored<()> {
    progress::leave(connection, year, agency, None)?;
    for scope in [Scope::Own, Scope::Consolidated] {
        wrote(&ROSTER, format!("{year}/{agency}/{scope}"));
    }
    diesel::delete(dsl::roster.filter(dsl::year.eq(year).and(dsl::agency_id.eq(agency.as_str()))))
        .execute(connection)?;
    Ok(())
}

/// Takes one report that is no longer due out of a roster.
pub fn delete_one(connection: &mut AnyConnection, year: i32, agency: &AgencyId, scope: Scope) -> Stored<()> {
    progress::leave(connection, year, agency, Some(scope))?;
    wrote(&ROSTER, format!("{year}/{agency}/{scope}"));
    let here = dsl::year.eq(year).and(dsl::agency_id.eq(agency.as_str())).and(dsl::scope.eq(scope.as_str()));
    diesel::delete(dsl::roster.filter(here)).execute(connection)?;
    Ok(())
}

/// The lines of one agency in a year, the consolidated one first.
pub fn of_agency(connection: &mut AnyConnection, year: i32, agency: &AgencyId) -> Stored<Vec<RosterEntry>> {
    Ok(dsl::roster
        .filter(dsl::year.eq(year).and(dsl::agency_id.eq(agency.as_str())))
        .select(RosterEntry::as_select())
        .order(dsl::scope)
        .load(connection)?)
}

pub fn find(
    connection: &mut AnyConnection,
    year: i32,
    agency: &AgencyId,
    scope: Scope,
) -> Stored<Option<RosterEntry>> {
    Ok(dsl::roster
        .filter(dsl::year.eq(year).and(dsl::agency_id.eq(agency.as_str())).and(dsl::scope.eq(scope.as_str())))
        .select(RosterEntry::as_select())
        .first(connection)
        .optional()?)
}

/// Whether any year's roster names the agency and is frozen or not; used before deleting it.
pub fn years_of(connection: &mut AnyConnection, agency: &AgencyId) -> Stored<Vec<i32>> {
    Ok(dsl::roster.filter(dsl::agency_id.eq(agency.as_str())).select(dsl::year).load(connection)?)
}

/// Rows of a year in order of agency and scope, from after a given row.
pub fn list(
    connection: &mut AnyConnection,
    year: i32,
    within: Option<&AgencyPath>,
    after: Option<(String, String)>,
    limit: i64,
) -> Stored<Vec<RosterEntry>> {
    Ok(on_each!(connection, |c| {
        let mut query = dsl::roster.filter(dsl::year.eq(year)).select(RosterEntry::as_select()).into_boxed();
        if let Some(path) = within {
            query = query.filter(below(dsl::path, [path]));
        }
        if let Some((agency, scope)) = after {
            query = query.filter(
                dsl::agency_id.gt(agency.clone()).or(dsl::agency_id.eq(agency).and(dsl::scope.gt(scope))),
            );
        }
        query.order((dsl::agency_id, dsl::scope)).limit(limit).load(c)
    })?)
}

pub fn count(connection: &mut AnyConnection, year: i32, within: Option<&AgencyPath>) -> Stored<i64> {
    Ok(on_each!(connection, |c| {
        let mut query = dsl::roster.filter(dsl::year.eq(year)).select(dsl::agency_id).into_boxed();
        if let Some(path) = within {
            query = query.filter(below(dsl::path, [path]));
        }
        counted(query.limit(COUNTED + 1)).prepared().get_result(c)
    })?)
}

/// The lines directly below a place (`None`: the roots), one for each agency, by name.
pub fn children(
    connection: &mut AnyConnection,
    year: i32,
    within: Option<&AgencyPath>,
) -> Stored<Vec<RosterEntry>> {
    // In the index of how long paths are: a child's is longer by one step.
    let depth = within.map_or(0, |path| path.as_str().len()) + AgencyPath::STEP;
    let depth = i32::try_from(depth).unwrap_or(i32::MAX);
    let (from, end) =
        within.map_or((String::new(), "~".to_owned()), |path| (path.as_str().to_owned(), path.range_end()));
    let mut found: Vec<RosterEntry> = dsl::roster
        .filter(dsl::year.eq(year).and(length(dsl::path).eq(depth)))
        .filter(dsl::path.ge(&from).and(dsl::path.lt(&end)))
        .select(RosterEntry::as_select())
        .order((dsl::agency_id, dsl::scope))
        .load(connection)?;
    found.dedup_by(|later, first| later.agency_id == first.agency_id);
    Ok(found)
}
