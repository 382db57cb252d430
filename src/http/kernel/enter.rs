//! Commands made ready on a reader, answer and all, and entered in the lane while what they rest on stands.

use super::call::Call;
use super::problem::{Code, Problem};
use super::reply::Reply;
use crate::operations::store::{Act, AnyConnection, Queue, StoredAnswer, WriteError, Written};
use crate::operations::{Asking, Desk, Ready, Refusal, at_desk};
use chrono::{SubsecRound, Utc};
use std::sync::Arc;

/// How often a command is made ready before whoever asks is told to come later.
const TRIES: usize = 3;

/// How a command that was made ready is written.
type Enter<C> = fn(&mut Desk<'_>, &C) -> Result<(), Refusal>;

impl Call {
    /// Makes a command ready on a reader, answer and all, and enters it in the lane; where what it rests on moved
    /// meanwhile it is made ready anew.
    pub async fn enter<C, Prepare>(&self, prepare: Prepare, enter: Enter<C>) -> Result<Reply, Problem>
    where
        C: Send + 'static,
        Prepare: Fn(&mut AnyConnection, &Act, &Asking) -> Result<(Ready<C>, Reply), Refusal>
            + Send
            + Sync
            + 'static,
    {
        let render = |reply: &Reply| reply.stored();
        match self.enter_in(Queue::Interactive, self.act(), prepare, enter, render).await? {
            Written::Fresh(reply) => Ok(reply),
            Written::Replayed(answer) => Reply::replayed(answer),
        }
    }

    /// The same behind those who wait, without an answer to keep: one of many.
    pub async fn enter_bulk<C, R, Prepare>(&self, prepare: Prepare, enter: Enter<C>) -> Result<R, Problem>
    where
        C: Send + 'static,
        R: Clone + Send + 'static,
        Prepare:
            Fn(&mut AnyConnection, &Act, &Asking) -> Result<(Ready<C>, R), Refusal> + Send + Sync + 'static,
    {
        let act = Act { at: Utc::now().naive_utc().trunc_subsecs(6), key: None, ..self.act() };
        let nothing = |_: &R| StoredAnswer { status: 200, headers: Vec::new(), body: String::new() };
        match self.enter_in(Queue::Bulk, act, prepare, enter, nothing).await? {
            Written::Fresh(made) => Ok(made),
            // Without a key nothing is replayed.
            Written::Replayed(_) => Err(Problem::new(Code::Internal)),
        }
    }

    async fn enter_in<C, R, Prepare, Render>(
        &self,
        queue: Queue,
        act: Act,
        prepare: Prepare,
        enter: Enter<C>,
        render: Render,
    ) -> Result<Written<R>, Problem>
    where
        C: Send + 'static,
        R: Clone + Send + 'static,
        Prepare:
            Fn(&mut AnyConnection, &Act, &Asking) -> Result<(Ready<C>, R), Refusal> + Send + Sync + 'static,
        Render: Fn(&R) -> StoredAnswer + Copy + Send + 'static,
    {
        let prepare = Arc::new(prepare);
        let mut tries = 0;
        loop {
            tries += 1;
            let (prepared, made_at) = (Arc::clone(&prepare), act.clone());
            let (ready, made) =
                self.look(move |connection, asking| prepared(connection, &made_at, asking)).await?;
            let Ready { basis, command } = ready;
            let operation = move |desk: &mut Desk<'_>| enter(desk, &command).map(|()| made.clone());
            let operation = at_desk(self.asking(), operation);
            let act = (act.clone(), Some(basis));
            match self.service.store.write_ready(queue, act, operation, render).await {
                Err(WriteError::Stale) if tries < TRIES => {}
                written => return Ok(written?),
            }
        }
    }
}
