//! The one row of the review settings.

use super::schema::house::review_settings::dsl;
use super::seals::wrote;
use super::{AnyConnection, StorageError, Stored};
use crate::domain::audit::guarded::REVIEW_SETTINGS;
use crate::domain::workflow::{Review, ReviewSettings};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// The settings in force; `None`: nobody has settled any yet.
pub fn find(connection: &mut AnyConnection) -> Stored<Option<ReviewSettings>> {
    let columns = (dsl::stages, dsl::separation_of_duties, dsl::version, dsl::updated_at);
    let row: Option<(i32, bool, i64, NaiveDateTime)> =
        on_each!(connection, |c| dsl::review_settings.select(columns).first(c)).optional()?;
    row.map(|(stages, separation_of_duties, version, updated_at)| {
        let malformed = |_| StorageError::Malformed { what: "number of reviews", value: stages.to_string() };
        let review = Review { stages: u8::try_from(stages).map_err(malformed)?, separation_of_duties };
        Ok(ReviewSettings { review, version, updated_at })
    })
    .transpose()
}

pub fn insert(connection: &mut AnyConnection, settings: &ReviewSettings) -> QueryResult<()> {
    wrote(&REVIEW_SETTINGS, "1");
    let row = (dsl::id.eq(1i16), columns_of(settings));
    insert!(connection, dsl::review_settings, row)
}

pub fn update(connection: &mut AnyConnection, settings: &ReviewSettings) -> QueryResult<()> {
    wrote(&REVIEW_SETTINGS, "1");
    let row = columns_of(settings);
    on_each!(connection, |c| diesel::update(dsl::review_settings).set(row).execute(c)).map(|_| ())
}

type Columns = (
    diesel::dsl::Eq<dsl::stages, i32>,
    diesel::dsl::Eq<dsl::separation_of_duties, bool>,
    diesel::dsl::Eq<dsl::version, i64>,
    diesel::dsl::Eq<dsl::updated_at, NaiveDateTime>,
);

fn columns_of(settings: &ReviewSettings) -> Columns {
    (
        dsl::stages.eq(i32::from(settings.review.stages)),
        dsl::separation_of_duties.eq(settings.review.separation_of_duties),
        dsl::version.eq(settings.version),
        dsl::updated_at.eq(settings.updated_at),
    )
}
