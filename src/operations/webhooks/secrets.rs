//! Secrets of webhooks that are to be sealed, or sealed by another key than they were.

use crate::domain::page::Page;
use crate::domain::sealed::{NONCE, SealKeys};
use crate::operations::Answer;
use crate::storage::{AnyConnection, webhooks};

/// Webhooks looked at together.
const SLICE: i64 = 50;

/// What a look at some webhooks found.
#[derive(Debug, Clone, Default)]
pub struct Slice {
    /// Of each: what stands, and what is to stand there.
    pub sealed: Vec<(String, String, String)>,
    /// Webhooks whose secret no key opens, each with the reason.
    pub unopened: Vec<(String, String)>,
    /// Where to go on; `None`: these were the last.
    pub next: Option<String>,
}

/// Looks at some webhooks after one of them; each sealing takes a nonce.
pub fn secrets_to_seal(
    connection: &mut AnyConnection,
    keys: &SealKeys,
    after: Option<String>,
    nonce: impl Fn() -> Option<[u8; NONCE]>,
) -> Answer<Slice> {
    let page = Page { keys: Vec::new(), after_id: after, limit: SLICE };
    let found = webhooks::list(connection, None, &page)?;
    let last = found.len() < usize::try_from(SLICE).unwrap_or(usize::MAX);
    let next = found.last().filter(|_| !last).map(|webhook| webhook.id.clone());
    let mut slice = Slice { next, ..Slice::default() };
    for webhook in found {
        match keys.open(&webhook.id, &webhook.secret) {
            Err(why) => slice.unopened.push((webhook.id, why.to_string())),
            Ok(secret) if keys.wants(&webhook.secret) => {
                let Some(nonce) = nonce() else { continue };
                let sealed = keys.seal(&webhook.id, nonce, secret);
                slice.sealed.push((webhook.id, webhook.secret, sealed));
            }
            Ok(_) => {}
        }
    }
    Ok(slice)
}

/// Writes what was sealed, where nobody has written anything else meanwhile.
pub fn enter_sealed(connection: &mut AnyConnection, slice: &Slice) -> Answer<()> {
    for (id, present, sealed) in &slice.sealed {
        webhooks::exchange_secret(connection, id, present, sealed)?;
    }
    Ok(())
}
