//! Heads of the audit are signed by a key that is not in the database, and handed to a witness.

use super::webhooks::Postman;
use super::{Works, now};
use crate::domain::audit::{SignedHead, SigningKey};
use crate::operations::audit::{
    HeadFault, hear, hold_witness_lease, note_witnessed, release_witness_lease, unwitnessed,
};
use chrono::SecondsFormat;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How heads are signed and to whom they are handed.
#[derive(Clone)]
pub struct WitnessOptions {
    pub key: Arc<SigningKey>,
    /// A head at the latest after so many entries, and after so long.
    pub entries: i64,
    pub every: Duration,
    /// Lines are only ever added to it.
    pub file: Option<PathBuf>,
    /// Where a head is posted, at a place that webhooks may lead to.
    pub url: Option<String>,
}

impl std::fmt::Debug for WitnessOptions {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "WitnessOptions {{ {} → {:?} {:?} }}", self.key.public(), self.file, self.url)
    }
}

/// How often it is looked whether a head is due.
const LOOK: Duration = Duration::from_secs(1);
/// How long the instance that signs is the one that does.
const LEASE: chrono::Duration = chrono::Duration::seconds(60);

/// Signs what is due until the service ends; the last head is signed then.
pub async fn testify(works: Works, options: WitnessOptions) {
    let postman = options.url.as_ref().and_then(|_| Postman::new(&works.webhooks)).and_then(Result::ok);
    if options.url.is_some() && postman.is_none() {
        tracing::error!("audit.witness_url is not on webhooks.allow: no heads are sent there");
    }
    let witness = Witness { holder: uuid::Uuid::now_v7().to_string(), options, postman };
    witness.look_back(&works).await;
    let mut signed: Option<Instant> = None;
    loop {
        let ending = works.ending.has_begun();
        let due = ending || signed.is_none_or(|at| at.elapsed() >= witness.options.every);
        match witness.round(&works, due).await {
            Ok(true) => signed = Some(Instant::now()),
            Ok(false) => {}
            Err(error) => tracing::error!(error, "the witness could not be told; it is tried again"),
        }
        if ending {
            return witness.resign(&works).await;
        }
        let _whether = tokio::time::timeout(LOOK, works.ending.begun()).await;
    }
}

struct Witness {
    holder: String,
    options: WitnessOptions,
    postman: Option<Postman>,
}

impl Witness {
    /// The last head of the file must be in the chain: a database that was put back is told at once.
    async fn look_back(&self, works: &Works) {
        let Some(file) = &self.options.file else { return };
        let Ok(text) = std::fs::read_to_string(file) else { return };
        let last = text.lines().rev().find_map(|line| serde_json::from_str::<SignedHead>(line).ok());
        let Some(last) = last else { return };
        let public = self.options.key.public();
        let (head, by) = (last.clone(), public.clone());
        let heard =
            works.store.read(move |connection| hear(connection, std::slice::from_ref(&head), &by)).await;
        match heard {
            Ok(heard) => match heard.faults.into_iter().next() {
                None => {}
                Some((_, HeadFault::Unsigned)) => {
                    tracing::warn!(
                        key = last.key,
                        present = public,
                        "the witness's last head was signed by another key"
                    );
                }
                Some((_, fault)) => tracing::error!(
                    ?fault,
                    witnessed = last.seq,
                    at = last.at,
                    reaches = heard.last,
                    "the audit is not the one that its witness knows: the database was put back, or has forked"
                ),
            },
            Err(refusal) => tracing::warn!(?refusal, "the witness could not be asked"),
        }
    }

    /// Leaves the signing to the next instance at once.
    async fn resign(self, works: &Works) {
        let holder = self.holder;
        let _released =
            works.write("witness", move |connection| release_witness_lease(connection, &holder)).await;
    }

    /// Signs the head if one is due; whether there is nothing left to sign.
    async fn round(&self, works: &Works, due: bool) -> Result<bool, String> {
        let (ledger, told) = works.store.read(unwitnessed).await.map_err(|refusal| format!("{refusal:?}"))?;
        let behind = ledger.audit_seq - told;
        if behind == 0 || !(due || behind >= self.options.entries) {
            return Ok(behind == 0 && due);
        }
        let holder = self.holder.clone();
        let mine = works
            .write("witness", move |connection| hold_witness_lease(connection, &holder, LEASE))
            .await
            .map_err(|error| format!("{error:?}"))?;
        if !mine {
            return Ok(true);
        }
        let at = now().and_utc().to_rfc3339_opts(SecondsFormat::Secs, true);
        let end = (ledger.audit_seq, ledger.audit_head.as_str(), ledger.epoch.as_str());
        let head = self.options.key.sign(end, &at);
        self.hand_over(&head).await?;
        let seq = head.seq;
        let noted = works.write("witness", move |connection| note_witnessed(connection, seq)).await;
        noted.map(|()| true).map_err(|error| format!("{error:?}"))
    }

    async fn hand_over(&self, head: &SignedHead) -> Result<(), String> {
        let line = serde_json::to_string(head).map_err(|error| error.to_string())?;
        if let Some(file) = &self.options.file {
            let mut open = OpenOptions::new();
            let mut file = open.append(true).create(true).open(file).map_err(|error| error.to_string())?;
            file.write_all(format!("{line}\n").as_bytes()).map_err(|error| error.to_string())?;
            file.sync_data().map_err(|error| error.to_string())?;
        }
        if let (Some(url), Some(postman)) = (&self.options.url, &self.postman) {
            let (postman, url) = (postman.clone(), url.clone());
            let posted = tokio::task::spawn_blocking(move || postman.hand(&url, &line)).await;
            posted.map_err(|error| error.to_string())??;
        }
        Ok(())
    }
}
