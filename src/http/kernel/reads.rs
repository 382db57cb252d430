//! Reads of what is not public are written down behind the answers: gathered in memory, entered together, and never in
//! a request's way.

use super::caller::Caller;
use super::service::Service;
use crate::domain::audit::Access;
use crate::operations::audit::enter_reads;
use crate::operations::store::{Act, Queue, StoredAnswer};
use crate::operations::{Refusal, Seen};
use actix_web::HttpMessage;
use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::web::Data;
use chrono::{SubsecRound, Utc};
use prometheus_client::metrics::counter::Counter;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// Different reads that wait at most; those beyond are only counted.
const MOST: usize = 10_000;
/// Reads entered together.
const TOGETHER: usize = 500;
/// How long reads are gathered.
const GATHER: Duration = Duration::from_secs(2);
/// Longest target written down, in characters.
const LONGEST: usize = 300;

type Key = (String, Option<String>, Option<String>, String, i32);

/// The reads that wait to be entered.
#[derive(Default)]
pub struct Reads {
    waiting: Mutex<HashMap<Key, Access>>,
    full: Notify,
    /// Those for which there was no room.
    pub lost: Counter,
}

impl Reads {
    fn note(&self, read: Access) {
        let key = (
            read.person_id.clone(),
            read.token_id.clone(),
            read.client.clone(),
            read.target.clone(),
            read.status,
        );
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = waiting.get_mut(&key) {
            known.times = known.times.saturating_add(1);
        } else if waiting.len() < MOST {
            waiting.insert(key, read);
            if waiting.len() >= TOGETHER {
                self.full.notify_one();
            }
        } else {
            self.lost.inc();
        }
    }

    fn take(&self) -> Vec<Access> {
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        let mut reads: Vec<Access> = waiting.into_values().collect();
        reads.sort_by(|one, other| one.id.cmp(&other.id));
        reads
    }
}

/// Takes note of an answer, if it showed what is not public.
pub fn note(service: &Service, response: &ServiceResponse<BoxBody>, caller: &Caller, route: Option<&str>) {
    let request = response.request();
    let seen = request.extensions().get::<Seen>().and_then(Seen::take);
    let (Some(sight), Some(who)) = (seen, &caller.who) else { return };
    if response.status().as_u16() >= 400 {
        return;
    }
    let target = request.uri().path_and_query().map_or("", |target| target.as_str());
    let session = caller.session();
    service.reads.note(Access {
        id: uuid::Uuid::now_v7().to_string(),
        at: caller.at,
        person_id: who.person().id.to_string(),
        person_name: who.person().name.clone(),
        token_id: session.token.as_ref().map(ToString::to_string),
        way: session.way.as_str().to_owned(),
        client: session.client.map(|address| address.to_string()),
        operation: format!("GET {}", route.unwrap_or_default()),
        target: target.chars().take(LONGEST).collect(),
        status: i32::from(response.status().as_u16()),
        times: 1,
        agency_id: sight.agency_id,
        report_id: sight.report_id,
        request_id: caller.request_id.clone(),
    });
}

/// Enters what was gathered, until the service ends.
pub async fn enter(service: Data<Service>) {
    while !service.ending.has_begun() {
        let _whether_full = tokio::time::timeout(GATHER, service.reads.full.notified()).await;
        enter_all(&service).await;
    }
}

/// Enters all that waits; what the database does not take is tried once more with the next.
pub async fn enter_all(service: &Service) {
    let reads = service.reads.take();
    for some in reads.chunks(TOGETHER) {
        let (rows, at) = (some.to_vec(), Utc::now().naive_utc().trunc_subsecs(6));
        let nothing = |(): &()| StoredAnswer { status: 200, headers: Vec::new(), body: String::new() };
        let entered = service
            .store
            .write(
                Queue::Bulk,
                Act::of_service("reads", at),
                move |connection, _, _| -> Result<(), Refusal> { enter_reads(connection, &rows) },
                nothing,
            )
            .await;
        if let Err(error) = entered {
            tracing::warn!(?error, "reads of what is not public could not be written down; they wait");
            some.iter().cloned().for_each(|read| service.reads.note(read));
            return;
        }
    }
}
