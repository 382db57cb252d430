//! Telling the other instances, again and again, that this one lives.

use super::{Works, now};
use crate::domain::instance::BEAT;
use crate::operations::service::beat;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Whether the service ends is looked at so often.
const LOOK: Duration = Duration::from_secs(1);

pub async fn tell(works: Works) {
    let every = BEAT.to_std().unwrap_or(LOOK);
    let mut next = Instant::now() + every;
    while !works.ending.has_begun() {
        sleep(LOOK).await;
        if Instant::now() < next {
            continue;
        }
        next = Instant::now() + every;
        let id = works.instance.clone();
        if let Err(error) = works.write("presence", move |connection| beat(connection, &id, now())).await {
            tracing::warn!(?error, "that this instance lives could not be told");
        }
    }
}
