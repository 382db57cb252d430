//! What is made of the changes follows them: the search index, and what everybody reads, rendered.

use super::{QUIET, Works, now};
use crate::operations::following::{Following, Stride, set_next_aside};
use crate::operations::reports::renditions;
use crate::operations::{Answer, search};
use crate::storage::AnyConnection;

/// The search index follows the changes.
pub async fn index(works: Works) {
    follow(&works, search::FOLLOWING, search::next_step, search::enter_step).await;
}

/// So do the renditions of what everybody reads.
pub async fn render(works: Works) {
    let renderer = works.renderer;
    let next =
        move |connection: &mut AnyConnection, most: i64| renditions::next_step(connection, renderer, most);
    follow(&works, renditions::FOLLOWING, next, renditions::enter_step).await;
}

/// When something that was seen is gone, the lane is to look at once, not at the next write: it begins the new epoch.
/// So it is at the start, where the server may be another than the last one.
pub async fn forks(works: Works) {
    let mut losses = works.store.watch().losses();
    while !works.ending.has_begun() {
        losses.mark_unchanged();
        if let Err(error) = works.write("fork", |_| Ok(())).await {
            tracing::warn!(?error, "the lane could not look whether the log has forked; it is tried again");
            tokio::time::sleep(QUIET).await;
            continue;
        }
        while !works.ending.has_begun() {
            if let Ok(Ok(())) = tokio::time::timeout(QUIET, losses.changed()).await {
                break;
            }
        }
    }
}

/// Follows the changes with what is made of them: a step is made from a reader, and entered in the lane.
///
/// A step that fails is halved down to the one change it fails for; that one is set aside, so that one report never
/// stops the rest.
async fn follow<Step: Send + 'static>(
    works: &Works,
    following: Following,
    next: impl Fn(&mut AnyConnection, i64) -> Answer<Option<Step>> + Copy + Send + 'static,
    enter: fn(&mut AnyConnection, &Step) -> Answer<bool>,
) {
    let name = following.consumer;
    let mut stride = Stride::new(following);
    let mut news = works.store.watch().changes();
    while !works.ending.has_begun() {
        news.mark_unchanged();
        let most = stride.length();
        let done = match works.store.read(move |connection| next(connection, most)).await {
            Ok(None) => None,
            Ok(Some(step)) => {
                let entered = works.write(name, move |connection| enter(connection, &step));
                Some(entered.await.map_err(|error| format!("{error:?}")))
            }
            Err(refusal) => Some(Err(format!("{refusal:?}"))),
        };
        match done {
            Some(Ok(_)) => {
                stride.went();
                continue;
            }
            Some(Err(error)) if stride.failed() => {
                set_aside(works, name, error, &mut stride).await;
            }
            Some(Err(error)) => {
                tracing::warn!(error, consumer = name, "could not follow the changes; it is tried again");
                if most > 1 {
                    continue;
                }
            }
            None => {}
        }
        let _whether_news = tokio::time::timeout(QUIET, news.changed()).await;
    }
}

/// Leaves the next change out. Where nothing can be written at all, nothing is left out either.
async fn set_aside(works: &Works, consumer: &'static str, reason: String, stride: &mut Stride) {
    let said = reason.clone();
    let left = works.write(consumer, move |connection| set_next_aside(connection, consumer, &said, now()));
    match left.await {
        Ok(Some(report)) => {
            stride.went();
            tracing::error!(consumer, %report, reason, "a report was set aside; the others go on");
        }
        Ok(None) => stride.went(),
        Err(error) => tracing::warn!(?error, consumer, "could not follow the changes; it is tried again"),
    }
}
