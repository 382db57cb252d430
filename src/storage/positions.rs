//! How far the consumers of the change sequence are, and who does what only one may do at a time.

use super::clock;
use super::schema::onward::{leases, positions};
use super::{AnyConnection, Stored};
use chrono::{Duration, NaiveDateTime};
use diesel::prelude::*;

/// Up to which change a consumer has come.
pub fn of(connection: &mut AnyConnection, consumer: &str) -> Stored<i64> {
    Ok(positions::table.find(consumer).select(positions::seq).first(connection).optional()?.unwrap_or(0))
}

pub fn set(connection: &mut AnyConnection, consumer: &str, seq: i64) -> Stored<()> {
    diesel::update(positions::table.find(consumer)).set(positions::seq.eq(seq)).execute(connection)?;
    Ok(())
}

/// Whether nobody else has a lease.
pub fn may_hold(connection: &mut AnyConnection, name: &str, holder: &str) -> Stored<bool> {
    let now = clock::now(connection)?;
    Ok(held(connection, name)?.is_none_or(|(other, end)| other == holder || end <= now))
}

fn held(connection: &mut AnyConnection, name: &str) -> QueryResult<Option<(String, NaiveDateTime)>> {
    leases::table.find(name).select((leases::holder, leases::until)).first(connection).optional()
}

/// Takes a lease or holds it longer; false while somebody else has it. Until when, the database's clock says.
pub fn hold(connection: &mut AnyConnection, name: &str, holder: &str, length: Duration) -> Stored<bool> {
    let now = clock::now(connection)?;
    let until = now + length;
    match held(connection, name)? {
        Some((other, end)) if other != holder && end > now => return Ok(false),
        Some(_) => {
            diesel::update(leases::table.find(name))
                .set((leases::holder.eq(holder), leases::until.eq(until)))
                .execute(connection)?;
        }
        None => {
            let row = (leases::name.eq(name), leases::holder.eq(holder), leases::until.eq(until));
            insert!(connection, leases::table, row)?;
        }
    }
    Ok(true)
}

/// Lets a lease go, so that another instance need not wait for its end.
pub fn release(connection: &mut AnyConnection, name: &str, holder: &str) -> Stored<()> {
    diesel::delete(leases::table.filter(leases::name.eq(name).and(leases::holder.eq(holder))))
        .execute(connection)?;
    Ok(())
}
