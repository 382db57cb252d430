//! What is due and not there yet.

use super::dsl;
use crate::domain::agency::AgencyPath;
use crate::domain::rights::Extent;
use crate::domain::roster::RosterEntry;
use crate::domain::statistics::Standing;
use crate::storage::dsl::{below, covered};
use crate::storage::schema::reports;
use crate::storage::{AnyConnection, Stored};
use chrono::NaiveDate;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

/// Lines within somebody's grants that are due by a day and about which nothing has been filed.
pub fn due_unfiled(
    connection: &mut AnyConnection,
    extents: &[Extent],
    year: i32,
    until: NaiveDate,
    limit: i64,
) -> Stored<Vec<RosterEntry>> {
    let filed = reports::table.filter(
        reports::year
            .eq(dsl::year)
            .and(reports::agency_id.eq(dsl::agency_id))
            .and(reports::scope.eq(dsl::scope)),
    );
    Ok(on_each!(connection, |c| dsl::roster
        .filter(dsl::year.eq(year).and(dsl::exempt.eq(false)).and(dsl::due_on.le(until)))
        .filter(covered(dsl::path, dsl::year, extents))
        .filter(not(exists(filed)))
        .select(RosterEntry::as_select())
        .order((dsl::due_on, dsl::agency_id))
        .limit(limit)
        .load(c))?)
}

/// Lines that are due below a place and about which no report is published (or none is even begun).
pub fn unpublished(
    connection: &mut AnyConnection,
    year: i32,
    within: Option<&AgencyPath>,
    unfiled_only: bool,
    after: Option<&(String, String)>,
    limit: i64,
) -> Stored<Vec<RosterEntry>> {
    let published = Standing::PUBLISHED.map(Some);
    Ok(on_each!(connection, |c| {
        let mut query = dsl::roster
            .filter(dsl::year.eq(year).and(dsl::counted.is_not_null()))
            .select(RosterEntry::as_select())
            .into_boxed();
        query = match unfiled_only {
            true => query.filter(dsl::counted.eq(Standing::Missing)),
            false => query.filter(dsl::counted.ne_all(published)),
        };
        if let Some(path) = within {
            query = query.filter(below(dsl::path, [path]));
        }
        if let Some((agency, scope)) = after {
            let later = dsl::agency_id.eq(agency).and(dsl::scope.gt(scope));
            query = query.filter(dsl::agency_id.gt(agency).or(later));
        }
        query.order((dsl::agency_id, dsl::scope)).limit(limit).load(c)
    })?)
}
