//! Whose token it is.

use super::digest_of_secret;
use crate::domain::people::Token;
use crate::operations::Refusal;
use crate::storage::AnyConnection;
use crate::storage::people;
use chrono::NaiveDateTime;

/// The token of a secret, unless it is unknown, revoked or past its day.
pub fn authenticate(
    connection: &mut AnyConnection,
    secret: &str,
    now: NaiveDateTime,
) -> Result<Option<Token>, Refusal> {
    // Looked up by digest: the comparison's time tells nothing about the secret.
    let token = people::find_token(connection, &digest_of_secret(secret))?;
    Ok(token
        .filter(|token| token.revoked_at.is_none() && token.expires_at.is_none_or(|expires| now < expires)))
}
