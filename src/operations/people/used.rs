//! When a token was last used: noted behind the request, once an hour at most.

use crate::domain::id::TokenId;
use crate::domain::people::Token;
use crate::operations::Answer;
use crate::storage::AnyConnection;
use crate::storage::tokens;
use chrono::{Duration, NaiveDateTime};

const NOTED_FOR: Duration = Duration::hours(1);

/// Whether a use of the token is to be written down.
pub fn is_to_be_noted(token: &Token, at: NaiveDateTime) -> bool {
    token.last_used_at.is_none_or(|last| last + NOTED_FOR <= at)
}

/// Writes it down; it leaves no trace in the audit and moves no version.
pub fn note_use(connection: &mut AnyConnection, id: &TokenId, at: NaiveDateTime) -> Answer<()> {
    Ok(tokens::note_use(connection, id, at, at - NOTED_FOR)?)
}
