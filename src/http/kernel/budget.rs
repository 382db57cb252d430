//! Bytes of bodies that are in memory at once: booked before they are read, of an instance and of each client.

use super::limit::own_share_full;
use super::problem::{Code, Problem};
use super::shares::Client;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

/// How long a body waits for the bytes of others to be let go.
const PATIENCE: Duration = Duration::from_secs(20);
/// What all who have not signed in may hold together, as a part of all there is: they come from as many addresses as
/// they like.
const STRANGERS: usize = 8;

/// How much may be in memory at once, and how much is.
pub struct Budget {
    of_all: usize,
    of_one: usize,
    taken: Arc<Taken>,
}

#[derive(Default)]
struct Taken {
    held: Mutex<Held>,
    freed: Notify,
}

#[derive(Default)]
struct Held {
    all: usize,
    by_strangers: usize,
    by_client: HashMap<Client, usize>,
}

/// Bytes that are booked; given back when dropped.
pub struct Booked {
    taken: Arc<Taken>,
    client: Option<Client>,
    stranger: bool,
    bytes: usize,
}

/// Which of the two is used up.
enum Full {
    Own,
    All,
}

impl Budget {
    pub fn new(of_all: usize, of_one: usize) -> Budget {
        Budget { of_all, of_one, taken: Arc::default() }
    }

    /// Bytes booked now, of how many.
    pub fn in_flight(&self) -> (usize, usize) {
        (self.taken.held.lock().unwrap_or_else(PoisonError::into_inner).all, self.of_all)
    }

    /// Nothing yet, for a client; who is not counted has no share of their own.
    pub fn open(&self, client: Option<&Client>, stranger: bool) -> Booked {
        Booked { taken: Arc::clone(&self.taken), client: client.cloned(), stranger, bytes: 0 }
    }

    /// Books more, waiting for others to let go; more than there is at all is booked as all there is.
    pub async fn book(&self, booked: &mut Booked, more: usize) -> Result<(), Problem> {
        let until = Instant::now() + PATIENCE;
        loop {
            let freed = self.taken.freed.notified();
            match self.try_book(booked, more) {
                Ok(()) => return Ok(()),
                Err(full) => {
                    if timeout_at(until, freed).await.is_err() {
                        return Err(match full {
                            Full::Own => own_share_full(),
                            Full::All => Problem::new(Code::Overloaded),
                        });
                    }
                }
            }
        }
    }

    fn try_book(&self, booked: &mut Booked, more: usize) -> Result<(), Full> {
        let mut held = self.taken.held.lock().unwrap_or_else(PoisonError::into_inner);
        let of_others = held.all - booked.bytes;
        let wanted = booked.bytes + more;
        if of_others > 0 && of_others + wanted > self.of_all {
            return Err(Full::All);
        }
        if booked.stranger && held.by_strangers + more > self.of_all / STRANGERS {
            return Err(Full::All);
        }
        if let Some(client) = &booked.client {
            let own = held.by_client.get(client).copied().unwrap_or(0);
            if own > booked.bytes && own + more > self.of_one {
                return Err(Full::Own);
            }
            held.by_client.insert(client.clone(), own + more);
        }
        held.all += more;
        held.by_strangers += if booked.stranger { more } else { 0 };
        booked.bytes = wanted;
        Ok(())
    }
}

impl Drop for Booked {
    fn drop(&mut self) {
        if self.bytes == 0 {
            return;
        }
        let mut held = self.taken.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.all -= self.bytes;
        held.by_strangers -= if self.stranger { self.bytes } else { 0 };
        if let Some(client) = &self.client
            && let Some(own) = held.by_client.get_mut(client)
        {
            *own -= self.bytes;
            if *own == 0 {
                held.by_client.remove(client);
            }
        }
        drop(held);
        self.taken.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_fills_its_own_share_and_never_that_of_others() {
        let budget = Budget::new(100, 60);
        let client = |text: &str| Client::at(text.parse().unwrap());
        let (one, other) = (client("192.0.2.1"), client("192.0.2.2"));
        let mut first = budget.open(Some(&one), false);
        assert!(budget.try_book(&mut first, 50).is_ok());
        let mut second = budget.open(Some(&one), false);
        assert!(matches!(budget.try_book(&mut second, 20), Err(Full::Own)));
        let mut third = budget.open(Some(&other), false);
        assert!(budget.try_book(&mut third, 40).is_ok());
        let mut fourth = budget.open(None, false);
        assert!(matches!(budget.try_book(&mut fourth, 20), Err(Full::All)));
        drop(first);
        assert!(budget.try_book(&mut second, 20).is_ok());
        drop((second, third, fourth));
        assert_eq!(budget.in_flight(), (0, 100));
        let mut stranger = budget.open(Some(&other), true);
        assert!(budget.try_book(&mut stranger, 12).is_ok());
        let mut another = budget.open(Some(&one), true);
        assert!(
            matches!(budget.try_book(&mut another, 1), Err(Full::All)),
            "strangers have an eighth together"
        );
        drop((stranger, another));
        let mut huge = budget.open(Some(&one), false);
        assert!(budget.try_book(&mut huge, 1_000).is_ok(), "alone, even the largest goes through");
    }
}
