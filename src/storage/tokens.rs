//! Rows of tokens: whose they are, how they came about, the grants they carry.

use super::deadline::still_wanted;
use super::dsl::{among, any_of, by_id, counted, covered, number_or, text_or};
use super::grants::{grant_of, grant_row};
use super::prepared::Prepare;
use super::schema::{agencies, grants, persons, tokens};
use super::seals::wrote;
use super::types::grouped;
use super::{AnyConnection, StorageError, Stored};
use crate::domain::access::{Link, Named};
use crate::domain::audit::guarded::{GRANTS, TOKENS};
use crate::domain::id::{PersonId, TokenId};
use crate::domain::page::{COUNTED, Page};
use crate::domain::people::{Person, Token, TokenBounds, TokenGrant};
use crate::domain::rights::{Extent, Reach, Role};
use chrono::NaiveDateTime;
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use ipnet::IpNet;

/// By what a token will be found: of the secret and of the code only the digests are kept.
#[derive(Debug, Clone, Copy)]
pub enum Found<'a> {
    BySecret(&'a str),
    /// It has no secret yet.
    ByCode(&'a str),
}

/// Stands for the digest of a secret that there is not yet; no digest looks like it.
fn no_secret(token: &Token) -> String {
    format!("none yet: {}", token.id)
}

/// In a column: none where it may come from anywhere.
fn networks(token: &Token) -> Option<String> {
    let addresses: Vec<String> = token.addresses.iter().map(ToString::to_string).collect();
    if addresses.is_empty() { None } else { serde_json::to_string(&addresses).ok() }
}

/// Writes a token and its grants.
pub fn insert_token(connection: &mut AnyConnection, token: &Token, found: Found<'_>) -> QueryResult<()> {
    let none_yet = no_secret(token);
    let (secret_hash, code_hash) = match found {
        Found::BySecret(hash) => (hash, None),
        Found::ByCode(hash) => (none_yet.as_str(), Some(hash)),
    };
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
        tokens::issued_by.eq(token.issuer.as_ref().map(|issuer| issuer.id.as_str())),
        tokens::issued_with.eq(token.issued_with.as_ref().map(TokenId::as_str)),
        tokens::code_hash.eq(code_hash),
        tokens::code_ends_at.eq(token.code_ends_at),
        tokens::addresses.eq(networks(token)),
    );
    wrote(&TOKENS, token.id.as_str());
    insert!(connection, tokens::table, row)?;
    for (position, grant) in (0i32..).zip(&token.grants) {
        let row = (grants::token_id.eq(&token.id), grant_row!(grants, position, grant));
        wrote(&GRANTS, format!("{}/{position}", token.id));
        insert!(connection, grants::table, row)?;
    }
    Ok(())
}

/// Writes what can change about a token: its name, its end, from where it may come, what became of it.
pub fn update_token(connection: &mut AnyConnection, token: &Token) -> QueryResult<()> {
    let row = (
        tokens::name.eq(&token.name),
        tokens::expires_at.eq(token.expires_at),
        tokens::revoked_at.eq(token.revoked_at),
        tokens::addresses.eq(networks(token)),
        tokens::enrolled_at.eq(token.enrolled_at),
        tokens::confirmed_by.eq(token.confirmed_by.as_ref().map(PersonId::as_str)),
        tokens::confirmed_at.eq(token.confirmed_at),
        tokens::version.eq(token.version),
        tokens::updated_at.eq(token.updated_at),
    );
    wrote(&TOKENS, token.id.as_str());
    update!(connection, tokens::table.find(token.id.as_str()), row)
}

/// Gives a token the secret that its person has fetched.
pub fn set_secret(connection: &mut AnyConnection, id: &TokenId, secret_hash: &str) -> QueryResult<()> {
    let set = tokens::secret_hash.eq(secret_hash);
    wrote(&TOKENS, id.as_str());
    diesel::update(tokens::table.find(id.as_str())).set(set).execute(connection).map(|_| ())
}

/// Notes that a token was used, unless that is noted since a time already.
pub fn note_use(
    connection: &mut AnyConnection,
    id: &TokenId,
    at: NaiveDateTime,
    unless_since: NaiveDateTime,
) -> QueryResult<()> {
    let noted = tokens::last_used_at.is_null().or(tokens::last_used_at.lt(unless_since));
    diesel::update(tokens::table.filter(tokens::id.eq(id.as_str())).filter(noted))
        .set(tokens::last_used_at.eq(at))
        .execute(connection)
        .map(|_| ())
}

// Who issued a token, beside whose it is.
diesel::alias!(persons as issuers: Issuers);

