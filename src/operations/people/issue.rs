//! Issuing a token.

use super::manage::living_tokens;
use crate::domain::access::{CODE_LIVES, Named};
use crate::domain::algorithm::Algorithm;
use crate::domain::audit::AuditAction;
use crate::domain::id::{PersonId, TokenId};
use crate::domain::people::{Person, Token, TokenGrant};
use crate::domain::rights::{Office, Reach, Role, Stage, Years, find_clash};
use crate::operations::agencies::resolve;
use crate::operations::{AgencyRef, Answer, Asking, Desk, InputFault, Refusal};
use crate::storage::tokens::Found;
use crate::storage::{AnyConnection, Note, people, person_grants, tokens};
use chrono::NaiveDateTime;
use ipnet::IpNet;
use serde_json::json;

/// What a token is to be.
#[derive(Debug, Clone)]
pub struct TokenOrder {
    /// Drawn for it.
    pub token_id: TokenId,
    /// The person it is for; a new one of this name unless `person` is given.
    pub name: String,
    /// Somebody who is known already.
    pub person: Option<PersonId>,
    /// Drawn for a new person, should it be one.
    pub new_person_id: PersonId,
    /// The person is none: its secret is shown to whoever issues it.
    pub machine: bool,
    /// What it may do.
    pub grants: Vec<GrantOrder>,
    /// From when it opens nothing any more, UTC.
    pub expires_at: Option<NaiveDateTime>,
    /// From where alone it may come; empty: from anywhere.
    pub addresses: Vec<IpNet>,
    /// Its secret and its code.
    pub drawn: Drawn,
}

/// What was drawn for a token, as it is stored: of the two, whoever issues it is shown one.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// The digest of its secret.
    pub secret_hash: String,
    /// The digest of the code that fetches the secret.
    pub code_hash: String,
}

/// How a token comes to its person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Handing {
    /// Its secret is shown at once.
    Shown,
    /// Its person fetches the secret with a code.
    ByCode,
}

/// One grant of a token that is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantOrder {
    /// As what.
    pub role: Role,
    /// `None`: everywhere.
    pub agency: Option<AgencyRef>,
    /// Which of the reviews, for a reviewer.
    pub stage: Option<Stage>,
    /// At that agency alone, or at all below it too.
    pub reach: Reach,
    /// It changes nothing.
    pub read_only: bool,
    /// For reports of which years; `None`: of all.
    pub years: Option<Years>,
}

impl GrantOrder {
    /// A role with all that comes with it, everywhere or at an agency and below it.
    pub fn whole(role: Role, agency: Option<AgencyRef>) -> GrantOrder {
        GrantOrder { role, agency, stage: None, reach: Reach::Subtree, read_only: false, years: None }
    }
}

impl From<&TokenGrant> for GrantOrder {
    /// The same grant, its agency named by its id.
    fn from(grant: &TokenGrant) -> GrantOrder {
        GrantOrder {
            role: grant.role,
            agency: grant.agency.as_ref().map(|(id, _, _)| AgencyRef::Id(id.clone())),
            stage: grant.stage,
            reach: grant.reach,
            read_only: grant.read_only,
            years: grant.years,
        }
    }
}

/// 256 random bits after a prefix that leak scanners know.
pub fn new_secret(random: [u8; 32]) -> String {
    format!("nb_{}", hex::encode(random))
}

/// 128 random bits by which a person fetches their secret: once, and for a few days.
pub fn new_code(random: [u8; 16]) -> String {
    format!("nbc_{}", hex::encode(random))
}

/// What is stored of a secret or a code.
pub fn digest_of_secret(algorithm: Algorithm, secret: &str) -> String {
    algorithm.digest_named_if_new(secret)
}

/// All that may be stored of one: older programs wrote its SHA-256 whichever algorithm the database began with.
pub(super) fn digests_of_secret(algorithm: Algorithm, secret: &str) -> Vec<String> {
    let older = (algorithm != Algorithm::Sha256).then_some(Algorithm::Sha256);
    [Some(algorithm), older].into_iter().flatten().map(|one| digest_of_secret(one, secret)).collect()
}

