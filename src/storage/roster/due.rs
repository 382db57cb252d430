//! What is due and not there yet.

use super::{RosterRow, dsl};
use crate::domain::agency::AgencyPath;
use crate::domain::page::PageValue as Bind;
use crate::domain::rights::Extent;
use crate::domain::roster::RosterEntry;
use crate::domain::statistics::Standing;
use crate::storage::connection::AnyConnection;
use crate::storage::error::StorageError;
use crate::storage::listing::Sql;
use chrono::NaiveDate;
use diesel::prelude::*;

/// Lines within somebody's grants that are due by a day and about which nothing has been filed.
pub fn due_unfiled(
    connection: &mut AnyConnection,
    extents: &[Extent],
    year: i32,
    until: NaiveDate,
    limit: i64,
) -> Result<Vec<RosterEntry>, StorageError> {
    let mut sql = Sql::new(
        "SELECT s.agency_id || ' ' || s.scope AS id FROM roster s LEFT JOIN reports r ON r.agency_id = s.agency_id \
         AND r.year = s.year AND r.scope = s.scope WHERE r.id IS NULL AND s.exempt = FALSE AND s.year = ",
    );
    sql.bind(Bind::Integer(year)).push(" AND s.due_on <= ").bind(Bind::Date(until));
    sql.granted("s.path", "s.year", extents);
    sql.push(" ORDER BY s.due_on, s.agency_id LIMIT ").bind(Bind::BigInt(limit));
    let lines = sql.ids(connection)?;
    by_lines(connection, year, &lines)
}

/// The lines named `agency scope`, in that order, in few statements.
fn by_lines(
    connection: &mut AnyConnection,
    year: i32,
    lines: &[String],
) -> Result<Vec<RosterEntry>, StorageError> {
    let mut found = std::collections::HashMap::new();
    for some in lines.chunks(5_000) {
        let agencies: Vec<&str> = some.iter().filter_map(|line| line.split(' ').next()).collect();
        let rows: Vec<RosterRow> = dsl::roster
            .filter(dsl::year.eq(year).and(dsl::agency_id.eq_any(agencies)))
            .select(RosterRow::as_select())
            .load(connection)?;
        found.extend(rows.into_iter().map(|row| (format!("{} {}", row.agency_id, row.scope), row)));
    }
    Ok(lines.iter().filter_map(|line| found.remove(line)).map(RosterEntry::from).collect())
}

/// Lines that are due below a place and about which no report is published (or none is even begun).
pub fn unpublished(
    connection: &mut AnyConnection,
    year: i32,
    within: Option<&AgencyPath>,
    unfiled_only: bool,
    after: Option<&(String, String)>,
    limit: i64,
) -> Result<Vec<RosterEntry>, StorageError> {
    let published = Standing::PUBLISHED.map(|standing| Some(standing.as_str()));
    let rows: Vec<RosterRow> = on_each!(connection, |c| {
        let mut query = dsl::roster
            .filter(dsl::year.eq(year).and(dsl::counted.is_not_null()))
            .select(RosterRow::as_select())
            .into_boxed();
        query = match unfiled_only {
            true => query.filter(dsl::counted.eq(Standing::Missing.as_str())),
            false => query.filter(dsl::counted.ne_all(published)),
        };
        if let Some(path) = within {
            query = query.filter(dsl::path.ge(path.as_str()).and(dsl::path.lt(path.range_end())));
        }
        if let Some((agency, scope)) = after {
            let later = dsl::agency_id.eq(agency).and(dsl::scope.gt(scope));
            query = query.filter(dsl::agency_id.gt(agency).or(later));
        }
        query.order((dsl::agency_id, dsl::scope)).limit(limit).load(c)
    })?;
    Ok(rows.into_iter().map(RosterEntry::from).collect())
}
