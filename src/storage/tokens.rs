//! Rows of tokens: whose they are, how they came about, the grants they carry.

use super::connection::AnyConnection;
use super::error::StorageError;
use super::listing::{Sql, in_order};
use super::people::PersonRow;
use super::prepared::Prepare;
use super::schema::{agencies, grants, persons, tokens};
use super::seals::wrote;
use crate::domain::access::{Link, Named};
use crate::domain::agency::AgencyPath;
use crate::domain::audit::guarded::{GRANTS, TOKENS};
use crate::domain::id::{AgencyId, PersonId, TokenId};
use crate::domain::page::{Page, PageValue as Bind};
use crate::domain::people::{Token, TokenBounds, TokenGrant};
use crate::domain::rights::{Extent, Reach, Role, Stage, Years};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use ipnet::IpNet;
use std::collections::HashMap;

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
    on_each!(connection, |c| diesel::insert_into(tokens::table).values(row).prepared().execute(c))?;
    for (position, grant) in (0i32..).zip(&token.grants) {
        let row = (
            grants::token_id.eq(token.id.as_str()),
            grants::position.eq(position),
            grants::role.eq(grant.role.as_str()),
            grants::agency_id.eq(grant.agency.as_ref().map(|(id, _, _)| id.as_str())),
            grants::stage.eq(grant.stage.map(Stage::as_str)),
            grants::reach.eq(grant.reach.as_str()),
            grants::read_only.eq(grant.read_only),
            grants::years_from.eq(grant.years.map(|years| years.from)),
            grants::years_to.eq(grant.years.map(|years| years.to)),
        );
        wrote(&GRANTS, format!("{}/{position}", token.id));
        on_each!(connection, |c| diesel::insert_into(grants::table).values(row).prepared().execute(c))?;
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
    on_each!(connection, |c| diesel::update(tokens::table.find(token.id.as_str()))
        .set(row)
        .prepared()
        .execute(c))
    .map(|_| ())
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

fn token(
    row: TokenRow,
    person: PersonRow,
    issuer: Option<NamedRow>,
    grants: Vec<TokenGrant>,
) -> Result<Token, StorageError> {
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
        person: person.into(),
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

/// A grant, and the token or the person that holds it.
#[derive(Queryable)]
pub(super) struct GrantRow {
    holder: String,
    role: Role,
    stage: Option<Stage>,
    reach: Reach,
    read_only: bool,
    years_from: Option<i32>,
    years_to: Option<i32>,
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
            reach: row.reach,
            read_only: row.read_only,
            years: row.years_from.zip(row.years_to).map(|(from, to)| Years { from, to }),
        }
    }
}

