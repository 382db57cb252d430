//! Rows of the access log: who read what that is not public.

use super::dsl::counted;
use super::prepared::Prepare;
use super::schema::house::access_log::{self, dsl};
use super::types::row;
use super::{AnyConnection, Stored};
use crate::domain::audit::{Access, AccessFilter};
use crate::domain::page::COUNTED;
use chrono::NaiveDateTime;
use diesel::prelude::*;

row!(
    #[derive(Queryable, Selectable, Insertable)]
    #[diesel(table_name = access_log, treat_none_as_default_value = false)]
    AccessRow of Access {
        id: String,
        at: NaiveDateTime,
        person_id: String,
        person_name: String,
        token_id: Option<String>,
        way: String,
        client: Option<String>,
        operation: String,
        target: String,
        status: i32,
        times: i32,
        agency_id: Option<String>,
        report_id: Option<String>,
        request_id: String,
    }
);

pub fn insert(connection: &mut AnyConnection, reads: &[Access]) -> QueryResult<()> {
    match connection {
        AnyConnection::Postgres(inner) => {
            let rows: Vec<AccessRow> = reads.iter().map(AccessRow::from).collect();
            diesel::insert_into(dsl::access_log).values(&rows).execute(inner)?;
        }
        AnyConnection::Sqlite(inner) => {
            for read in reads {
                diesel::insert_into(dsl::access_log).values(read).prepared().execute(inner)?;
            }
        }
    }
    Ok(())
}

/// The reads that a filter leaves.
macro_rules! narrowed {
    ($filter:expr) => {{
        let filter: &AccessFilter = $filter;
        let mut query = access_log::table.into_boxed();
        if let Some(person) = &filter.person_id {
            query = query.filter(dsl::person_id.eq(person));
        }
        if let Some(agency) = &filter.agency_id {
            query = query.filter(dsl::agency_id.eq(agency));
        }
        if let Some(report) = &filter.report_id {
            query = query.filter(dsl::report_id.eq(report));
        }
        if let Some(from) = filter.from {
            query = query.filter(dsl::at.ge(from));
        }
        if let Some(before) = filter.before {
            query = query.filter(dsl::at.lt(before));
        }
        query
    }};
}

/// Reads after one, in the order in which they were made.
pub fn list(
    connection: &mut AnyConnection,
    filter: &AccessFilter,
    after: Option<&str>,
    limit: i64,
) -> Stored<Vec<Access>> {
    Ok(on_each!(connection, |c| {
        let mut query = narrowed!(filter);
        if let Some(after) = after {
            query = query.filter(dsl::id.gt(after.to_owned()));
        }
        query.select(Access::as_select()).order(dsl::id).limit(limit).load(c)
    })?)
}

/// How many there are, up to [`COUNTED`] and one.
pub fn count(connection: &mut AnyConnection, filter: &AccessFilter) -> Stored<i64> {
    Ok(on_each!(connection, |c| {
        counted(narrowed!(filter).select(dsl::id).limit(COUNTED + 1)).prepared().get_result(c)
    })?)
}

/// Deletes some of what was read before a day; how much.
pub(super) fn forget(
    connection: &mut AnyConnection,
    before: NaiveDateTime,
    limit: i64,
) -> QueryResult<usize> {
    let old: Vec<String> =
        dsl::access_log.filter(dsl::at.lt(before)).select(dsl::id).limit(limit).load(connection)?;
    diesel::delete(dsl::access_log.filter(dsl::id.eq_any(old))).execute(connection)
}
