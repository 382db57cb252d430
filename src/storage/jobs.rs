//! Rows of the background jobs.

use super::schema::onward::jobs::dsl;
use super::types::row;
use super::{AnyConnection, Stored};
use crate::domain::job::{Job, JobKind, JobState};
use chrono::NaiveDateTime;
use diesel::prelude::*;

row!(
    #[derive(Queryable, Selectable, Insertable, AsChangeset)]
    #[diesel(table_name = super::schema::onward::jobs, treat_none_as_null = true, treat_none_as_default_value = false)]
    JobRow of Job {
        id: String,
        kind: JobKind,
        state: JobState,
        person_id: String,
        agency_id: Option<String>,
        year: Option<i32>,
        done: i64,
        total: i64,
        result: Option<String>,
        created_at: NaiveDateTime,
        updated_at: NaiveDateTime,
    }
);

pub fn insert(connection: &mut AnyConnection, job: &Job) -> QueryResult<()> {
    insert!(connection, dsl::jobs, job)
}

pub fn update(connection: &mut AnyConnection, job: &Job) -> QueryResult<()> {
    let row = JobRow::from(job);
    update!(connection, dsl::jobs.find(&row.id), &row)
}

/// How many jobs of a person are under way and have given a sign of life since.
pub fn count_running(connection: &mut AnyConnection, person: &str, since: NaiveDateTime) -> Stored<i64> {
    Ok(dsl::jobs
        .filter(dsl::person_id.eq(person))
        .filter(dsl::state.eq(JobState::Running).or(dsl::state.eq(JobState::Cancelling)))
        .filter(dsl::updated_at.gt(since))
        .count()
        .get_result(connection)?)
}

pub fn find(connection: &mut AnyConnection, id: &str) -> Stored<Option<Job>> {
    Ok(dsl::jobs.filter(dsl::id.eq(id)).select(Job::as_select()).first(connection).optional()?)
}
