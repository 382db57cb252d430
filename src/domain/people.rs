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
    /// Theirs for good.
    pub id: PersonId,
    /// As they are shown.
    pub name: String,
    /// Where they work, if that is known.
    pub agency_id: Option<AgencyId>,
    /// The day they left; they are given no token any more.
    pub left_on: Option<NaiveDate>,
    /// No human: whoever issues its tokens sees their secrets and stands behind what it does.
    pub machine: bool,
    /// Counts the changes, for `ETag`.
    pub version: i64,
}

/// A token without its secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Its own, no secret.
    pub id: TokenId,
    /// What whoever issued it calls it.
    pub name: String,
    /// From when it opens nothing any more, UTC.
    pub expires_at: Option<NaiveDateTime>,
    /// When it was revoked, UTC.
    pub revoked_at: Option<NaiveDateTime>,
    /// Counts the changes, for `ETag`.
    pub version: i64,
    /// When it was issued, UTC.
    pub created_at: NaiveDateTime,
    /// When it was changed last, UTC.
    pub updated_at: NaiveDateTime,
    /// Whose it is.
    pub person: Person,
    /// Who issued it; nobody: the command line.
    pub issuer: Option<Named>,
    /// By which token of theirs, where that was not their own for good.
    pub issued_with: Option<TokenId>,
    /// Until when its person may fetch the secret with the code; `None`: it was shown when it was issued.
    pub code_ends_at: Option<NaiveDateTime>,
    /// When its person fetched the secret, UTC.
    pub enrolled_at: Option<NaiveDateTime>,
    /// Who has confirmed that it is its person who holds it.
    pub confirmed_by: Option<PersonId>,
    /// When that was confirmed, UTC.
    pub confirmed_at: Option<NaiveDateTime>,
    /// To the hour.
    pub last_used_at: Option<NaiveDateTime>,
    /// From where alone it may come; empty: from anywhere.
    pub addresses: Vec<IpNet>,
    /// What it may do; what its person holds themselves counts only where an identity provider signs them in.
    pub grants: Vec<TokenGrant>,
}

/// A grant with the agency it stands at.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenGrant {
    /// As what.
    pub role: Role,
    /// Which of the reviews, for a reviewer.
    pub stage: Option<Stage>,
    /// At which agency, with its name and path; `None`: everywhere.
    pub agency: Option<(AgencyId, String, AgencyPath)>,
    /// At that agency alone, or at all below it too.
    pub reach: Reach,
    /// It changes nothing.
    pub read_only: bool,
    /// For reports of which years; `None`: of all.
    pub years: Option<Years>,
}

impl TokenGrant {
    /// The grant as rights are decided by.
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
