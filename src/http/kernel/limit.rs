//! How often a client may ask: off unless the operator sets a rate.

use super::problem::{Code, Problem};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};

const LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// Clients that have been quiet are forgotten after so many requests.
const SWEEP: u64 = 10_000;

type Limiter = RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, DefaultClock, StateInformationMiddleware>;

/// The limiter, if there is a rate.
pub struct Limit {
    a_minute: u32,
    limiter: Limiter,
    clock: DefaultClock,
    asked: AtomicU64,
}

/// What a client is told of its rate.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    a_minute: u32,
    left: u32,
    /// Until a request is let through again, or the quota is full again.
    seconds: u64,
}

impl Limit {
    /// `None`: as often as they like.
    pub fn new(a_minute: u32) -> Option<Limit> {
        let quota = Quota::per_minute(NonZeroU32::new(a_minute)?);
        let limiter = RateLimiter::keyed(quota).with_middleware();
        Some(Limit { a_minute, limiter, clock: DefaultClock::default(), asked: AtomicU64::new(0) })
    }

    /// Counts a request; the error: it is one too many.
    pub fn count(&self, client: IpAddr) -> Result<Standing, Standing> {
        if self.asked.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.limiter.retain_recent();
        }
        let a_minute = self.a_minute;
        match self.limiter.check_key(&client) {
            Ok(state) => {
                let left = state.remaining_burst_capacity();
                let used = u64::from(a_minute.saturating_sub(left));
                Ok(Standing { a_minute, left, seconds: (used * 60).div_ceil(u64::from(a_minute)) })
            }
            Err(until) => {
                let wait = until.wait_time_from(self.clock.now());
                Err(Standing { a_minute, left: 0, seconds: wait.as_secs() + 1 })
            }
        }
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
