//! Rows of what persons hold themselves, beside what their tokens carry.

use super::connection::AnyConnection;
use super::error::StorageError;
use super::listing::Sql;
use super::prepared::Prepare;
use super::schema::{agencies, grants, person_grants, tokens};
use super::seals::wrote;
use super::tokens::GrantRow;
use crate::domain::audit::guarded::PERSON_GRANTS;
use crate::domain::id::PersonId;
use crate::domain::people::TokenGrant;
use crate::domain::rights::{Role, Stage};
use diesel::prelude::*;

/// What a person holds themselves, in the order it was given.
pub fn of_person(connection: &mut AnyConnection, id: &PersonId) -> Result<Vec<TokenGrant>, StorageError> {
    let rows: Vec<GrantRow> = person_grants::table
        .left_join(agencies::table.on(person_grants::agency_id.eq(agencies::id.nullable())))
        .filter(person_grants::person_id.eq(id.as_str()))
        .select((
            person_grants::person_id,
            person_grants::role,
            person_grants::stage,
            person_grants::reach,
            person_grants::read_only,
            person_grants::years_from,
            person_grants::years_to,
            agencies::id.nullable(),
            agencies::name.nullable(),
            agencies::path.nullable(),
        ))
        .order(person_grants::position)
        .load(connection)?;
    Ok(rows.into_iter().map(TokenGrant::from).collect())
}

/// Writes what a person is to hold in the place of so many grants that they held.
pub fn replace(
    connection: &mut AnyConnection,
    id: &PersonId,
    before: usize,
    grants: &[TokenGrant],
) -> QueryResult<()> {
    (0..before.max(grants.len())).for_each(|position| wrote(&PERSON_GRANTS, format!("{id}/{position}")));
    let held = person_grants::table.filter(person_grants::person_id.eq(id.as_str()));
    diesel::delete(held).execute(connection)?;
    for (position, grant) in (0i32..).zip(grants) {
        let row = (
            person_grants::person_id.eq(id.as_str()),
            person_grants::position.eq(position),
            person_grants::role.eq(grant.role.as_str()),
            person_grants::agency_id.eq(grant.agency.as_ref().map(|(id, _, _)| id.as_str())),
            person_grants::stage.eq(grant.stage.map(Stage::as_str)),
            person_grants::reach.eq(grant.reach.as_str()),
            person_grants::read_only.eq(grant.read_only),
            person_grants::years_from.eq(grant.years.map(|years| years.from)),
            person_grants::years_to.eq(grant.years.map(|years| years.to)),
        );
        on_each!(connection, |c| diesel::insert_into(person_grants::table)
            .values(row)
            .prepared()
            .execute(c))?;
    }
    Ok(())
}

/// Everybody who holds one of some roles, themselves or by a token that was not revoked.
pub fn holders(connection: &mut AnyConnection, roles: &[Role]) -> Result<Vec<PersonId>, StorageError> {
    let names: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    let by_token = grants::table
        .inner_join(tokens::table.on(tokens::id.eq(grants::token_id)))
        .filter(grants::role.eq_any(&names).and(tokens::revoked_at.is_null()))
        .select(tokens::person_id);
    let own =
        person_grants::table.filter(person_grants::role.eq_any(&names)).select(person_grants::person_id);
    let found: Vec<String> = on_each!(connection, |c| by_token.union(own).load(c))?;
    Ok(found.into_iter().map(PersonId::from_stored).collect())
}

/// Whether anybody else holds one of some roles with no limit, and is known to the provider to come in by it.
pub fn held_beside(
    connection: &mut AnyConnection,
    roles: &[Role],
    issuer: &str,
    ending: Option<&PersonId>,
) -> Result<bool, StorageError> {
    let mut sql = Sql::new(
        "SELECT p.id AS id FROM person_grants g JOIN persons p ON p.id = g.person_id \
         JOIN subjects s ON s.person_id = p.id WHERE p.left_on IS NULL AND g.agency_id IS NULL \
         AND g.years_from IS NULL AND g.read_only = FALSE AND (1 = 0",
    );
    for role in roles {
        sql.push(" OR g.role = ").bind_text(role.as_str());
    }
    sql.push(") AND s.issuer = ").bind_text(issuer);
    if let Some(ending) = ending {
        sql.push(" AND p.id <> ").bind_text(ending.as_str());
    }
    Ok(!sql.ids(connection)?.is_empty())
}
