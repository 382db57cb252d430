//! Reports are judged behind the writes, so that no list has to: at once what was written and what rests on what was
//! published; at the start, under other rules and every hour all that no good verdict is kept of, some at a time.

use super::{QUIET, Works, now};
use crate::domain::calendar::day_of;
use crate::domain::id::ReportId;
use crate::operations::reports::{Looked, judge_to_keep, keep, moved_since, without_verdict};
use crate::operations::{Answer, Asking, Refusal};
use std::time::{Duration, Instant};

/// Reports judged together.
const SLICE: usize = 8;
/// So many times as long as it judges it rests: whoever files and publishes has the machine.
const REST: u32 = 4;
/// How often all are looked through.
const EVERY: Duration = Duration::from_secs(3_600);

pub async fn judge_behind(works: Works) {
    let mut looked: Option<Looked> = None;
    let mut swept: Option<(String, Instant)> = None;
    while !works.ending.has_begun() {
        let asking = asking(&works);
        let since = match looked {
            Some(since) => since,
            None => match works.store.read(Looked::now).await {
                Ok(begin) => begin,
                Err(refusal) => {
                    said(&refusal);
                    tokio::time::sleep(QUIET).await;
                    continue;
                }
            },
        };
        looked = Some(since);
        let rules = asking.rules.name().to_owned();
        if swept.as_ref().is_none_or(|(by, at)| *by != rules || at.elapsed() >= EVERY) {
            match sweep(&works, &asking).await {
                Ok(()) => swept = Some((rules, Instant::now())),
                Err(refusal) => said(&refusal),
            }
        }
        match follow(&works, &asking, since).await {
            Ok(next) if next != since => {
                looked = Some(next);
                continue;
            }
            Ok(_) => {}
            Err(refusal) => said(&refusal),
        }
        tokio::time::sleep(QUIET).await;
    }
}

fn said(refusal: &Refusal) {
    tracing::warn!(?refusal, "reports could not be judged behind the writes; it is tried again");
}

fn asking(works: &Works) -> Asking {
    Asking { rules: (works.rules)(), ..Asking::public(day_of(now())) }
}

/// Judges what was written since.
async fn follow(works: &Works, asking: &Asking, since: Looked) -> Answer<Looked> {
    let (moved, next) = works.store.read(move |connection| moved_since(connection, since)).await?;
    for some in moved.chunks(SLICE) {
        judge(works, asking, some).await;
    }
    Ok(next)
}

/// Goes through all reports once.
async fn sweep(works: &Works, asking: &Asking) -> Answer<()> {
    let mut after = String::new();
    while !works.ending.has_begun() {
        let (from, by, most) = (after.clone(), asking.clone(), i64::try_from(SLICE).unwrap_or(1));
        let stale = works
            .store
            .read(move |connection| without_verdict(connection, &by, (&from, now()), most))
            .await?;
        let Some(last) = stale.last() else { break };
        after = last.to_string();
        judge(works, asking, &stale).await;
    }
    Ok(())
}

/// Judges some and keeps what is found; those that cannot be judged are judged by whoever reads them.
async fn judge(works: &Works, asking: &Asking, ids: &[ReportId]) {
    let (some, by, began) = (ids.to_vec(), asking.clone(), Instant::now());
    let judged = works.store.read(move |connection| judge_to_keep(connection, &by, &some)).await;
    let made = match judged {
        Ok(made) => made,
        Err(refusal) => return said(&refusal),
    };
    if let Err(error) = works.write("verdicts", move |connection| keep(connection, &made, now())).await {
        tracing::warn!(?error, "verdicts could not be kept; it is tried again");
    }
    tokio::time::sleep(began.elapsed() * REST).await;
}
