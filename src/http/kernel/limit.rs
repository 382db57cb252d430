//! How much a client may ask in a minute, in units of what it costs.

use super::cost::Cost;
use super::problem::{Code, Problem};
use super::shares::Client;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use ipnet::IpNet;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};

const LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// Clients that have been quiet are forgotten after so many requests.
const SWEEP: u64 = 10_000;
/// A person is known, and works all day: so many times what an address may.
const PERSON: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

type Limiter = RateLimiter<Client, DefaultKeyedStateStore<Client>, DefaultClock, StateInformationMiddleware>;

/// One quota for many clients.
struct Quotas {
    a_minute: NonZeroU32,
    limiter: Limiter,
}

/// The rates, if clients are counted at all.
pub struct Limit {
    strangers: Quotas,
    persons: Quotas,
    exempt: Vec<IpNet>,
    clock: DefaultClock,
    asked: AtomicU64,
}

/// What a client is told of its rate.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    a_minute: NonZeroU32,
    left: u32,
    /// Until a request is let through again, or the quota is full again.
    seconds: u64,
}

impl Quotas {
    fn new(a_minute: NonZeroU32) -> Quotas {
        Quotas { a_minute, limiter: RateLimiter::keyed(Quota::per_minute(a_minute)).with_middleware() }
    }
}

impl Limit {
    /// `None`: clients are not counted.
    pub fn new(a_minute: u32, exempt: Vec<IpNet>) -> Option<Limit> {
        let a_minute = NonZeroU32::new(a_minute)?;
        Some(Limit {
            strangers: Quotas::new(a_minute),
            persons: Quotas::new(a_minute.saturating_mul(PERSON)),
            exempt,
            clock: DefaultClock::default(),
            asked: AtomicU64::new(0),
        })
    }

    /// Whom a request is counted to; `None`: to nobody, since a portal is one address for thousands.
    pub fn client(&self, person: Option<&str>, address: Option<IpAddr>) -> Option<Client> {
        if let Some(person) = person {
            return Some(Client::Person(person.to_owned()));
        }
        let address = address.filter(|address| !self.exempt.iter().any(|range| range.contains(address)))?;
        Some(Client::at(address))
    }

    /// Counts a request; the error: it is one too many. `None`: it costs nothing.
    pub fn count(&self, client: &Client, cost: Cost) -> Option<Result<Standing, Standing>> {
        if self.asked.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.strangers.limiter.retain_recent();
            self.persons.limiter.retain_recent();
        }
        let Quotas { a_minute, limiter } = match client {
            Client::Person(_) => &self.persons,
            Client::Network(_) => &self.strangers,
        };
        let a_minute = *a_minute;
        let counted = limiter.check_key_n(client, cost.units()?.min(a_minute)).ok()?;
        Some(match counted {
            Ok(state) => {
                let left = state.remaining_burst_capacity();
                let used = u64::from(a_minute.get().saturating_sub(left));
                Ok(Standing { a_minute, left, seconds: (used * 60).div_ceil(u64::from(a_minute.get())) })
            }
            Err(until) => {
                let wait = until.wait_time_from(self.clock.now());
                Err(Standing { a_minute, left: 0, seconds: wait.as_secs() + 1 })
            }
        })
    }
}

impl Standing {
    pub fn write(self, headers: &mut HeaderMap) {
        let texts = [
            (POLICY, format!("\"client\";q={};w=60", self.a_minute)),
            (LIMIT, format!("\"client\";r={};t={}", self.left, self.seconds)),
        ];
        for (name, text) in texts {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert(name, value);
            }
        }
    }

    pub fn refusal(self) -> Problem {
        Problem::new(Code::RateLimited).header(RETRY_AFTER, &self.seconds.to_string())
    }
}

/// A client holds all the places that are its own; another one may well get through.
pub fn own_share_full() -> Problem {
    Problem::new(Code::RateLimited).detail("own_share", Vec::new()).header(RETRY_AFTER, "1")
}
