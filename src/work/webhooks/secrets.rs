//! Secrets that stand unsealed, or sealed by a former key, are sealed by the present one, some at a time.

use super::Works;
use crate::domain::sealed::NONCE;
use crate::operations::Answer;
use crate::operations::webhooks::{enter_sealed, secrets_to_seal};

/// A nonce, where there is chance to be had.
fn nonce() -> Option<[u8; NONCE]> {
    let mut random = [0; NONCE];
    getrandom::fill(&mut random).ok().map(|()| random)
}

/// Goes through all webhooks once, and tells of those that no key opens.
pub async fn seal_secrets(works: &Works) {
    let mut after = None;
    while !works.ending.has_begun() {
        let keys = works.webhooks.seal.clone();
        let looked: Answer<_> = works
            .store
            .read(move |connection| secrets_to_seal(connection, &keys, after.clone(), nonce))
            .await;
        let slice = match looked {
            Ok(slice) => slice,
            Err(refusal) => {
                tracing::warn!(?refusal, "secrets of webhooks could not be looked at; it is tried again");
                return;
            }
        };
        for (webhook, why) in &slice.unopened {
            tracing::error!(webhook, why, "a webhook's secret cannot be opened");
        }
        after = slice.next.clone();
        let count = slice.sealed.len();
        if count > 0 {
            match works.write("upkeep", move |connection| enter_sealed(connection, &slice)).await {
                Ok(()) => tracing::info!(count, "sealed secrets of webhooks"),
                Err(error) => {
                    tracing::warn!(?error, "secrets of webhooks could not be sealed; it is tried again");
                    return;
                }
            }
        }
        if after.is_none() {
            return;
        }
    }
}
