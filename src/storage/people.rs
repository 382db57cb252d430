//! Rows of persons.

use super::deadline::still_wanted;
use super::dsl::{by_id, counted, standing_in};
use super::prepared::Prepare;
use super::schema::{agencies, grants, person_grants, persons, tokens};
use super::seals::wrote;
use super::types::row;
use super::{AnyConnection, Stored};
use crate::domain::audit::guarded;
use crate::domain::id::{AgencyId, PersonId};
use crate::domain::page::{COUNTED, Page};
use crate::domain::people::Person;
use crate::domain::rights::Extent;
use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::exists;
use diesel::prelude::*;

pub fn insert_person(connection: &mut AnyConnection, person: &Person, at: NaiveDateTime) -> QueryResult<()> {
    let row = (
        persons::id.eq(person.id.as_str()),
        persons::name.eq(&person.name),
        persons::agency_id.eq(person.agency_id.as_ref().map(AgencyId::as_str)),
        persons::created_at.eq(at),
        persons::left_on.eq(person.left_on),
        persons::version.eq(person.version),
        persons::machine.eq(person.machine),
    );
    wrote(&guarded::PERSONS, person.id.as_str());
    insert!(connection, persons::table, row)
}

row!(
    #[derive(Queryable, Selectable)]
    #[diesel(table_name = persons)]
    PersonRow of Person {
        id: PersonId,
        name: String,
        agency_id: Option<AgencyId>,
        left_on: Option<NaiveDate>,
        machine: bool,
        version: i64,
    }
);

pub fn find_person(connection: &mut AnyConnection, id: &PersonId) -> Stored<Option<Person>> {
    Ok(persons::table
        .filter(persons::id.eq(id.as_str()))
        .select(Person::as_select())
        .first(connection)
        .optional()?)
}

/// Writes what can change about a person: the name, the day they left.
pub fn update_person(connection: &mut AnyConnection, person: &Person) -> QueryResult<()> {
    let row = (
        persons::name.eq(&person.name),
        persons::left_on.eq(person.left_on),
        persons::version.eq(person.version),
    );
    wrote(&guarded::PERSONS, person.id.as_str());
    update!(connection, persons::table.find(person.id.as_str()), row)
}

/// What a person holds has moved: whoever has seen them before has not seen this.
pub fn touch_person(connection: &mut AnyConnection, id: &PersonId) -> QueryResult<()> {
    wrote(&guarded::PERSONS, id.as_str());
    update!(connection, persons::table.find(id.as_str()), persons::version.eq(persons::version + 1))
}

// Where a grant holds, beside where its person belongs.
diesel::alias!(agencies as places: Places);

/// The persons of some places: by their agency, or by a grant of a living token or of their own that holds there; `None`:
/// of all.
macro_rules! those {
    ($places:expr, $select:expr) => {{
        let mut query = persons::table
            .left_join(agencies::table.on(persons::agency_id.eq(agencies::id.nullable())))
            .select($select)
            .into_boxed();
        if let Some(extents) = $places {
            let place = places.field(agencies::id).nullable();
            let there = || standing_in(places.field(agencies::path), extents);
            let by_token = tokens::table
                .inner_join(grants::table.on(grants::token_id.eq(tokens::id)))
                .inner_join(places.on(place.eq(grants::agency_id)))
                .filter(tokens::person_id.eq(persons::id).and(tokens::revoked_at.is_null()).and(there()));
            let own = person_grants::table
                .inner_join(places.on(place.eq(person_grants::agency_id)))
                .filter(person_grants::person_id.eq(persons::id).and(there()));
            let here = agencies::id.is_not_null().and(standing_in(agencies::path, extents));
            query = query.filter(here.or(exists(by_token)).or(exists(own)));
        }
        query
    }};
}

/// A page of the persons of some places (`None`: of all).
pub fn list_persons(
    connection: &mut AnyConnection,
    extents: Option<&[Extent]>,
    page: &Page,
    count: bool,
) -> Stored<(Vec<Person>, Option<i64>)> {
    still_wanted()?;
    let (rows, total) = on_each!(connection, |c| {
        let all = those!(extents, persons::id).limit(COUNTED + 1);
        let total = count.then(|| counted(all).prepared().get_result(c)).transpose()?;
        let rows: Vec<Person> =
            by_id!(those!(extents, Person::as_select()), persons::id, page).prepared().load(c)?;
        (rows, total)
    });
    Ok((rows, total))
}

/// Whether a person is among those of some places.
pub fn is_person_of(connection: &mut AnyConnection, id: &PersonId, extents: &[Extent]) -> Stored<bool> {
    let found: Option<PersonId> = on_each!(connection, |c| those!(Some(extents), persons::id)
        .filter(persons::id.eq(id))
        .prepared()
        .get_result(c)
        .optional())?;
    Ok(found.is_some())
}

/// Whether grants or persons hang on an agency.
pub fn names_agency(connection: &mut AnyConnection, agency: &AgencyId) -> QueryResult<bool> {
    let grant = exists(grants::table.filter(grants::agency_id.eq(agency)));
    let own = exists(person_grants::table.filter(person_grants::agency_id.eq(agency)));
    let person = exists(persons::table.filter(persons::agency_id.eq(agency)));
    diesel::select(grant.or(own).or(person)).get_result(connection)
}
