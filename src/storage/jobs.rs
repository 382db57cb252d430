//! Rows of the background jobs.

use super::connection::AnyConnection;
use super::error::StorageError;
use super::prepared::Prepare;
use super::schema::jobs::dsl;
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// Work that goes on after its request was answered.
#[derive(Debug, Clone, PartialEq, Insertable, AsChangeset, Queryable, Selectable)]
#[diesel(table_name = super::schema::jobs, treat_none_as_null = true)]
pub struct Job {
    pub id: String,
    /// `validation`.
    pub kind: String,
    /// `running`, `cancelling`, `cancelled`, `done`, `failed`.
    pub state: String,
    pub person_id: String,
    pub agency_id: Option<String>,
    pub year: Option<i32>,
    pub done: i64,
    pub total: i64,
    /// JSON, once there is one.
    pub result: Option<String>,
    pub created_at: NaiveDateTime,
    /// Also its sign of life.
    pub updated_at: NaiveDateTime,
}

pub fn insert(connection: &mut AnyConnection, job: &Job) -> QueryResult<()> {
    on_each!(connection, |c| diesel::insert_into(dsl::jobs).values(job).prepared().execute(c)).map(|_| ())
}

pub fn update(connection: &mut AnyConnection, job: &Job) -> QueryResult<()> {
    on_each!(connection, |c| diesel::update(dsl::jobs.find(&job.id)).set(job).prepared().execute(c))
        .map(|_| ())
}

pub fn find(connection: &mut AnyConnection, id: &str) -> Result<Option<Job>, StorageError> {
    Ok(dsl::jobs.filter(dsl::id.eq(id)).select(Job::as_select()).first(connection).optional()?)
}
