//! Rows of persons, their tokens and grants.

use super::connection::AnyConnection;
use super::error::StorageError;
use super::listing::{Sql, in_order};
use super::prepared::Prepare;
use super::schema::{agencies, grants, persons, tokens};
use super::types::row;
use crate::domain::agency::AgencyPath;
use crate::domain::id::{AgencyId, PersonId, TokenId};
use crate::domain::page::Page;
use crate::domain::people::{Person, Token, TokenBounds, TokenGrant};
use crate::domain::rights::{Role, Stage};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use std::collections::HashMap;

pub fn insert_person(connection: &mut AnyConnection, person: &Person, at: NaiveDateTime) -> QueryResult<()> {
    let row = (
        persons::id.eq(person.id.as_str()),
        persons::name.eq(&person.name),
        persons::agency_id.eq(person.agency_id.as_ref().map(AgencyId::as_str)),
        persons::created_at.eq(at),
        persons::left_on.eq(person.left_on),
        persons::version.eq(person.version),
    );
    on_each!(connection, |c| diesel::insert_into(persons::table).values(row).prepared().execute(c))
        .map(|_| ())
}

row!(
    #[derive(Queryable, Selectable)]
    #[diesel(table_name = persons)]
    PersonRow of Person {
        id: PersonId,
        name: String,
        agency_id: Option<AgencyId>,
        left_on: Option<NaiveDate>,
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
    on_each!(connection, |c| diesel::update(persons::table.find(person.id.as_str()))
        .set(row)
        .prepared()
        .execute(c))
    .map(|_| ())
}

/// Persons with the agency they belong to; conditions follow.
const PERSONS: &str =
    "SELECT p.id AS id FROM persons p LEFT JOIN agencies a ON a.id = p.agency_id WHERE 1 = 1";

/// Narrows to the persons of some places: by their agency, or by a living token that holds there.
fn add_places(sql: &mut Sql, places: &[AgencyPath]) {
    sql.push(" AND (").below("a.path", places);
    sql.push(
        " OR EXISTS (SELECT 1 FROM tokens t JOIN grants g ON g.token_id = t.id \
         JOIN agencies h ON h.id = g.agency_id WHERE t.person_id = p.id AND t.revoked_at IS NULL AND ",
    );
    sql.below("h.path", places).push("))");
}

/// A page of the persons of some places (`None`: of all).
pub fn list_persons(
    connection: &mut AnyConnection,
    places: Option<&[AgencyPath]>,
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
    places: &[AgencyPath],
) -> Result<bool, StorageError> {
    let mut sql = Sql::new(PERSONS);
    sql.push(" AND p.id = ").bind_text(id.as_str());
    add_places(&mut sql, places);
    Ok(!sql.ids(connection)?.is_empty())
}

/// Writes a token and its grants; only the digest of the secret is kept.
pub fn insert_token(connection: &mut AnyConnection, token: &Token, secret_hash: &str) -> QueryResult<()> {
    let row = (
        tokens::id.eq(token.id.as_str()),
        tokens::person_id.eq(token.person.id.as_str()),
        tokens::name.eq(&token.name),
        tokens::secret_hash.eq(secret_hash),
        tokens::expires_at.eq(token.expires_at),
        tokens::revoked_at.eq(token.revoked_at),
        tokens::version.eq(token.version),
        tokens::created_at.eq(token.created_at),
        tokens::updated_at.eq(token.updated_at),
    );
    on_each!(connection, |c| diesel::insert_into(tokens::table).values(row).prepared().execute(c))?;
    for (position, grant) in (0i32..).zip(&token.grants) {
        let row = (
            grants::token_id.eq(token.id.as_str()),
            grants::position.eq(position),
            grants::role.eq(grant.role.as_str()),
            grants::agency_id.eq(grant.agency.as_ref().map(|(id, _, _)| id.as_str())),
            grants::stage.eq(grant.stage.map(Stage::as_str)),
        );
        on_each!(connection, |c| diesel::insert_into(grants::table).values(row).prepared().execute(c))?;
    }
    Ok(())
}

/// Writes what can change about a token: its name, its end, whether it was revoked.
pub fn update_token(connection: &mut AnyConnection, token: &Token) -> QueryResult<()> {
    let row = (
        tokens::name.eq(&token.name),
        tokens::expires_at.eq(token.expires_at),
        tokens::revoked_at.eq(token.revoked_at),
        tokens::version.eq(token.version),
        tokens::updated_at.eq(token.updated_at),
    );
    on_each!(connection, |c| diesel::update(tokens::table.find(token.id.as_str()))
        .set(row)
        .prepared()
        .execute(c))
    .map(|_| ())
}

#[derive(Queryable)]
struct TokenRow {
    id: TokenId,
    name: String,
    expires_at: Option<NaiveDateTime>,
    revoked_at: Option<NaiveDateTime>,
    version: i64,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
    person: PersonRow,
}

#[derive(Queryable)]
struct GrantRow {
    token_id: String,
    role: Role,
    stage: Option<Stage>,
    agency_id: Option<AgencyId>,
    agency_name: Option<String>,
    agency_path: Option<AgencyPath>,
}

impl From<GrantRow> for TokenGrant {
    fn from(row: GrantRow) -> TokenGrant {
        let agency = row.agency_id.zip(row.agency_name).zip(row.agency_path);
        TokenGrant {
            role: row.role,
            stage: row.stage,
            agency: agency.map(|((id, name), path)| (id, name, path)),
        }
    }
}

/// Which tokens are meant.
enum Wanted<'a> {
    Secret(&'a str),
    Ids(&'a [String]),
}

/// Tokens with their persons and grants.
fn load(connection: &mut AnyConnection, wanted: &Wanted<'_>) -> Result<Vec<Token>, StorageError> {
    let mut query = tokens::table.inner_join(persons::table).into_boxed();
    query = match wanted {
        Wanted::Secret(hash) => query.filter(tokens::secret_hash.eq(*hash)),
        Wanted::Ids(ids) => query.filter(tokens::id.eq_any(*ids)),
    };
    let rows: Vec<TokenRow> = query
        .select((
            tokens::id,
            tokens::name,
            tokens::expires_at,
            tokens::revoked_at,
            tokens::version,
            tokens::created_at,
            tokens::updated_at,
            PersonRow::as_select(),
        ))
        .load(connection)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let grant_rows: Vec<GrantRow> = grants::table
        .left_join(agencies::table.on(grants::agency_id.eq(agencies::id.nullable())))
        .filter(grants::token_id.eq_any(ids))
        .select((
            grants::token_id,
            grants::role,
            grants::stage,
            agencies::id.nullable(),
            agencies::name.nullable(),
            agencies::path.nullable(),
        ))
        .order((grants::token_id, grants::position))
        .load(connection)?;
    let mut grants_of: HashMap<String, Vec<TokenGrant>> = HashMap::new();
    for row in grant_rows {
        grants_of.entry(row.token_id.clone()).or_default().push(TokenGrant::from(row));
    }
    Ok(rows
        .into_iter()
        .map(|row| Token {
            grants: grants_of.remove(row.id.as_str()).unwrap_or_default(),
            id: row.id,
            name: row.name,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            person: Person::from(row.person),
        })
        .collect())
}

/// The token whose secret has this digest, with its person and grants.
pub fn find_token(connection: &mut AnyConnection, secret_hash: &str) -> Result<Option<Token>, StorageError> {
    Ok(load(connection, &Wanted::Secret(secret_hash))?.pop())
}

pub fn find_token_by_id(connection: &mut AnyConnection, id: &TokenId) -> Result<Option<Token>, StorageError> {
    Ok(load(connection, &Wanted::Ids(&[id.to_string()]))?.pop())
}

/// A page of the tokens that were not revoked, within bounds if there are any.
pub fn list_tokens(
    connection: &mut AnyConnection,
    bounds: Option<&TokenBounds>,
    person: Option<&PersonId>,
    page: &Page,
    count: bool,
) -> Result<(Vec<Token>, Option<i64>), StorageError> {
    let mut sql = Sql::new("SELECT t.id AS id FROM tokens t WHERE t.revoked_at IS NULL");
    if let Some(person) = person {
        sql.push(" AND t.person_id = ").bind_text(person.as_str());
    }
    if let Some(bounds) = bounds {
        sql.push(
            " AND NOT EXISTS (SELECT 1 FROM grants g LEFT JOIN agencies a ON a.id = g.agency_id \
             WHERE g.token_id = t.id AND (NOT (1 = 0",
        );
        for role in bounds.roles {
            sql.push(" OR g.role = ").bind_text(role.as_str());
        }
        sql.push(")");
        if let Some(paths) = &bounds.paths {
            // A grant that holds everywhere stands under none.
            sql.push(" OR a.id IS NULL OR NOT ").below("a.path", paths);
        }
        sql.push("))");
    }
    let total = count.then(|| sql.count(connection)).transpose()?;
    sql.page(page, "t.id");
    let ids = sql.ids(connection)?;
    Ok((in_order(&ids, load(connection, &Wanted::Ids(&ids))?, |token| token.id.as_str()), total))
}

/// Whether an administrator's token lives beside these.
pub fn has_admin_beside(
    connection: &mut AnyConnection,
    ending: &[&str],
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let lives = tokens::expires_at.is_null().or(tokens::expires_at.gt(now));
    let found: Option<String> = tokens::table
        .inner_join(grants::table.on(grants::token_id.eq(tokens::id)))
        .filter(grants::role.eq(Role::Admin.as_str()))
        .filter(grants::agency_id.is_null())
        .filter(tokens::revoked_at.is_null())
        .filter(lives)
        .filter(tokens::id.ne_all(ending.to_vec()))
        .select(tokens::id)
        .first(connection)
        .optional()?;
    Ok(found.is_some())
}

/// Whether grants or persons hang on an agency.
pub fn names_agency(connection: &mut AnyConnection, agency: &AgencyId) -> QueryResult<bool> {
    let grant: Option<String> = grants::table
        .filter(grants::agency_id.eq(agency.as_str()))
        .select(grants::token_id)
        .first(connection)
        .optional()?;
    let person: Option<String> = persons::table
        .filter(persons::agency_id.eq(agency.as_str()))
        .select(persons::id)
        .first(connection)
        .optional()?;
    Ok(grant.is_some() || person.is_some())
}
