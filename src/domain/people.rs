//! Persons, the tokens they ask with, and the grants a token carries.

use super::access::Named;
use super::agency::AgencyPath;
use super::id::{AgencyId, PersonId, TokenId};
use super::rights::{Extent, Grant, Reach, Role, Stage, Years};
use chrono::{NaiveDate, NaiveDateTime};
use ipnet::IpNet;

/// Somebody a token belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    pub agency_id: Option<AgencyId>,
    /// The day they left; they are given no token any more.
    pub left_on: Option<NaiveDate>,
    /// No human: whoever issues its tokens sees their secrets and stands behind what it does.
    pub machine: bool,
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
    /// Who issued it; nobody: the command line.
    pub issuer: Option<Named>,
    /// By which token of theirs, where that was not their own for good.
    pub issued_with: Option<TokenId>,
    /// Until when its person may fetch the secret with the code; `None`: it was shown when it was issued.
    pub code_ends_at: Option<NaiveDateTime>,
    pub enrolled_at: Option<NaiveDateTime>,
    /// Who has confirmed that it is its person who holds it.
    pub confirmed_by: Option<PersonId>,
    pub confirmed_at: Option<NaiveDateTime>,
    /// To the hour.
    pub last_used_at: Option<NaiveDateTime>,
    /// From where alone it may come; empty: from anywhere.
    pub addresses: Vec<IpNet>,
    pub grants: Vec<TokenGrant>,
}

/// A grant with the agency it stands at.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenGrant {
    pub role: Role,
    pub stage: Option<Stage>,
    pub agency: Option<(AgencyId, String, AgencyPath)>,
    pub reach: Reach,
    pub read_only: bool,
    pub years: Option<Years>,
}

impl TokenGrant {
    pub fn right(&self) -> Grant {
        let at = self.agency.as_ref().map(|(_, _, path)| path.clone());
        let extent = Extent { at, reach: self.reach, years: self.years };
        Grant { role: self.role, stage: self.stage, read_only: self.read_only, extent }
    }
}

/// Tokens whose every grant is of one of the roles and lies in the extent beside them.
pub type TokenBounds = Vec<(&'static [Role], Extent)>;

/// As whom an identity provider knows somebody; written once, never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundSubject {
    pub issuer: String,
    pub subject: String,
    pub person_id: PersonId,
    pub at: NaiveDateTime,
}

/// Who has signed in, and by what.
#[derive(Debug, Clone)]
pub enum SignedIn {
    Token(Box<Token>),
    /// By an identity provider, with all that their tokens carry.
    Oidc(Person, Vec<TokenGrant>),
}

impl SignedIn {
    pub fn person(&self) -> &Person {
        match self {
            SignedIn::Token(token) => &token.person,
            SignedIn::Oidc(person, _) => person,
        }
    }

    pub fn grants(&self) -> &[TokenGrant] {
        match self {
            SignedIn::Token(token) => &token.grants,
            SignedIn::Oidc(_, grants) => grants,
        }
    }

    pub fn token(&self) -> Option<&Token> {
        match self {
            SignedIn::Token(token) => Some(token),
            SignedIn::Oidc(..) => None,
        }
    }

    /// By what they are told from others: the token, or the person.
    pub fn key(&self) -> &str {
        match self {
            SignedIn::Token(token) => token.id.as_str(),
            SignedIn::Oidc(person, _) => person.id.as_str(),
        }
    }
}
