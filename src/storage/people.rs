//! Rows of persons.

use super::connection::AnyConnection;
use super::error::StorageError;
use super::listing::{Sql, in_order};
use super::prepared::Prepare;
use super::schema::{grants, person_grants, persons};
use super::seals::wrote;
use super::types::row;
use crate::domain::audit::guarded;
use crate::domain::id::{AgencyId, PersonId};
use crate::domain::page::Page;
use crate::domain::people::Person;
use crate::domain::rights::Extent;
use chrono::{NaiveDate, NaiveDateTime};
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
    on_each!(connection, |c| diesel::insert_into(persons::table).values(row).prepared().execute(c))
        .map(|_| ())
}

row!(
    #[derive(Queryable, Selectable)]
    #[diesel(table_name = persons)]
    pub(super) PersonRow of Person {
        id: PersonId,
        name: String,
        agency_id: Option<AgencyId>,
        left_on: Option<NaiveDate>,
        machine: bool,
        version: i64,
    }
);

pub fn find_person(connection: &mut AnyConnection, id: &PersonId) -> Result<Option<Person>, StorageError> {
    let row: Option<PersonRow> = persons::table
        .filter(persons::id.eq(id.as_str()))
        .select(PersonRow::as_select())
        .first(connection)
        .optional()?;
    Ok(row.map(Person::from))
}

/// Writes what can change about a person: the name, the day they left.
pub fn update_person(connection: &mut AnyConnection, person: &Person) -> QueryResult<()> {
    let row = (
        persons::name.eq(&person.name),
        persons::left_on.eq(person.left_on),
        persons::version.eq(person.version),
    );
    wrote(&guarded::PERSONS, person.id.as_str());
    on_each!(connection, |c| diesel::update(persons::table.find(person.id.as_str()))
        .set(row)
        .prepared()
        .execute(c))
    .map(|_| ())
}

/// What a person holds has moved: whoever has seen them before has not seen this.
pub fn touch_person(connection: &mut AnyConnection, id: &PersonId) -> QueryResult<()> {
    wrote(&guarded::PERSONS, id.as_str());
    on_each!(connection, |c| diesel::update(persons::table.find(id.as_str()))
        .set(persons::version.eq(persons::version + 1))
        .prepared()
        .execute(c))
    .map(|_| ())
}

/// Persons with the agency they belong to; conditions follow.
const PERSONS: &str =
    "SELECT p.id AS id FROM persons p LEFT JOIN agencies a ON a.id = p.agency_id WHERE 1 = 1";

/// Narrows to the persons of some places: by their agency, or by a grant of a living token or of their own that holds
/// there.
fn add_places(sql: &mut Sql, places: &[Extent]) {
    sql.push(" AND (1 = 0");
    for place in places {
        sql.push(" OR (a.id IS NOT NULL").covered("a.path", place).push(")");
    }
    for held in [
        "tokens t JOIN grants g ON g.token_id = t.id JOIN agencies h ON h.id = g.agency_id \
         WHERE t.person_id = p.id AND t.revoked_at IS NULL",
        "person_grants g JOIN agencies h ON h.id = g.agency_id WHERE g.person_id = p.id",
    ] {
        sql.push(" OR EXISTS (SELECT 1 FROM ").push(held).push(" AND (1 = 0");
        for place in places {
            sql.push(" OR (1 = 1").covered("h.path", place).push(")");
        }
        sql.push("))");
    }
    sql.push(")");
}

/// A page of the persons of some places (`None`: of all).
pub fn list_persons(
    connection: &mut AnyConnection,
    places: Option<&[Extent]>,
    page: &Page,
    count: bool,
) -> Result<(Vec<Person>, Option<i64>), StorageError> {
    let mut sql = Sql::new(PERSONS);
    if let Some(places) = places {
        add_places(&mut sql, places);
    }
    let total = count.then(|| sql.count(connection)).transpose()?;
    sql.page(page, "p.id");
    let ids = sql.ids(connection)?;
    let rows: Vec<PersonRow> =
        persons::table.filter(persons::id.eq_any(&ids)).select(PersonRow::as_select()).load(connection)?;
    Ok((in_order(&ids, rows, |row| row.id.as_str()).into_iter().map(Person::from).collect(), total))
}

/// Whether a person is among those of some places.
pub fn is_person_of(
    connection: &mut AnyConnection,
    id: &PersonId,
    places: &[Extent],
) -> Result<bool, StorageError> {
    let mut sql = Sql::new(PERSONS);
    sql.push(" AND p.id = ").bind_text(id.as_str());
    add_places(&mut sql, places);
    Ok(!sql.ids(connection)?.is_empty())
}

/// Whether grants or persons hang on an agency.
pub fn names_agency(connection: &mut AnyConnection, agency: &AgencyId) -> QueryResult<bool> {
    let grant: Option<String> = grants::table
        .filter(grants::agency_id.eq(agency.as_str()))
        .select(grants::token_id)
        .first(connection)
        .optional()?;
    let own: Option<String> = person_grants::table
        .filter(person_grants::agency_id.eq(agency.as_str()))
        .select(person_grants::person_id)
        .first(connection)
        .optional()?;
    let person: Option<String> = persons::table
        .filter(persons::agency_id.eq(agency.as_str()))
        .select(persons::id)
        .first(connection)
        .optional()?;
    Ok(grant.is_some() || own.is_some() || person.is_some())
}
