//! Issuing a token.

use crate::domain::audit::AuditAction;
use crate::domain::digest::sha256_hex;
use crate::domain::id::{PersonId, TokenId};
use crate::domain::people::{Person, Token, TokenGrant};
use crate::domain::rights::{Role, Stage};
use crate::operations::agencies::resolve;
use crate::operations::{AgencyRef, Desk, InputFault, Refusal};
use crate::storage::people;
use crate::storage::{AnyConnection, Note};
use chrono::NaiveDateTime;
use serde_json::json;

/// What a token is to be.
#[derive(Debug, Clone)]
pub struct TokenOrder {
    pub token_id: TokenId,
    /// The person it is for; a new one of this name unless `person` is given.
    pub name: String,
    pub person: Option<PersonId>,
    pub new_person_id: PersonId,
    pub grants: Vec<GrantOrder>,
    pub expires_at: Option<NaiveDateTime>,
    pub secret_hash: String,
}

/// One grant of a token that is to be.
#[derive(Debug, Clone)]
pub struct GrantOrder {
    pub role: Role,
    /// `None`: everywhere.
    pub agency: Option<AgencyRef>,
    pub stage: Option<Stage>,
}

/// 256 random bits after a prefix that leak scanners know.
pub fn new_secret(random: [u8; 32]) -> String {
    format!("nb_{}", hex::encode(random))
}

/// What is stored of a secret.
pub fn digest_of_secret(secret: &str) -> String {
    sha256_hex(secret.as_bytes())
}

/// The grants of an order with their agencies, every fault told.
pub(super) fn resolve_grants(
    connection: &mut AnyConnection,
    orders: &[GrantOrder],
) -> Result<Vec<TokenGrant>, Refusal> {
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
        grants.push(TokenGrant {
            role: order.role,
            stage: order.stage,
            agency: agency.map(|agency| (agency.id, agency.name, agency.path)),
        });
    }
    if faults.is_empty() { Ok(grants) } else { Err(Refusal::Invalid(faults)) }
}

/// Writes a token, and its person if there is none yet.
pub fn issue_token(desk: &mut Desk<'_>, order: &TokenOrder) -> Result<Token, Refusal> {
    let grants = resolve_grants(desk.connection, &order.grants)?;
    write_token(desk, order, grants)
}

pub(super) fn write_token(
    desk: &mut Desk<'_>,
    order: &TokenOrder,
    grants: Vec<TokenGrant>,
) -> Result<Token, Refusal> {
    let place = grants.first().and_then(|grant| grant.agency.as_ref()).map(|(id, _, _)| id.clone());
    let person = match &order.person {
        Some(id) => people::find_person(desk.connection, id)?
            .ok_or_else(|| Refusal::invalid("/person_id", "not_found"))?,
        None => {
            let person = Person {
                id: order.new_person_id.clone(),
                name: order.name.clone(),
                agency_id: place.clone(),
                left_on: None,
                version: 1,
            };
            people::insert_person(desk.connection, &person, desk.act.at)?;
            person
        }
    };
    if person.left_on.is_some() {
        return Err(Refusal::invalid("/person_id", "person_left"));
    }
    let token = Token {
        id: order.token_id.clone(),
        name: order.name.clone(),
        expires_at: order.expires_at,
        revoked_at: None,
        version: 1,
        created_at: desk.act.at,
        updated_at: desk.act.at,
        person,
        grants,
    };
    people::insert_token(desk.connection, &token, &order.secret_hash)?;
    desk.notes.audit(note(AuditAction::TokenCreate, &token));
    Ok(token)
}

/// What the audit says of a token; never its secret.
pub(super) fn note(action: AuditAction, token: &Token) -> Note {
    let grants: Vec<_> = token
        .grants
        .iter()
        .map(|grant| {
            json!({
                "role": grant.role.as_str(),
                "agency_id": grant.agency.as_ref().map(|(id, _, _)| id.as_str()),
                "stage": grant.stage.map(Stage::as_str),
            })
        })
        .collect();
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
        }),
    }
}
