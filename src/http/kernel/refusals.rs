//! Refusals are written down: whoever is known each time, strangers a few times each and then summed up, so that nobody
//! can fill the audit and nobody's act vanishes in a flood of others'.

use super::caller::Caller;
use super::problem::Problem;
use super::service::Service;
use super::shares::Client;
use crate::domain::people::SignedIn;
use crate::operations::people::{RefusedAccess, RefusedSum, note_refused, note_refused_sum};
use crate::operations::store::{Act, AnyConnection, Notes, Queue, StoredAnswer};
use crate::operations::{Refusal, at_desk};
use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Longest path written down.
const LONGEST_PATH: usize = 300;
/// Refusals of one stranger, and of all of them, that are written down one by one between two sums.
const EACH: u64 = 5;
const OF_ALL: u64 = 100;
/// Strangers told apart in a sum; the rest are one.
const TOLD_APART: usize = 1_000;

/// What strangers were refused since the last sum.
#[derive(Default)]
pub struct Refusals {
    since: Mutex<Since>,
}

#[derive(Default)]
struct Since {
    written: u64,
    unwritten: u64,
    by_client: HashMap<Option<Client>, u64>,
}

impl Refusals {
    /// Whether one of a stranger is to be written down by itself; else it is counted.
    fn takes(&self, client: Option<Client>) -> bool {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let known = since.by_client.len() < TOLD_APART || since.by_client.contains_key(&client);
        let count = since.by_client.entry(client.filter(|_| known)).or_default();
        *count += 1;
        let writes = *count <= EACH && since.written < OF_ALL;
        if writes {
            since.written += 1;
        } else {
            since.unwritten += 1;
        }
        writes
    }

    /// How many were only counted since the last sum.
    pub fn unwritten(&self) -> u64 {
        self.since.lock().unwrap_or_else(PoisonError::into_inner).unwritten
    }

    /// What was only counted since the last sum, the busiest strangers first; `None`: nothing.
    fn sum(&self) -> Option<RefusedSum> {
        let since = std::mem::take(&mut *self.since.lock().unwrap_or_else(PoisonError::into_inner));
        if since.unwritten == 0 {
            return None;
        }
        let mut clients: Vec<(String, u64)> = since
            .by_client
            .into_iter()
            .map(|(client, count)| (client.map_or("…".to_owned(), |client| client.to_string()), count))
            .collect();
        clients.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        Some(RefusedSum { unwritten: since.unwritten, clients })
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
    if caller.who.is_none() && !service.refusals.takes(caller.address.map(Client::at)) {
        return;
    }
    let grants = caller.who.iter().flat_map(SignedIn::grants);
    let refused = RefusedAccess {
        status,
        code: code.to_owned(),
        method: method.to_owned(),
        path: path.chars().take(LONGEST_PATH).collect(),
        client: caller.address.map(|address| address.to_string()),
        agency_id: grants.filter_map(|grant| grant.agency.as_ref()).map(|(id, _, _)| id.to_string()).next(),
    };
    let act = caller.act();
    let asking = crate::operations::Asking::public(caller.at.date());
    let operation = at_desk(asking, move |desk| note_refused(desk, &refused));
    write(service, act, operation).await;
}

/// Writes down what was only counted; once an hour, and at the end.
pub async fn sum_up(service: &Service) {
    let Some(sum) = service.refusals.sum() else { return };
    let at = chrono::SubsecRound::trunc_subsecs(chrono::Utc::now().naive_utc(), 6);
    let act = Act::of_service("refusals", at);
    let asking = crate::operations::Asking::public(at.date());
    write(service, act, at_desk(asking, move |desk| note_refused_sum(desk, &sum))).await;
}

async fn write(
    service: &Service,
    act: Act,
    operation: impl FnMut(&mut AnyConnection, &Act, &mut Notes) -> Result<(), Refusal> + Send + 'static,
) {
    let nothing = |(): &()| StoredAnswer { status: 200, headers: Vec::new(), body: String::new() };
    if let Err(error) = service.store.write(Queue::Interactive, act, operation, nothing).await {
        tracing::warn!(?error, "refusals could not be written into the audit");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_one_stranger_leaves_room_for_others_and_is_summed_up() {
        let refusals = Refusals::default();
        let client = |text: &str| Some(Client::at(text.parse().unwrap()));
        let written = (0..1_000).filter(|_| refusals.takes(client("192.0.2.1"))).count();
        assert_eq!(written, 5);
        assert!(refusals.takes(client("192.0.2.2")), "another one's first is written");
        let sum = refusals.sum().unwrap();
        assert_eq!((sum.unwritten, &sum.clients[0]), (995, &("192.0.2.1".to_owned(), 1_000)));
        assert!(refusals.sum().is_none());
        let many = (0..5_000u32)
            .filter(|number| refusals.takes(Some(Client::at(std::net::Ipv4Addr::from(*number).into()))));
        assert_eq!(many.count(), 100, "nor do many strangers fill the audit");
    }
}