/// The grants of an order with their agencies, every fault told.
pub(super) fn resolve_grants(
    connection: &mut AnyConnection,
    orders: &[GrantOrder],
) -> Answer<Vec<TokenGrant>> {
    let mut faults = Vec::new();
    let mut grants = Vec::new();
    for (at, order) in orders.iter().enumerate() {
        let agency = match &order.agency {
            None => None,
            Some(agency) => resolve(connection, agency)?,
        };
        if order.agency.is_some() && agency.is_none() {
            faults.push(InputFault::new(format!("/grants/{at}/agency_id"), "not_found"));
        }
        if order.role == Role::Admin && order.agency.is_some() {
            faults.push(InputFault::new(format!("/grants/{at}/agency_id"), "admin_everywhere"));
        }
        if order.stage.is_some() && order.role != Role::Reviewer {
            faults.push(InputFault::new(format!("/grants/{at}/stage"), "stage_of_reviewer"));
        }
        if order.reach == Reach::Agency && order.agency.is_none() {
            faults.push(InputFault::new(format!("/grants/{at}/reach"), "reach_of_agency"));
        }
        if order.years.is_some_and(|years| years.from > years.to) {
            faults.push(InputFault::new(format!("/grants/{at}/years"), "range_order"));
        }
        grants.push(TokenGrant {
            role: order.role,
            stage: order.stage,
            agency: agency.map(|agency| (agency.id, agency.name, agency.path)),
            reach: order.reach,
            read_only: order.read_only,
            years: order.years,
        });
    }
    if faults.is_empty() { Ok(grants) } else { Err(Refusal::Invalid(faults)) }
}

/// Writes a token, and its person if there is none yet, for whoever sits at the command line.
pub fn issue_token(desk: &mut Desk<'_>, order: &TokenOrder) -> Answer<Token> {
    let grants = resolve_grants(desk.connection, &order.grants)?;
    require_separation(desk.connection, desk.asking, order.person.as_ref(), &grants)?;
    write_token(desk, order, grants, Handing::Shown)
}

/// Where roles are separated nobody holds those of two offices, over all their tokens and grants.
pub(super) fn require_separation(
    connection: &mut AnyConnection,
    asking: &Asking,
    person: Option<&PersonId>,
    grants: &[TokenGrant],
) -> Answer<()> {
    let held = match person.filter(|_| asking.rights.separated) {
        Some(person) => roles_of(connection, person)?,
        None => Vec::new(),
    };
    require_apart(asking, held, grants)
}

/// All roles that a person holds, over all their tokens and grants.
pub(super) fn roles_of(connection: &mut AnyConnection, person: &PersonId) -> Answer<Vec<Role>> {
    let tokens = living_tokens(connection, person)?;
    let own = person_grants::of_person(connection, person)?;
    Ok(tokens.iter().flat_map(|token| &token.grants).chain(&own).map(|grant| grant.role).collect())
}

/// Who holds roles of two offices, given before roles were separated.
pub fn unseparated(connection: &mut AnyConnection) -> Answer<Vec<PersonId>> {
    // Of two offices one at least is another than reporting.
    let beside = Role::ALL.iter().filter(|role| role.office() != Office::Reporting);
    let beside: Vec<Role> = beside.copied().collect();
    let mut found = Vec::new();
    for person in person_grants::holders(connection, &beside)? {
        if find_clash(roles_of(connection, &person)?).is_some() {
            found.push(person);
        }
    }
    Ok(found)
}

/// The same beside roles that are held.
pub(super) fn require_apart(asking: &Asking, mut held: Vec<Role>, grants: &[TokenGrant]) -> Answer<()> {
    if !asking.rights.separated {
        return Ok(());
    }
    let mut faults = Vec::new();
    for (at, grant) in grants.iter().enumerate() {
        if held.iter().any(|role| role.office() != grant.role.office()) {
            faults.push(InputFault::new(format!("/grants/{at}/role"), "roles_separated"));
        }
        held.push(grant.role);
    }
    if faults.is_empty() { Ok(()) } else { Err(Refusal::Invalid(faults)) }
}

/// The end of a token that is issued now: no later than the greatest life lets it be.
pub(super) fn end_of(
    asking: &Asking,
    created_at: NaiveDateTime,
    wanted: Option<NaiveDateTime>,
) -> Answer<Option<NaiveDateTime>> {
    let latest = asking.lifetimes.greatest.map(|greatest| created_at + greatest);
    match (wanted, latest) {
        (Some(wanted), Some(latest)) if latest < wanted => {
            Err(Refusal::invalid("/expires_at", "beyond_greatest_life"))
        }
        (wanted, latest) => Ok(wanted.or(latest)),
    }
}

