//! Work in a caller's name that no request waits for.

use super::{now, write_behind};
use crate::operations::{Answer, Asking, Desk, Refusal, at_desk};
use crate::storage::{Act, AnyConnection, Store, WriteError};

/// In whose name, with which rights, and on what.
pub struct Errand {
    pub store: Store,
    pub asking: Asking,
    pub act: Act,
}

impl Errand {
    /// Reads on a snapshot.
    pub async fn look<T, F>(&self, mut query: F) -> Answer<T>
    where
        T: Send + 'static,
        F: FnMut(&mut AnyConnection, &Asking) -> Answer<T> + Send + 'static,
    {
        let asking = self.asking.clone();
        self.store.scan_on(move |connection| query(connection, &asking)).await
    }

    /// Writes behind those who wait.
    pub async fn write<T, Op>(&self, operation: Op) -> Result<T, WriteError<Refusal>>
    where
        T: Send + 'static,
        Op: FnMut(&mut Desk<'_>) -> Answer<T> + Send + 'static,
    {
        let act = Act { at: now(), ..self.act.clone() };
        write_behind(&self.store, act, at_desk(self.asking.clone(), operation)).await
    }
}
