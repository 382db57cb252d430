//! Who a client is, and how many places each may hold of something that all share.

use ipnet::IpNet;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Whom a request is counted to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Client {
    /// The id of whoever has a token.
    Person(String),
    /// An address; of IPv6 the network that one subscriber has.
    Network(IpNet),
}

impl std::fmt::Display for Client {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Client::Person(id) => out.write_str(id),
            Client::Network(network) if network.prefix_len() == network.max_prefix_len() => {
                network.addr().fmt(out)
            }
            Client::Network(network) => network.fmt(out),
        }
    }
}

impl Client {
    pub fn at(address: IpAddr) -> Client {
        let network = match address {
            IpAddr::V4(_) => IpNet::from(address),
            IpAddr::V6(_) => IpNet::new(address, 64).map_or(IpNet::from(address), |network| network.trunc()),
        };
        Client::Network(network)
    }
}

/// A place that is held; given back when dropped.
#[derive(Debug)]
pub struct Place {
    _permit: Option<OwnedSemaphorePermit>,
}

/// Clients known at once before those who hold nothing are forgotten.
const MANY: usize = 1_024;

/// So many places for each client.
pub struct Shares {
    each: usize,
    held: Mutex<HashMap<Client, Weak<Semaphore>>>,
}

impl Shares {
    pub fn new(each: usize) -> Shares {
        Shares { each, held: Mutex::default() }
    }

    fn of(&self, client: &Client) -> Arc<Semaphore> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(places) = held.get(client).and_then(Weak::upgrade) {
            return places;
        }
        if held.len() >= MANY {
            held.retain(|_, places| places.strong_count() > 0);
        }
        let places = Arc::new(Semaphore::new(self.each));
        held.insert(client.clone(), Arc::downgrade(&places));
        places
    }

    /// A place now; `None` if this client holds all of its own. Who is not counted always has one.
    pub fn take(&self, client: Option<&Client>) -> Option<Place> {
        let Some(client) = client else { return Some(Place { _permit: None }) };
        let permit = self.of(client).try_acquire_owned().ok()?;
        Some(Place { _permit: Some(permit) })
    }

    /// The same, waiting for one of them to come free.
    pub async fn wait(&self, client: Option<&Client>, patience: Duration) -> Option<Place> {
        let Some(client) = client else { return Some(Place { _permit: None }) };
        let permit = tokio::time::timeout(patience, self.of(client).acquire_owned()).await.ok()?.ok()?;
        Some(Place { _permit: Some(permit) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_never_takes_what_another_may_have() {
        let shares = Shares::new(2);
        let client = |text: &str| Client::at(text.parse().unwrap());
        let (one, same, other) =
            (client("2001:db8::1"), client("2001:db8::ffff:2"), client("2001:db8:0:1::1"));
        let (first, second) = (shares.take(Some(&one)), shares.take(Some(&same)));
        assert!(first.is_some() && second.is_some());
        assert!(shares.take(Some(&one)).is_none(), "one network is one client");
        assert!(shares.take(Some(&other)).is_some());
        drop(first);
        assert!(shares.take(Some(&same)).is_some(), "a place is given back");
        assert!(shares.take(None).is_some());
        assert_ne!(client("192.0.2.1"), client("192.0.2.2"));
    }
}
