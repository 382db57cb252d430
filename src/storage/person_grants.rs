//! Rows of what persons hold themselves, beside what their tokens carry.

use super::grants::{grant_of, grant_row};
use super::schema::{agencies, grants, person_grants, persons, subjects, tokens};
use super::seals::wrote;
use super::{AnyConnection, Stored};
use crate::domain::audit::guarded::PERSON_GRANTS;
use crate::domain::id::PersonId;
use crate::domain::people::TokenGrant;
use crate::domain::rights::Role;
use diesel::dsl::exists;
use diesel::prelude::*;

/// What a person holds themselves, in the order it was given.
pub fn of_person(connection: &mut AnyConnection, id: &PersonId) -> Stored<Vec<TokenGrant>> {
    Ok(person_grants::table
        .left_join(agencies::table.on(person_grants::agency_id.eq(agencies::id.nullable())))
        .filter(person_grants::person_id.eq(id.as_str()))
        .select(grant_of!(person_grants))
        .order(person_grants::position)
        .load(connection)?)
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
        let row = (person_grants::person_id.eq(id), grant_row!(person_grants, position, grant));
        insert!(connection, person_grants::table, row)?;
    }
    Ok(())
}

/// Everybody who holds one of some roles, themselves or by a token that was not revoked.
pub fn holders(connection: &mut AnyConnection, roles: &[Role]) -> Stored<Vec<PersonId>> {
    let by_token = grants::table
        .inner_join(tokens::table.on(tokens::id.eq(grants::token_id)))
        .filter(grants::role.eq_any(roles).and(tokens::revoked_at.is_null()))
        .select(tokens::person_id);
    let own = person_grants::table.filter(person_grants::role.eq_any(roles)).select(person_grants::person_id);
    Ok(on_each!(connection, |c| by_token.union(own).load(c))?)
}

/// Whether anybody else holds one of some roles with no limit, and is known to the provider to come in by it.
pub fn held_beside(
    connection: &mut AnyConnection,
    roles: &[Role],
    issuer: &str,
    ending: Option<&PersonId>,
) -> Stored<bool> {
    let unlimited = person_grants::agency_id
        .is_null()
        .and(person_grants::years_from.is_null())
        .and(person_grants::read_only.eq(false));
    let held = person_grants::table
        .inner_join(persons::table.on(persons::id.eq(person_grants::person_id)))
        .inner_join(subjects::table.on(subjects::person_id.eq(persons::id)))
        .filter(person_grants::role.eq_any(roles).and(unlimited))
        .filter(persons::left_on.is_null().and(subjects::issuer.eq(issuer)))
        .filter(persons::id.ne_all(ending));
    Ok(diesel::select(exists(held)).get_result(connection)?)
}
