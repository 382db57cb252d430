//! A key that one request holds over many writes, on all instances of the service.

use super::call::Call;
use super::problem::{Code, Problem};
use crate::operations::store::{Act, Queue, Store, StoredAnswer, WriteError, Written};
use crate::operations::{Refusal, held_keys};
use chrono::{SubsecRound, Utc};

/// Let go when dropped; if its instance ends, after a while.
pub struct HeldEverywhere {
    store: Store,
    scope: String,
    holder: String,
}

fn act() -> Act {
    Act::of_service("key", Utc::now().naive_utc().trunc_subsecs(6))
}

fn nothing<T>(_: &T) -> StoredAnswer {
    StoredAnswer { status: 200, headers: Vec::new(), body: String::new() }
}

impl Call {
    /// Holds the key while one request makes many writes: a repetition meanwhile is told to wait, on whichever
    /// instance it comes in.
    pub async fn hold_key(&mut self) -> Result<(), Problem> {
        let Some(key) = &mut self.key else { return Ok(()) };
        let running = || Problem::new(Code::IdempotencyInProgress);
        let held = self.service.store.hold_key(&key.scope).ok_or_else(running)?;
        let everywhere = hold_everywhere(&self.service.store, &key.scope).await?;
        self.held = Some((held, everywhere.ok_or_else(running)?));
        key.held = true;
        Ok(())
    }
}

/// `None`: another request holds it.
async fn hold_everywhere(store: &Store, scope: &str) -> Result<Option<HeldEverywhere>, Problem> {
    let (named, holder) = (scope.to_owned(), uuid::Uuid::now_v7().to_string());
    let me = holder.clone();
    let held: Result<Written<bool>, WriteError<Refusal>> = store
        .write(
            Queue::Interactive,
            act(),
            move |connection, _, _| held_keys::hold(connection, &named, &me),
            nothing,
        )
        .await;
    let is_mine = matches!(held?, Written::Fresh(true));
    Ok(is_mine.then(|| HeldEverywhere { store: store.clone(), scope: scope.to_owned(), holder }))
}

impl Drop for HeldEverywhere {
    fn drop(&mut self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (store, scope, holder) = (self.store.clone(), self.scope.clone(), self.holder.clone());
        runtime.spawn(async move {
            let release =
                move |connection: &mut _, _: &_, _: &mut _| held_keys::release(connection, &scope, &holder);
            let released: Result<Written<()>, WriteError<Refusal>> =
                store.write(Queue::Interactive, act(), release, nothing).await;
            if released.is_err() {
                tracing::warn!("a key stays held until its time is over");
            }
        });
    }
}
