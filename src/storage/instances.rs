//! Rows of the instances that run.

use super::schema::house::instances::{self, dsl};
use super::types::row;
use super::{AnyConnection, Stored};
use crate::domain::instance::Instance;
use chrono::NaiveDateTime;
use diesel::prelude::*;

row!(
    #[derive(Insertable, Queryable, Selectable)]
    #[diesel(table_name = instances, treat_none_as_default_value = false)]
    InstanceRow of Instance {
        id: String,
        version: String,
        settings: String,
        rules: String,
        lexicons: String,
        limits: String,
        started_at: NaiveDateTime,
        seen_at: NaiveDateTime,
    }
);

pub fn insert(connection: &mut AnyConnection, instance: &Instance) -> QueryResult<()> {
    insert!(connection, dsl::instances, instance)
}

/// Instances that have told something since.
pub fn since(connection: &mut AnyConnection, since: NaiveDateTime) -> Stored<Vec<Instance>> {
    Ok(dsl::instances
        .filter(dsl::seen_at.ge(since))
        .order(dsl::id)
        .select(Instance::as_select())
        .load(connection)?)
}

/// It lives still.
pub fn beat(connection: &mut AnyConnection, id: &str, at: NaiveDateTime) -> QueryResult<()> {
    diesel::update(dsl::instances.filter(dsl::id.eq(id)))
        .set(dsl::seen_at.eq(at))
        .execute(connection)
        .map(drop)
}

/// It works by other rules from now on.
pub fn set_rules(connection: &mut AnyConnection, id: &str, rules: &str, lexicons: &str) -> QueryResult<()> {
    diesel::update(dsl::instances.filter(dsl::id.eq(id)))
        .set((dsl::rules.eq(rules), dsl::lexicons.eq(lexicons)))
        .execute(connection)
        .map(drop)
}

pub fn delete(connection: &mut AnyConnection, id: &str) -> QueryResult<()> {
    diesel::delete(dsl::instances.filter(dsl::id.eq(id))).execute(connection).map(drop)
}

/// Those that ended without a word.
pub fn delete_silent(connection: &mut AnyConnection, before: NaiveDateTime) -> QueryResult<()> {
    diesel::delete(dsl::instances.filter(dsl::seen_at.lt(before))).execute(connection).map(drop)
}
