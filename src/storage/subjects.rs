//! As whom an identity provider knows somebody: written once, never changed.

use super::prepared::Prepare;
use super::schema::subjects::{self, dsl};
use super::seals::wrote;
use super::types::row;
use super::{AnyConnection, Stored};
use crate::domain::audit::guarded::SUBJECTS;
use crate::domain::id::PersonId;
use crate::domain::people::BoundSubject;
use chrono::NaiveDateTime;
use diesel::prelude::*;

row!(
    #[derive(Insertable, Queryable, Selectable)]
    #[diesel(table_name = subjects, treat_none_as_default_value = false)]
    SubjectRow of BoundSubject {
        person_id: PersonId,
        issuer: String,
        subject: String,
        at: NaiveDateTime,
    }
);

pub fn insert(connection: &mut AnyConnection, subject: &BoundSubject) -> QueryResult<()> {
    wrote(&SUBJECTS, subject.person_id.as_str());
    insert!(connection, dsl::subjects, subject)
}

/// Whom a provider means.
pub fn find(connection: &mut AnyConnection, issuer: &str, subject: &str) -> Stored<Option<BoundSubject>> {
    Ok(on_each!(connection, |c| dsl::subjects
        .filter(dsl::issuer.eq(issuer).and(dsl::subject.eq(subject)))
        .select(BoundSubject::as_select())
        .prepared()
        .get_result(c)
        .optional())?)
}

/// As whom a person is known.
pub fn of_person(connection: &mut AnyConnection, id: &PersonId) -> Stored<Option<BoundSubject>> {
    Ok(dsl::subjects
        .filter(dsl::person_id.eq(id.as_str()))
        .select(BoundSubject::as_select())
        .first(connection)
        .optional()?)
}
