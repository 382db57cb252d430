//! Whose token it is, and whether it is a way in.

use super::entering_of;
use super::issue::digests_of_secret;
use crate::domain::access::{Access, Lifetimes, Ways};
use crate::domain::algorithm::Algorithm;
use crate::domain::people::Token;
use crate::operations::Answer;
use crate::storage::AnyConnection;
use crate::storage::tokens;
use chrono::NaiveDateTime;
use ipnet::IpNet;
use std::net::IpAddr;

/// What is asked of every token here.
#[derive(Debug, Clone, Default)]
pub struct EntryRules {
    /// How long access lives here.
    pub lifetimes: Lifetimes,
    /// From where alone anybody may come; empty: from anywhere.
    pub networks: Vec<IpNet>,
    /// By which ways anybody comes in here.
    pub ways: Ways,
    /// Offices are separated.
    pub separated: bool,
}

/// A secret as it was sent.
#[derive(Debug, Clone)]
pub struct Presented {
    /// What was sent as the token.
    pub secret: String,
    /// When, UTC.
    pub at: NaiveDateTime,
    /// From where, as far as that is known.
    pub from: Option<IpAddr>,
}

pub(super) fn is_within(networks: &[IpNet], from: Option<IpAddr>) -> bool {
    networks.is_empty() || from.is_some_and(|from| networks.iter().any(|network| network.contains(&from)))
}

/// The token of a secret and by whose hand it acts, unless it is unknown, not fetched yet, over, or comes from where it
/// may not.
pub fn authenticate(
    connection: &mut AnyConnection,
    presented: &Presented,
    rules: &EntryRules,
    digests: Algorithm,
) -> Answer<Option<(Token, Access)>> {
    // Looked up by digest: the comparison's time tells nothing about the secret.
    let digests = digests_of_secret(digests, &presented.secret);
    let found = tokens::find_by_secret(connection, &digests)?;
    let good =
        |token: &Token| rules.ways.tokens.lets_in(token) && token.lives(&rules.lifetimes, presented.at);
    let Some(token) = found.filter(good) else {
        return Ok(None);
    };
    if !is_within(&token.addresses, presented.from) || !is_within(&rules.networks, presented.from) {
        // Whoever has stolen it is not told that it is good; whoever looks after it reads it here.
        tracing::warn!(token = %token.id, from = ?presented.from, "a token was used from where it may not come");
        return Ok(None);
    }
    let access = entering_of(connection, &token, rules.separated)?;
    Ok(Some((token, access)))
}