#[derive(Queryable, Selectable)]
#[diesel(table_name = tokens)]
struct TokenRow {
    id: TokenId,
    name: String,
    expires_at: Option<NaiveDateTime>,
    revoked_at: Option<NaiveDateTime>,
    version: i64,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
    issued_with: Option<TokenId>,
    code_ends_at: Option<NaiveDateTime>,
    enrolled_at: Option<NaiveDateTime>,
    confirmed_by: Option<PersonId>,
    confirmed_at: Option<NaiveDateTime>,
    last_used_at: Option<NaiveDateTime>,
    addresses: Option<String>,
}

/// Somebody in two columns.
type NamedRow = (PersonId, String);

fn named((id, name): NamedRow) -> Named {
    Named { id, name }
}

fn token(row: TokenRow, person: Person, issuer: Option<NamedRow>, grants: Vec<TokenGrant>) -> Stored<Token> {
    let stored = row.addresses.unwrap_or_else(|| "[]".to_owned());
    let addresses = serde_json::from_str::<Vec<String>>(&stored)
        .ok()
        .and_then(|texts| texts.iter().map(|text| text.parse::<IpNet>().ok()).collect::<Option<Vec<IpNet>>>())
        .ok_or(StorageError::Malformed { what: "addresses", value: stored })?;
    Ok(Token {
        id: row.id,
        name: row.name,
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        person,
        issuer: issuer.map(named),
        issued_with: row.issued_with,
        code_ends_at: row.code_ends_at,
        enrolled_at: row.enrolled_at,
        confirmed_by: row.confirmed_by,
        confirmed_at: row.confirmed_at,
        last_used_at: row.last_used_at,
        addresses,
        grants,
    })
}

/// Tokens beside their persons and who issued them.
macro_rules! tokens {
    () => {
        tokens::table
            .inner_join(persons::table)
            .left_join(issuers.on(tokens::issued_by.eq(issuers.field(persons::id).nullable())))
    };
    ($select:expr) => {
        tokens!().select($select)
    };
}

/// The columns of a [`Row`], and more beside them.
macro_rules! row_of {
    ($($more:expr)?) => {
        (
            TokenRow::as_select(),
            Person::as_select(),
            issuers.fields((persons::id, persons::name)).nullable(),
            $($more)?
        )
    };
}

type Row = (TokenRow, Person, Option<NamedRow>);

/// The same with their grants.
fn with_grants(connection: &mut AnyConnection, rows: Vec<Row>) -> Stored<Vec<Token>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<&str> = rows.iter().map(|(row, _, _)| row.id.as_str()).collect();
    let held: Vec<(String, TokenGrant)> = grants::table
        .left_join(agencies::table.on(grants::agency_id.eq(agencies::id.nullable())))
        .filter(among!(grants::token_id, ids))
        .select((grants::token_id, grant_of!(grants)))
        .order((grants::token_id, grants::position))
        .load(connection)?;
    let mut grants_of = grouped(held);
    let rows = rows.into_iter().map(|(row, person, issuer)| {
        let grants = grants_of.remove(row.id.as_str()).unwrap_or_default();
        token(row, person, issuer, grants)
    });
    rows.collect()
}

/// A token with its person and grants, in one statement: every call with a token begins with it.
macro_rules! one {
    ($connection:expr, $column:expr, $values:expr) => {{
        let values: Vec<&str> = $values;
        let many = values.len();
        let rows = on_each!($connection, |c| tokens!()
            .left_join(grants::table.on(grants::token_id.eq(tokens::id)))
            .left_join(agencies::table.on(grants::agency_id.eq(agencies::id.nullable())))
            .filter(among!($column, values))
            .select(row_of!(grant_of!(grants).nullable()))
            .order((tokens::id, grants::position))
            .prepared_for(many)
            .load(c))?;
        with_rows_of_grants(rows)
    }};
}

type RowWithGrant = (TokenRow, Person, Option<NamedRow>, Option<TokenGrant>);

/// The first token of some rows, one for each of its grants.
fn with_rows_of_grants(rows: Vec<RowWithGrant>) -> Stored<Option<Token>> {
    let mut rows = rows.into_iter();
    let Some((row, person, issuer, first)) = rows.next() else { return Ok(None) };
    let others = rows.take_while(|(other, ..)| other.id == row.id).filter_map(|(.., grant)| grant);
    let grants = first.into_iter().chain(others).collect();
    token(row, person, issuer, grants).map(Some)
}

/// The token whose secret has one of these digests.
pub fn find_by_secret(connection: &mut AnyConnection, digests: &[String]) -> Stored<Option<Token>> {
    one!(connection, tokens::secret_hash, digests.iter().map(String::as_str).collect())
}

