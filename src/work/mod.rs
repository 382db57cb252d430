//! What goes on behind the requests: the index and the renditions follow the changes, webhooks are told of them, and
//! jobs that people began are done. It knows the store and the operations, and nothing of requests.

mod errand;
mod follow;
mod presence;
mod upkeep;
mod validation;
mod verdicts;
mod webhooks;
mod witness;

pub use errand::Errand;
pub use validation::validate_all;
pub use webhooks::{Allowed, Place, WebhookOptions, check_address};
pub use witness::WitnessOptions;

use crate::domain::rules::RuleSet;
use crate::operations::people::EntryRules;
use crate::operations::reports::renditions::Renderer;
use crate::operations::{Answer, Refusal};
use crate::storage::{Act, AnyConnection, Notes, Queue, Store, StoredAnswer, WriteError, Written};
use chrono::{NaiveDateTime, SubsecRound, Utc};
use futures_util::future::join_all;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Nothing to do for so long, unless something happens.
const QUIET: Duration = Duration::from_secs(1);

/// Whether the service is to end; shared by everything that goes on by itself.
#[derive(Debug, Clone, Default)]
pub struct Ending(Arc<watch::Sender<bool>>);

impl Ending {
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for it.
    async fn begun(&self) {
        let mut told = self.0.subscribe();
        let _gone = told.wait_for(|begun| *begun).await;
    }
}

/// Workers that leave something to the next instance when the service ends.
#[derive(Debug)]
pub struct Leaving(Vec<JoinHandle<()>>);

impl Leaving {
    /// Waits until they have left it, no longer than so long.
    pub async fn left(self, most: Duration) {
        if tokio::time::timeout(most, join_all(self.0)).await.is_err() {
            tracing::warn!("ending without some workers: another instance takes over when their leases end");
        }
    }
}

/// What the workers need.
#[derive(Clone)]
pub struct Works {
    pub store: Store,
    pub renderer: Renderer,
    /// The rules in force.
    pub rules: Arc<dyn Fn() -> Arc<RuleSet> + Send + Sync>,
    pub webhooks: WebhookOptions,
    /// What is asked of whoever comes in: whoever could not any more is told nothing.
    pub entry: EntryRules,
    /// `None`: no heads are signed.
    pub witness: Option<WitnessOptions>,
    /// How long reads of what is not public are kept.
    pub access_days: i64,
    pub ending: Ending,
    /// Which instance this is.
    pub instance: String,
}

impl Works {
    /// Starts the workers on the runtime of the caller; they end with the service.
    pub fn start(self) -> Leaving {
        tokio::spawn(follow::index(self.clone()));
        tokio::spawn(follow::render(self.clone()));
        tokio::spawn(upkeep::keep_house(self.clone()));
        tokio::spawn(follow::forks(self.clone()));
        tokio::spawn(verdicts::judge_behind(self.clone()));
        tokio::spawn(presence::tell(self.clone()));
        let witness =
            self.witness.clone().map(|options| tokio::spawn(witness::testify(self.clone(), options)));
        Leaving(witness.into_iter().chain(webhooks::start(self)).collect())
    }

    /// One operation of the service's own, behind whatever people do.
    async fn write<T: Send + 'static>(
        &self,
        name: &str,
        mut operation: impl FnMut(&mut AnyConnection) -> Answer<T> + Send + 'static,
    ) -> Result<T, WriteError<Refusal>> {
        let act = Act::of_service(name, now());
        write_behind(&self.store, act, move |connection, _, _| operation(connection)).await
    }
}

/// Writes in the bulk queue; there is no answer to keep.
async fn write_behind<T: Send + 'static>(
    store: &Store,
    act: Act,
    operation: impl FnMut(&mut AnyConnection, &Act, &mut Notes) -> Answer<T> + Send + 'static,
) -> Result<T, WriteError<Refusal>> {
    let nothing = |_: &T| StoredAnswer { status: 200, headers: Vec::new(), body: String::new() };
    match store.write(Queue::Bulk, act, operation, nothing).await? {
        Written::Fresh(outcome) => Ok(outcome),
        // Without a key nothing is replayed.
        Written::Replayed(_) => Err(WriteError::Unavailable),
    }
}

fn now() -> NaiveDateTime {
    Utc::now().naive_utc().trunc_subsecs(6)
}