/// Which tokens are meant.
enum Wanted<'a> {
    Secrets(&'a [String]),
    Codes(&'a [String]),
    Ids(&'a [String]),
}

/// Tokens with their persons and grants.
fn load(connection: &mut AnyConnection, wanted: &Wanted<'_>) -> Result<Vec<Token>, StorageError> {
    let mut query = tokens::table
        .inner_join(persons::table)
        .left_join(issuers.on(tokens::issued_by.eq(issuers.field(persons::id).nullable())))
        .into_boxed();
    query = match wanted {
        Wanted::Secrets(digests) => query.filter(tokens::secret_hash.eq_any(*digests)),
        Wanted::Codes(digests) => query.filter(tokens::code_hash.eq_any(*digests)),
        Wanted::Ids(ids) => query.filter(tokens::id.eq_any(*ids)),
    };
    let rows: Vec<(TokenRow, PersonRow, Option<NamedRow>)> = query
        .select((
            TokenRow::as_select(),
            PersonRow::as_select(),
            issuers.fields((persons::id, persons::name)).nullable(),
        ))
        .load(connection)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<&str> = rows.iter().map(|(row, _, _)| row.id.as_str()).collect();
    let grant_rows: Vec<GrantRow> = grants::table
        .left_join(agencies::table.on(grants::agency_id.eq(agencies::id.nullable())))
        .filter(grants::token_id.eq_any(ids))
        .select((
            grants::token_id,
            grants::role,
            grants::stage,
            grants::reach,
            grants::read_only,
            grants::years_from,
            grants::years_to,
            agencies::id.nullable(),
            agencies::name.nullable(),
            agencies::path.nullable(),
        ))
        .order((grants::token_id, grants::position))
        .load(connection)?;
    let mut grants_of: HashMap<String, Vec<TokenGrant>> = HashMap::new();
    for row in grant_rows {
        grants_of.entry(row.holder.clone()).or_default().push(TokenGrant::from(row));
    }
    let rows = rows.into_iter().map(|(row, person, issuer)| {
        let grants = grants_of.remove(row.id.as_str()).unwrap_or_default();
        token(row, person, issuer, grants)
    });
    rows.collect()
}

/// The token whose secret has one of these digests, with its person and grants.
pub fn find_by_secret(
    connection: &mut AnyConnection,
    digests: &[String],
) -> Result<Option<Token>, StorageError> {
    Ok(load(connection, &Wanted::Secrets(digests))?.pop())
}

/// The same by its code.
pub fn find_by_code(
    connection: &mut AnyConnection,
    digests: &[String],
) -> Result<Option<Token>, StorageError> {
    Ok(load(connection, &Wanted::Codes(digests))?.pop())
}

/// How a token came about; `None`: it is not there.
pub fn find_link(connection: &mut AnyConnection, id: &TokenId) -> Result<Option<Link>, StorageError> {
    type Row = (NamedRow, Option<NamedRow>, Option<TokenId>, Option<NaiveDateTime>);
    let row: Option<Row> = tokens::table
        .inner_join(persons::table)
        .left_join(issuers.on(tokens::issued_by.eq(issuers.field(persons::id).nullable())))
        .filter(tokens::id.eq(id.as_str()))
        .select((
            (persons::id, persons::name),
            issuers.fields((persons::id, persons::name)).nullable(),
            tokens::issued_with,
            tokens::confirmed_at,
        ))
        .first(connection)
        .optional()?;
    Ok(row.map(|(person, issuer, issued_with, confirmed_at)| Link {
        person: named(person),
        issuer: issuer.map(named),
        issued_with,
        confirmed: confirmed_at.is_some(),
    }))
}

pub fn find_token_by_id(connection: &mut AnyConnection, id: &TokenId) -> Result<Option<Token>, StorageError> {
    Ok(load(connection, &Wanted::Ids(&[id.to_string()]))?.pop())
}

/// How many tokens were ever given to a person by a code, those that were revoked included.
pub fn count_given_by_code(connection: &mut AnyConnection, person: &PersonId) -> QueryResult<i64> {
    tokens::table
        .filter(tokens::person_id.eq(person.as_str()).and(tokens::code_ends_at.is_not_null()))
        .count()
        .get_result(connection)
}

impl Sql {
    /// A grant `g` at the agency `a` is of one of some roles and lies in an extent.
    fn enclosed(&mut self, roles: &[Role], extent: &Extent) -> &mut Sql {
        self.push("(1 = 0");
        for role in roles {
            self.push(" OR g.role = ").bind_text(role.as_str());
        }
        self.push(")");
        if extent.at.is_some() {
            // What holds everywhere lies in no place, and what reaches below one agency not in that agency alone.
            self.push(" AND a.id IS NOT NULL").covered("a.path", extent);
            if extent.reach == Reach::Agency {
                self.push(" AND g.reach = ").bind_text(Reach::Agency.as_str());
            }
        }
        if let Some(years) = extent.years {
            // Whoever asks for its negation gets no NULL.
            self.push(" AND g.years_from IS NOT NULL AND g.years_from >= ").bind(Bind::Integer(years.from));
            self.push(" AND g.years_to <= ").bind(Bind::Integer(years.to));
        }
        self
    }
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
             WHERE g.token_id = t.id AND NOT (1 = 0",
        );
        for (roles, extent) in bounds {
            sql.push(" OR (").enclosed(roles, extent).push(")");
        }
        sql.push("))");
    }
    let total = count.then(|| sql.count(connection)).transpose()?;
    sql.page(page, "t.id");
    let ids = sql.ids(connection)?;
    Ok((in_order(&ids, load(connection, &Wanted::Ids(&ids))?, |token| token.id.as_str()), total))
}

/// The tokens that were not revoked and carry one of some roles with no limit, beside these.
pub fn beside(
    connection: &mut AnyConnection,
    roles: &[Role],
    ending: &[&str],
) -> Result<Vec<Token>, StorageError> {
    let found: Vec<String> = tokens::table
        .inner_join(grants::table.on(grants::token_id.eq(tokens::id)))
        .filter(grants::role.eq_any(roles.iter().map(|role| role.as_str())))
        .filter(
            grants::agency_id.is_null().and(grants::years_from.is_null()).and(grants::read_only.eq(false)),
        )
        .filter(tokens::revoked_at.is_null())
        .filter(tokens::id.ne_all(ending.to_vec()))
        .select(tokens::id)
        .distinct()
        .load(connection)?;
    load(connection, &Wanted::Ids(&found))
}