/// The same by its code.
pub fn find_by_code(connection: &mut AnyConnection, digests: &[String]) -> Stored<Option<Token>> {
    one!(connection, tokens::code_hash, digests.iter().map(String::as_str).collect())
}

/// How a token came about; `None`: it is not there.
pub fn find_link(connection: &mut AnyConnection, id: &TokenId) -> Stored<Option<Link>> {
    type Row = (NamedRow, Option<NamedRow>, Option<TokenId>, Option<NaiveDateTime>);
    let row: Option<Row> = tokens!((
        (persons::id, persons::name),
        issuers.fields((persons::id, persons::name)).nullable(),
        tokens::issued_with,
        tokens::confirmed_at,
    ))
    .filter(tokens::id.eq(id.as_str()))
    .first(connection)
    .optional()?;
    Ok(row.map(|(person, issuer, issued_with, confirmed_at)| Link {
        person: named(person),
        issuer: issuer.map(named),
        issued_with,
        confirmed: confirmed_at.is_some(),
    }))
}

pub fn find_token_by_id(connection: &mut AnyConnection, id: &TokenId) -> Stored<Option<Token>> {
    one!(connection, tokens::id, vec![id.as_str()])
}

/// How many tokens were ever given to a person by a code, those that were revoked included.
pub fn count_given_by_code(connection: &mut AnyConnection, person: &PersonId) -> QueryResult<i64> {
    tokens::table
        .filter(tokens::person_id.eq(person.as_str()).and(tokens::code_ends_at.is_not_null()))
        .count()
        .get_result(connection)
}

/// A grant is of one of some roles and lies in an extent: never null, since it is asked whether one does not.
macro_rules! enclosed {
    ($roles:expr, $extent:expr) => {{
        let (roles, extent): (&[Role], &Extent) = ($roles, $extent);
        // What holds everywhere stands in no place, and is of no year.
        let place = text_or(agencies::path.nullable(), "");
        let extents = std::slice::from_ref(extent);
        let reaches = match (&extent.at, extent.reach) {
            (Some(_), Reach::Agency) => &[Reach::Agency],
            _ => Reach::ALL,
        };
        grants::role
            .eq_any(roles)
            .and(grants::reach.eq_any(reaches))
            .and(covered(place, number_or(grants::years_from, 0), extents))
            .and(covered(place, number_or(grants::years_to, 0), extents))
    }};
}

/// The tokens that were not revoked, within bounds if there are any.
macro_rules! living {
    ($select:expr, $bounds:expr, $person:expr) => {{
        let mut query = tokens!($select).filter(tokens::revoked_at.is_null()).into_boxed();
        if let Some(person) = $person {
            query = query.filter(tokens::person_id.eq(person));
        }
        if let Some(bounds) = $bounds {
            let within = any_of(bounds.iter().map(|(roles, extent)| enclosed!(roles, extent)));
            let beyond = grants::table
                .left_join(agencies::table.on(grants::agency_id.eq(agencies::id.nullable())))
                .filter(grants::token_id.eq(tokens::id))
                .filter(not(within));
            query = query.filter(not(exists(beyond)));
        }
        query
    }};
}

/// A page of the tokens that were not revoked, within bounds if there are any.
pub fn list_tokens(
    connection: &mut AnyConnection,
    bounds: Option<&TokenBounds>,
    person: Option<&PersonId>,
    page: &Page,
    count: bool,
) -> Stored<(Vec<Token>, Option<i64>)> {
    still_wanted()?;
    let (rows, total) = on_each!(connection, |c| {
        let select = row_of!();
        let all = living!(tokens::id, bounds, person).limit(COUNTED + 1);
        let total = count.then(|| counted(all).prepared().get_result(c)).transpose()?;
        let rows: Vec<Row> = by_id!(living!(select, bounds, person), tokens::id, page).prepared().load(c)?;
        (rows, total)
    });
    Ok((with_grants(connection, rows)?, total))
}

/// The tokens that were not revoked and carry one of some roles with no limit, beside these.
pub fn beside(connection: &mut AnyConnection, roles: &[Role], ending: &[&str]) -> Stored<Vec<Token>> {
    let unlimited =
        grants::agency_id.is_null().and(grants::years_from.is_null()).and(grants::read_only.eq(false));
    let carried = grants::table
        .filter(grants::token_id.eq(tokens::id).and(grants::role.eq_any(roles)))
        .filter(unlimited);
    let rows = tokens!(row_of!())
        .filter(tokens::revoked_at.is_null().and(exists(carried)))
        .filter(tokens::id.ne_all(ending.to_vec()))
        .load(connection)?;
    with_grants(connection, rows)
}
