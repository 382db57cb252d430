//! Keeping house, at the start and every hour: what is past its time is deleted, and sums are written down.

use super::webhooks::seal_secrets;
use super::{Works, now, write_behind};
use crate::operations::pending::expire;
use crate::operations::upkeep::forget_some;
use crate::storage::Act;
use std::time::Duration;
use tokio::time::{Instant, sleep};

const EVERY: Duration = Duration::from_secs(3_600);
/// Whether the service ends is looked at so often.
const LOOK: Duration = Duration::from_secs(1);

pub async fn keep_house(works: Works) {
    while !works.ending.has_begun() {
        loop {
            let kept = chrono::Duration::days(works.access_days);
            let forget = move |connection: &mut _| forget_some(connection, now(), kept);
            match works.write("upkeep", forget).await {
                Ok(0) => break,
                Ok(rows) => tracing::debug!(rows, "deleted what was past its time"),
                Err(error) => {
                    tracing::warn!(?error, "what is past its time could not be deleted; it is tried again");
                    break;
                }
            }
        }
        loop {
            let act = Act::of_service("upkeep", now());
            let over = |connection: &mut _, act: &Act, notes: &mut _| expire(connection, notes, act.at);
            match write_behind(&works.store, act, over).await {
                Ok(0) => break,
                Ok(acts) => tracing::info!(acts, "laid aside what nobody confirmed in time"),
                Err(error) => {
                    tracing::warn!(
                        ?error,
                        "what nobody confirmed could not be laid aside; it is tried again"
                    );
                    break;
                }
            }
        }
        seal_secrets(&works).await;
        let next = Instant::now() + EVERY;
        while Instant::now() < next && !works.ending.has_begun() {
            sleep(LOOK).await;
        }
    }
}
