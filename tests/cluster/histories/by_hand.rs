//! Servers whose standbys are promoted by hand: one standby, or two of which the one that has come further takes over.

use super::super::node::Node;
use super::super::{Cluster, service_at, url_of};
use super::{Servers, fail_overs};
use crate::api::harness::process::Service;
use std::mem::swap;
use std::time::Instant;

const WAYS: [&str; 4] = ["killed", "stopped at once", "switched over", "silent"];

/// Ends a primary in one of the ways; tells which.
fn end(primary: &mut Node, number: usize) -> &'static str {
    let way = WAYS[number % WAYS.len()];
    match way {
        "killed" => primary.kill(),
        "stopped at once" => primary.end("QUIT"),
        "switched over" => primary.end("INT"),
        _ => primary.hold(),
    }
    way
}

/// A primary and its standby.
struct Pair {
    cluster: Cluster,
    synchronous: bool,
}

impl Servers for Pair {
    fn name(&self) -> &'static str {
        if self.synchronous { "synchronous" } else { "behind" }
    }

    fn is_synchronous(&self) -> bool {
        self.synchronous
    }

    fn service(&self) -> Service {
        self.cluster.service()
    }

    fn prepare(&mut self) {
        if !self.synchronous {
            // From here on nothing reaches it.
            self.cluster.standby.kill();
        }
    }

    fn fail_over(&mut self, number: usize) -> (&'static str, Instant, Instant) {
        let began = Instant::now();
        let way = end(&mut self.cluster.primary, number);
        if !self.synchronous {
            self.cluster.standby.start(&self.cluster.programs);
        }
        self.cluster.promote();
        if way == "silent" {
            self.cluster.standby.fence();
        }
        self.cluster.wait_for_standbys(false);
        (way, began, Instant::now())
    }

    fn heal(&mut self) {
        let (primary, standby) = (&self.cluster.primary, &mut self.cluster.standby);
        standby.follow(&self.cluster.programs, primary);
        self.cluster.wait_for_standbys(self.synchronous);
        self.cluster.catch_up();
    }
}

/// A primary and two standbys, one of which has what is acknowledged; writes go on while a host is away.
struct Trio {
    cluster: Cluster,
    second: Node,
}

impl Trio {
    fn new() -> Option<Trio> {
        let cluster = Cluster::new(true)?;
        let second = cluster.another("second");
        // Whichever takes over waits for the other from its first write on.
        for node in [&cluster.primary, &cluster.standby, &second] {
            node.wait_for_standbys("ANY 1 (*)");
        }
        Some(Trio { cluster, second })
    }
}

impl Servers for Trio {
    fn name(&self) -> &'static str {
        "two synchronous standbys"
    }

    fn is_synchronous(&self) -> bool {
        true
    }

    fn service(&self) -> Service {
        service_at(&url_of(&[&self.cluster.primary, &self.cluster.standby, &self.second]))
    }

    fn fail_over(&mut self, number: usize) -> (&'static str, Instant, Instant) {
        let began = Instant::now();
        let Trio { cluster, second } = self;
        let way = end(&mut cluster.primary, number);
        // From here on neither comes any further: what was still on its way must not overtake the one that is chosen.
        cluster.standby.listen_to(None);
        second.listen_to(None);
        if second.received() > cluster.standby.received() {
            swap(second, &mut cluster.standby);
        }
        cluster.promote();
        let promoted = Instant::now();
        second.listen_to(Some(&cluster.primary));
        if way == "silent" {
            cluster.standby.fence();
        }
        (way, began, promoted)
    }

    fn heal(&mut self) {
        let (primary, standby) = (&self.cluster.primary, &mut self.cluster.standby);
        standby.follow(&self.cluster.programs, primary);
        self.cluster.catch_up();
    }
}

fn times(short: usize, long: usize) -> usize {
    let said = std::env::var("NIANBAO_TEST_FAIL_OVERS").ok().and_then(|times| times.parse().ok());
    if std::env::var_os("NIANBAO_TEST_LONG").is_some() { said.unwrap_or(long) } else { short }
}

fn on_a_pair(synchronous: bool, times: usize) {
    let Some(cluster) = Cluster::new(synchronous) else { return };
    fail_overs(Pair { cluster, synchronous }, times);
}

#[test]
fn nothing_acknowledged_is_lost_over_fail_overs_to_a_synchronous_standby() {
    on_a_pair(true, times(5, 100));
}

#[test]
fn nothing_acknowledged_is_lost_over_fail_overs_to_whichever_of_two_standbys_has_come_further() {
    let Some(trio) = Trio::new() else { return };
    fail_overs(trio, times(4, 100));
}

#[test]
fn each_fork_is_told_to_every_reader_and_nothing_lost_is_served() {
    on_a_pair(false, times(3, 50));
}
