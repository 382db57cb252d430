//! Persons, the tokens they ask with, and the grants a token carries.

use super::agency::AgencyPath;
use super::id::{AgencyId, PersonId, TokenId};
use super::rights::{Grant, Role, Stage};
use chrono::{NaiveDate, NaiveDateTime};

/// Somebody a token belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    pub agency_id: Option<AgencyId>,
    /// The day they left; they are given no token any more.
    pub left_on: Option<NaiveDate>,
    pub version: i64,
}

/// A token without its secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    pub id: TokenId,
    pub name: String,
    pub expires_at: Option<NaiveDateTime>,
    pub revoked_at: Option<NaiveDateTime>,
    pub version: i64,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
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

/// Tokens whose every grant is of one of the roles and stands under one of the paths.
#[derive(Debug, Clone)]
pub struct TokenBounds {
    pub roles: &'static [Role],
    /// `None`: under any agency, and everywhere.
    pub paths: Option<Vec<AgencyPath>>,
}
