//! When tokens were last used, written down behind the requests.

use super::service::Service;
use crate::domain::people::Token;
use crate::operations::Refusal;
use crate::operations::people::{is_to_be_noted, note_use};
use crate::operations::store::{Act, Queue, StoredAnswer, WriteError, Written};
use actix_web::web::Data;
use chrono::NaiveDateTime;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// Tokens whose use is being written down.
#[derive(Default)]
pub struct LastUses(Mutex<HashSet<String>>);

impl LastUses {
    fn begin(&self, token: &Token) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(token.id.to_string())
    }

    fn end(&self, token: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(token);
    }
}

/// Has the use of a token written down where that was not done within the hour; nobody waits for it.
pub fn note(service: &Data<Service>, token: &Token, at: NaiveDateTime) {
    if !is_to_be_noted(token, at) || !service.last_uses.begin(token) {
        return;
    }
    let (service, id) = (service.clone(), token.id.clone());
    actix_web::rt::spawn(async move {
        let act = Act::of_service("last_use", at);
        let noted = id.clone();
        let nothing = |(): &()| StoredAnswer { status: 200, headers: Vec::new(), body: String::new() };
        let written: Result<Written<()>, WriteError<Refusal>> = service
            .store
            .write(Queue::Bulk, act, move |connection, act, _| note_use(connection, &noted, act.at), nothing)
            .await;
        if let Err(error) = written {
            tracing::debug!(?error, "the use of a token was not written down; the next one is");
        }
        service.last_uses.end(id.as_str());
    });
}
