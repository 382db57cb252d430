//! Refusals are written down: who was refused what, as fast as the lane may be asked to.

use super::caller::Caller;
use super::problem::Problem;
use super::service::Service;
use crate::operations::people::{RefusedAccess, note_refused};
use crate::operations::store::{Act, Actor, Queue, StoredAnswer};
use crate::operations::{Asking, at_desk};
use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};

/// Refusals written a second: whoever knocks faster is counted, so that the audit cannot be flooded.
const A_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(19);
const AT_ONCE: NonZeroU32 = NonZeroU32::MIN.saturating_add(199);
/// Longest path written down.
const LONGEST_PATH: usize = 300;

/// Lets through what may be written and counts the rest.
pub struct Refusals {
    limiter: DefaultDirectRateLimiter,
    unwritten: AtomicU64,
}

impl Default for Refusals {
    fn default() -> Refusals {
        let quota = Quota::per_second(A_SECOND).allow_burst(AT_ONCE);
        Refusals { limiter: RateLimiter::direct(quota), unwritten: AtomicU64::new(0) }
    }
}

/// Writes a 401 or 403 into the audit before it is answered.
pub async fn record(service: &Service, response: &ServiceResponse<BoxBody>, caller: &Caller) {
    let request = response.request();
    let code = response.response().extensions().get::<Problem>().map_or("", |problem| problem.code.as_str());
    let status = response.status().as_u16();
    write_down(service, caller, (status, code), request.method().as_str(), request.path()).await;
}

/// Writes one refusal into the audit; what is neither 401 nor 403 is none.
pub async fn write_down(
    service: &Service,
    caller: &Caller,
    (status, code): (u16, &str),
    method: &str,
    path: &str,
) {
    if !matches!(status, 401 | 403) {
        return;
    }
    let refusals = &service.refusals;
    if refusals.limiter.check().is_err() {
        refusals.unwritten.fetch_add(1, Ordering::Relaxed);
        return;
    }
    let grants = caller.token.iter().flat_map(|token| &token.grants);
    let unwritten = refusals.unwritten.swap(0, Ordering::Relaxed);
    let refused = RefusedAccess {
        status,
        code: code.to_owned(),
        method: method.to_owned(),
        path: path.chars().take(LONGEST_PATH).collect(),
        client: caller.address.map(|address| address.to_string()),
        agency_id: grants.filter_map(|grant| grant.agency.as_ref()).map(|(id, _, _)| id.to_string()).next(),
        unwritten,
    };
    let act = Act {
        at: caller.at,
        actor: caller.token.as_ref().map(|token| Actor {
            person_id: token.person.id.to_string(),
            person_name: token.person.name.clone(),
            token_id: token.id.to_string(),
        }),
        request_id: caller.request_id.clone(),
        key: None,
    };
    let nothing = |(): &()| StoredAnswer { status: 200, headers: Vec::new(), body: String::new() };
    let written = service
        .store
        .write(
            Queue::Interactive,
            act,
            at_desk(Asking::public(caller.at.date(), service.options.review), move |desk| {
                note_refused(desk, &refused)
            }),
            nothing,
        )
        .await;
    if let Err(error) = written {
        refusals.unwritten.fetch_add(unwritten + 1, Ordering::Relaxed);
        tracing::warn!(?error, "a refusal could not be written into the audit");
    }
}
