//! 经手: whose hand an access is, and how long one lives.

use super::agency::wire_names;
use super::id::{PersonId, TokenId};
use super::people::{Person, Token};
use chrono::{Duration, NaiveDateTime};
use serde::{Deserialize, Serialize};

/// How long the code lives by which a person fetches their secret.
pub const CODE_LIVES: Duration = Duration::days(7);

/// Somebody by their name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub id: PersonId,
    pub name: String,
}

impl From<&Person> for Named {
    fn from(person: &Person) -> Named {
        Named { id: person.id.clone(), name: person.name.clone() }
    }
}

/// By what somebody acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// `None`: not by a token.
    pub token: Option<TokenId>,
    /// Who issued it; nobody: the command line, or the person signed in by themselves.
    pub issuer: Option<Named>,
    /// Who stands behind it.
    pub hand: Named,
    /// It is the person's own for good, whatever becomes of others' access.
    pub own: bool,
    /// Whoever stands behind it is somebody else who holds an office beside reporting, and offices are separated.
    pub sets_up: bool,
}

impl Access {
    /// Of somebody for whom nobody else can act.
    pub fn own(person: &Person) -> Access {
        Access { token: None, issuer: None, hand: Named::from(person), own: true, sets_up: false }
    }
}

/// Somebody who has a part in something: the person who acts, and whose hand it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doer {
    /// In whose name it is done.
    pub person: PersonId,
    /// Who stands behind it: a machine acts by whoever issued its token.
    pub hand: PersonId,
}

impl Doer {
    /// Whether one and the same may stand behind both.
    pub fn is_connected_with(&self, other: &Doer) -> bool {
        [&self.person, &self.hand].into_iter().any(|mine| *mine == other.person || *mine == other.hand)
    }
}

/// What is known of a token's coming about: one step on the way to whoever stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub person: Named,
    pub issuer: Option<Named>,
    /// The issuer's own token, where it was not the issuer's own for good.
    pub issued_with: Option<TokenId>,
    pub confirmed: bool,
}

impl Link {
    /// Nobody but the person stands behind it, and that stays so.
    pub fn is_own(&self) -> bool {
        match &self.issuer {
            Some(issuer) => self.confirmed || (self.issued_with.is_none() && issuer.id == self.person.id),
            None => true,
        }
    }
}

impl From<&Token> for Link {
    fn from(token: &Token) -> Link {
        Link {
            person: Named::from(&token.person),
            issuer: token.issuer.clone(),
            issued_with: token.issued_with.clone(),
            confirmed: token.confirmed_at.is_some(),
        }
    }
}

/// How long tokens live here, beside the end that each has of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lifetimes {
    /// From when they were issued.
    pub greatest: Option<Duration>,
    /// From when they were last used.
    pub idle: Option<Duration>,
}

impl Token {
    /// Its person has not fetched the secret yet: it is no way in.
    pub fn is_pending(&self) -> bool {
        self.code_ends_at.is_some() && self.enrolled_at.is_none()
    }

    /// When it ends however much it is used.
    pub fn ends_at(&self, lifetimes: &Lifetimes) -> Option<NaiveDateTime> {
        let greatest = lifetimes.greatest.map(|greatest| self.created_at + greatest);
        [self.expires_at, greatest].into_iter().flatten().min()
    }

    /// When it ends unless it is used before.
    pub fn idle_until(&self, lifetimes: &Lifetimes) -> Option<NaiveDateTime> {
        let begins = [Some(self.created_at), self.enrolled_at, self.last_used_at].into_iter().flatten().max();
        lifetimes.idle.zip(begins).filter(|_| !self.is_pending()).map(|(idle, begins)| begins + idle)
    }

    /// It is over for good.
    pub fn has_ended(&self, lifetimes: &Lifetimes, now: NaiveDateTime) -> bool {
        let ends = [self.ends_at(lifetimes), self.idle_until(lifetimes)];
        self.revoked_at.is_some() || ends.into_iter().flatten().any(|end| end <= now)
    }

    /// It is a way in.
    pub fn lives(&self, lifetimes: &Lifetimes, now: NaiveDateTime) -> bool {
        !self.is_pending() && !self.has_ended(lifetimes, now)
    }
}

wire_names!(
    /// Whose tokens are a way in.
    #[derive(Default)]
    TokenEntry {
        #[default]
        Everybody = "all",
        Machines = "machines",
        Nobody = "none",
    }
);

/// By which ways anybody comes in here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ways {
    pub tokens: TokenEntry,
    /// The identity provider that is believed; `None`: nobody signs in by one.
    pub issuer: Option<String>,
}

impl TokenEntry {
    pub fn lets_in(self, token: &Token) -> bool {
        match self {
            TokenEntry::Everybody => true,
            TokenEntry::Machines => token.person.machine,
            TokenEntry::Nobody => false,
        }
    }
}
