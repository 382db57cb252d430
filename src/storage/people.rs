//! Rows of persons, their tokens and grants.

use super::connection::AnyConnection;
use super::error::{StorageError, stored};
use super::schema::{agencies, grants, persons, tokens};
use crate::domain::agency::AgencyPath;
use crate::domain::id::{AgencyId, PersonId, TokenId};
use crate::domain::rights::{Grant, Role, Stage};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// Somebody a token belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    pub agency_id: Option<AgencyId>,
}

/// A token without its secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    pub id: TokenId,
    pub name: String,
    pub expires_at: Option<NaiveDateTime>,
    pub revoked_at: Option<NaiveDateTime>,
    pub person: Person,
    pub grants: Vec<TokenGrant>,
}

/// A grant with the agency it stands at.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenGrant {
    pub role: Role,
    pub stage: Option<Stage>,
    pub agency: Option<(AgencyId, String, AgencyPath)>,
}

impl TokenGrant {
    pub fn right(&self) -> Grant {
        Grant {
            role: self.role,
            at: self.agency.as_ref().map(|(_, _, path)| path.clone()),
            stage: self.stage,
        }
    }
}

pub fn insert_person(connection: &mut AnyConnection, person: &Person, at: NaiveDateTime) -> QueryResult<()> {
    let row = (
        persons::id.eq(person.id.as_str()),
        persons::name.eq(&person.name),
        persons::agency_id.eq(person.agency_id.as_ref().map(AgencyId::as_str)),
        persons::created_at.eq(at),
    );
    on_each!(connection, |c| diesel::insert_into(persons::table).values(row).execute(c)).map(|_| ())
}

pub fn find_person(connection: &mut AnyConnection, id: &PersonId) -> Result<Option<Person>, StorageError> {
    let row: Option<(String, String, Option<String>)> = persons::table
        .filter(persons::id.eq(id.as_str()))
        .select((persons::id, persons::name, persons::agency_id))
        .first(connection)
        .optional()?;
    Ok(row.map(|(id, name, agency)| Person {
        id: PersonId::from_stored(id),
        name,
        agency_id: agency.map(AgencyId::from_stored),
    }))
}

/// Writes a token and its grants; only the digest of the secret is kept.
pub fn insert_token(
    connection: &mut AnyConnection,
    token: &Token,
    secret_hash: &str,
    at: NaiveDateTime,
) -> QueryResult<()> {
    let row = (
        tokens::id.eq(token.id.as_str()),
        tokens::person_id.eq(token.person.id.as_str()),
        tokens::name.eq(&token.name),
        tokens::secret_hash.eq(secret_hash),
        tokens::expires_at.eq(token.expires_at),
        tokens::revoked_at.eq(token.revoked_at),
        tokens::created_at.eq(at),
    );
    on_each!(connection, |c| diesel::insert_into(tokens::table).values(row).execute(c))?;
    for (position, grant) in (0i32..).zip(&token.grants) {
        let row = (
            grants::token_id.eq(token.id.as_str()),
            grants::position.eq(position),
            grants::role.eq(grant.role.as_str()),
            grants::agency_id.eq(grant.agency.as_ref().map(|(id, _, _)| id.as_str())),
            grants::stage.eq(grant.stage.map(Stage::as_str)),
        );
        on_each!(connection, |c| diesel::insert_into(grants::table).values(row).execute(c))?;
    }
    Ok(())
}

type TokenColumns =
    (String, String, Option<NaiveDateTime>, Option<NaiveDateTime>, String, String, Option<String>);
type GrantColumns = (String, Option<String>, Option<String>, Option<String>, Option<String>);

/// The token whose secret has this digest, with its person and grants.
pub fn find_token(connection: &mut AnyConnection, secret_hash: &str) -> Result<Option<Token>, StorageError> {
    let found: Option<TokenColumns> = tokens::table
        .inner_join(persons::table)
        .filter(tokens::secret_hash.eq(secret_hash))
        .select((
            tokens::id,
            tokens::name,
            tokens::expires_at,
            tokens::revoked_at,
            persons::id,
            persons::name,
            persons::agency_id,
        ))
        .first(connection)
        .optional()?;
    let Some((id, name, expires_at, revoked_at, person_id, person_name, agency_id)) = found else {
        return Ok(None);
    };
    let rows: Vec<GrantColumns> = grants::table
        .left_join(agencies::table.on(grants::agency_id.eq(agencies::id.nullable())))
        .filter(grants::token_id.eq(&id))
        .select((
            grants::role,
            grants::stage,
            agencies::id.nullable(),
            agencies::name.nullable(),
            agencies::path.nullable(),
        ))
        .order(grants::position)
        .load(connection)?;
    let grants = rows
        .into_iter()
        .map(|(role, stage, agency, name, path)| {
            Ok(TokenGrant {
                role: stored("role", &role)?,
                stage: stage.as_deref().map(|stage| stored("stage", stage)).transpose()?,
                agency: match (agency, name, path) {
                    (Some(id), Some(name), Some(path)) => {
                        Some((AgencyId::from_stored(id), name, AgencyPath::from_stored(path)))
                    }
                    _ => None,
                },
            })
        })
        .collect::<Result<_, StorageError>>()?;
    Ok(Some(Token {
        id: TokenId::from_stored(id),
        name,
        expires_at,
        revoked_at,
        person: Person {
            id: PersonId::from_stored(person_id),
            name: person_name,
            agency_id: agency_id.map(AgencyId::from_stored),
        },
        grants,
    }))
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
