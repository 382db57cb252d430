//! Refusals are written down: of whoever is known the first of every kind and the first many of a minute each by itself,
//! the rest of that minute as one entry of theirs; of strangers a few each and then a sum: so nobody can fill the audit
//! and nobody's act vanishes in a flood of others'.

use super::caller::Caller;
use super::problem::Problem;
use super::service::Service;
use super::shares::Client;
use crate::domain::id::PersonId;
use crate::domain::people::SignedIn;
use crate::operations::people::{
    RefusedAccess, RefusedAgain, RefusedKind, RefusedSum, note_refused, note_refused_again, note_refused_sum,
};
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

/// Refusals of one person between two sums that are written down one by one, whatever they are.
const OF_ONE: u64 = 30;

/// What was refused since the last sums.
#[derive(Default)]
pub struct Refusals {
    since: Mutex<Since>,
    persons: Mutex<HashMap<PersonId, OfPerson>>,
}

/// What one person was refused since the last sum.
struct OfPerson {
    count: u64,
    kinds: HashMap<Kind, Times>,
    /// The last that was only counted: as whose entry the sum is written.
    last: Option<(Act, Option<String>)>,
}

/// One refusal is like another of the same person: it is asked for the same, and refused for the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Kind {
    method: String,
    route: String,
    status: u16,
    code: String,
}

/// How often there was one of a kind, and how many of these were only counted.
#[derive(Default)]
struct Times {
    all: u64,
    unwritten: u64,
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

    /// Whether one of a person is to be written down by itself; else it is counted.
    fn takes_of(&self, person: &PersonId, kind: Kind, last: impl FnOnce() -> (Act, Option<String>)) -> bool {
        let mut persons = self.persons.lock().unwrap_or_else(PoisonError::into_inner);
        let nothing = || OfPerson { count: 0, kinds: HashMap::new(), last: None };
        let of_person = persons.entry(person.clone()).or_insert_with(nothing);
        of_person.count += 1;
        let times = of_person.kinds.entry(kind).or_default();
        times.all += 1;
        let writes = of_person.count <= OF_ONE || times.all == 1;
        if !writes {
            times.unwritten += 1;
            of_person.last = Some(last());
        }
        writes
    }

    /// How many were only counted since the last sums.
    pub fn unwritten(&self) -> u64 {
        let persons = self.persons.lock().unwrap_or_else(PoisonError::into_inner);
        let of_persons = persons.values().flat_map(|of_person| of_person.kinds.values());
        let of_persons: u64 = of_persons.map(|times| times.unwritten).sum();
        of_persons + self.since.lock().unwrap_or_else(PoisonError::into_inner).unwritten
    }

    /// What of persons was only counted since the last sum: in whose name it is written, and what it says.
    fn sums_of_persons(&self) -> Vec<(Act, RefusedAgain)> {
        let persons = std::mem::take(&mut *self.persons.lock().unwrap_or_else(PoisonError::into_inner));
        let told = persons.into_values().filter_map(|of_person| {
            let (act, agency_id) = of_person.last?;
            let again = of_person.kinds.into_iter().filter(|(_, times)| times.unwritten > 0);
            let mut again: Vec<(Kind, Times)> = again.collect();
            again.sort_by_key(|(_, times)| std::cmp::Reverse(times.unwritten));
            let kinds = again.into_iter().map(|(kind, times)| RefusedKind {
                status: kind.status,
                code: kind.code,
                method: kind.method,
                route: kind.route,
                refused: times.all,
                unwritten: times.unwritten,
            });
            Some((act, RefusedAgain { kinds: kinds.collect(), agency_id }))
        });
        told.collect()
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
    let route = request.match_pattern().unwrap_or_default();
    let asked = Asked { method: request.method().as_str(), path: request.path(), route: &route };
    write_down(service, caller, (status, code), &asked).await;
}

/// What was asked for.
pub struct Asked<'a> {
    pub method: &'a str,
    pub path: &'a str,
    /// The pattern that the path is one of.
    pub route: &'a str,
}

/// Writes one refusal into the audit; what is neither 401 nor 403 is none.
pub async fn write_down(service: &Service, caller: &Caller, (status, code): (u16, &str), asked: &Asked<'_>) {
    if !matches!(status, 401 | 403) {
        return;
    }
    let grants = caller.who.iter().flat_map(SignedIn::grants);
    let agency_id = grants.filter_map(|grant| grant.agency.as_ref()).map(|(id, _, _)| id.to_string()).next();
    let (method, code) = (asked.method.to_owned(), code.to_owned());
    let takes = match &caller.who {
        None => service.refusals.takes(caller.address.map(Client::at)),
        Some(who) => {
            let route = asked.route.to_owned();
            let kind = Kind { method: method.clone(), route, status, code: code.clone() };
            service.refusals.takes_of(&who.person().id, kind, || (caller.act(), agency_id.clone()))
        }
    };
    if !takes {
        return;
    }
    let refused = RefusedAccess {
        status,
        code,
        method,
        path: asked.path.chars().take(LONGEST_PATH).collect(),
        client: caller.address.map(|address| address.to_string()),
        agency_id,
    };
    let act = caller.act();
    let asking = crate::operations::Asking::public(caller.at.date());
    let operation = at_desk(asking, move |desk| note_refused(desk, &refused));
    write(service, act, operation).await;
}

/// Writes down what of persons was only counted, each in their own name; every minute, and at the end.
pub async fn sum_up_persons(service: &Service) {
    for (act, again) in service.refusals.sums_of_persons() {
        let at = chrono::SubsecRound::trunc_subsecs(chrono::Utc::now().naive_utc(), 6);
        let asking = crate::operations::Asking::public(at.date());
        let operation = at_desk(asking, move |desk| note_refused_again(desk, &again));
        write(service, Act { at, ..act }, operation).await;
    }
}

/// Writes down what of strangers was only counted; once an hour, and at the end.
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

    #[test]
    fn of_whoever_is_known_the_first_are_written_and_the_first_of_every_kind_and_the_rest_is_counted() {
        let refusals = Refusals::default();
        let person = |id: &str| PersonId::from_stored(id.to_owned());
        let takes = |id: &str, route: &str| {
            let (method, code) = ("GET".to_owned(), "forbidden".to_owned());
            let kind = Kind { method, route: route.to_owned(), status: 403, code };
            let act = Act::of_service("test", chrono::NaiveDateTime::default());
            refusals.takes_of(&person(id), kind, || (act, None))
        };
        assert_eq!((0..12_000).filter(|_| takes("one", "/audit")).count(), 30);
        assert!(takes("one", "/persons") && takes("other", "/audit"));
        assert!(!takes("one", "/persons"));
        let sums = refusals.sums_of_persons();
        let told: Vec<_> = sums[0].1.kinds.iter().map(|kind| (kind.route.as_str(), kind.unwritten)).collect();
        assert_eq!((sums.len(), told), (1, vec![("/audit", 11_970), ("/persons", 1)]));
        assert!(refusals.sums_of_persons().is_empty() && takes("one", "/audit"));
    }
}
