//! Issuing a token.

use crate::domain::digest::sha256_hex;
use crate::domain::id::{PersonId, TokenId};
use crate::domain::rights::{Role, Stage};
use crate::operations::agencies::resolve;
use crate::operations::{AgencyRef, Refusal};
use crate::storage::people::{self, Person, Token, TokenGrant};
use crate::storage::{Act, AnyConnection, Note, Notes};
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
    pub role: Role,
    /// `None`: everywhere.
    pub agency: Option<AgencyRef>,
    pub stage: Option<Stage>,
    pub expires_at: Option<NaiveDateTime>,
    pub secret_hash: String,
}

/// 256 random bits after a prefix that leak scanners know.
pub fn new_secret(random: [u8; 32]) -> String {
    format!("nb_{}", hex::encode(random))
}

/// What is stored of a secret.
pub fn digest_of_secret(secret: &str) -> String {
    sha256_hex(secret.as_bytes())
}

/// Writes a token, and its person if there is none yet.
pub fn issue_token(
    connection: &mut AnyConnection,
    act: &Act,
    notes: &mut Notes,
    order: &TokenOrder,
) -> Result<Token, Refusal> {
    let agency = match &order.agency {
        None => None,
        Some(agency) => {
            Some(resolve(connection, agency)?.ok_or_else(|| Refusal::invalid("/agency_id", "not_found"))?)
        }
    };
    let person = match &order.person {
        Some(id) => {
            people::find_person(connection, id)?.ok_or_else(|| Refusal::invalid("/person_id", "not_found"))?
        }
        None => {
            let person = Person {
                id: order.new_person_id.clone(),
                name: order.name.clone(),
                agency_id: agency.as_ref().map(|agency| agency.id.clone()),
            };
            people::insert_person(connection, &person, act.at)?;
            person
        }
    };
    let token = Token {
        id: order.token_id.clone(),
        name: order.name.clone(),
        expires_at: order.expires_at,
        revoked_at: None,
        grants: vec![TokenGrant {
            role: order.role,
            stage: order.stage,
            agency: agency.map(|agency| (agency.id, agency.name, agency.path)),
        }],
        person,
    };
    people::insert_token(connection, &token, &order.secret_hash, act.at)?;
    notes.audit(Note {
        action: "token.create",
        agency_id: token
            .grants
            .first()
            .and_then(|grant| grant.agency.as_ref())
            .map(|(id, _, _)| id.to_string()),
        report_id: None,
        detail: json!({
            "token_id": token.id.as_str(),
            "person_id": token.person.id.as_str(),
            "person_name": token.person.name,
            "role": order.role.as_str(),
            "stage": order.stage.map(Stage::as_str),
        }),
    });
    Ok(token)
}