/// What is shown to whoever issues it is no person's secret.
pub(super) fn require_machine(order: &TokenOrder, person: Option<&Person>) -> Answer<()> {
    match person {
        Some(person) if order.machine && !person.machine => {
            Err(Refusal::invalid("/machine", "not_a_machine"))
        }
        _ => Ok(()),
    }
}

fn person_of(desk: &mut Desk<'_>, order: &TokenOrder, grants: &[TokenGrant]) -> Answer<Person> {
    if let Some(id) = &order.person {
        let found = people::find_person(desk.connection, id)?;
        let person = found.ok_or_else(|| Refusal::invalid("/person_id", "not_found"))?;
        require_machine(order, Some(&person))?;
        return match person.left_on {
            Some(_) => Err(Refusal::invalid("/person_id", "person_left")),
            None => {
                people::touch_person(desk.connection, id)?;
                Ok(Person { version: person.version + 1, ..person })
            }
        };
    }
    let place = grants.first().and_then(|grant| grant.agency.as_ref());
    let person = Person {
        id: order.new_person_id.clone(),
        name: order.name.clone(),
        agency_id: place.map(|(id, _, _)| id.clone()),
        left_on: None,
        machine: order.machine,
        version: 1,
    };
    people::insert_person(desk.connection, &person, desk.act.at)?;
    Ok(person)
}

pub(super) fn write_token(
    desk: &mut Desk<'_>,
    order: &TokenOrder,
    grants: Vec<TokenGrant>,
    handing: Handing,
) -> Answer<Token> {
    let now = desk.act.at;
    let expires_at = end_of(desk.asking, now, order.expires_at)?;
    let person = person_of(desk, order, &grants)?;
    let access = desk.asking.access.as_ref();
    let token = Token {
        id: order.token_id.clone(),
        name: order.name.clone(),
        expires_at,
        revoked_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
        person,
        issuer: desk.asking.person.as_ref().filter(|_| access.is_some()).map(Named::from),
        issued_with: access.filter(|access| !access.own).and_then(|access| access.token.clone()),
        code_ends_at: (handing == Handing::ByCode).then(|| now + CODE_LIVES),
        enrolled_at: None,
        confirmed_by: None,
        confirmed_at: None,
        last_used_at: None,
        addresses: order.addresses.clone(),
        grants,
    };
    let found = match handing {
        Handing::Shown => Found::BySecret(&order.drawn.secret_hash),
        Handing::ByCode => Found::ByCode(&order.drawn.code_hash),
    };
    tokens::insert_token(desk.connection, &token, found)?;
    desk.notes.audit(note(AuditAction::TokenCreate, &token));
    Ok(token)
}

/// What the audit says of a grant.
pub(super) fn told(grant: &TokenGrant) -> serde_json::Value {
    json!({
        "role": grant.role.as_str(),
        "agency_id": grant.agency.as_ref().map(|(id, _, _)| id.as_str()),
        "stage": grant.stage.map(Stage::as_str),
        "reach": grant.reach.as_str(),
        "read_only": grant.read_only,
        "years": grant.years.map(|years| [years.from, years.to]),
    })
}

/// What the audit says of a token; never its secret.
pub(super) fn note(action: AuditAction, token: &Token) -> Note {
    let grants: Vec<_> = token.grants.iter().map(told).collect();
    let place = token.grants.first().and_then(|grant| grant.agency.as_ref());
    Note {
        action,
        agency_id: place.map(|(id, _, _)| id.to_string()),
        report_id: None,
        detail: json!({
            "token_id": token.id.as_str(),
            "name": token.name,
            "person_id": token.person.id.as_str(),
            "person_name": token.person.name,
            "grants": grants,
            "expires_at": token.expires_at.map(|at| at.and_utc().to_rfc3339()),
            "machine": token.person.machine,
            "issued_by": token.issuer.as_ref().map(|issuer| issuer.id.as_str()),
            "issued_with": token.issued_with.as_ref().map(TokenId::as_str),
            "code_ends_at": token.code_ends_at.map(|at| at.and_utc().to_rfc3339()),
            "addresses": token.addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }),
    }
}
