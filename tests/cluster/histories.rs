//! Fail-over after fail-over, while others write and read: what each was told is recorded, and held against what is
//! there in the end.
//!
//! `NIANBAO_TEST_LONG=1` makes it a hundred fail-overs to a synchronous standby, as many with a second one beside it, and
//! fifty to one that is behind.

mod by_hand;

use super::clients::{Acknowledged, Along, Held, Log, Made, pause, poll, publish, write};
use super::node::wait_until;
use crate::api::harness::client::Reply;
use crate::api::harness::process::Service;
use crate::api::harness::world::{World, register};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

const WRITERS: usize = 3;
const POLLERS: usize = 8;
/// Reports published around each fail-over.
const PUBLISHED: usize = 1;

/// Servers of which one takes writes, until another one takes its place.
pub trait Servers {
    /// What they are called where figures are told.
    fn name(&self) -> &'static str;

    /// Whether nothing that was acknowledged may be lost.
    fn is_synchronous(&self) -> bool;

    /// An instance of the service on whichever takes writes.
    fn service(&self) -> Service;

    /// What comes before an end of the primary.
    fn prepare(&mut self) {}

    /// Ends the primary in one of its ways; tells which, when that was, and when another one had taken its place.
    fn fail_over(&mut self, number: usize) -> (&'static str, Instant, Instant);

    /// All of them are there again.
    fn heal(&mut self);
}

struct History<'s, S> {
    servers: S,
    services: &'s [Service],
    /// How long nothing was acknowledged, from the end of the primary; and from the end of the promotion.
    pauses: Vec<(&'static str, Duration, Duration)>,
    /// When each fail-over began, and how many acknowledged writes it lost.
    forks: Vec<Instant>,
}

impl<S: Servers> History<'_, S> {
    fn epoch(&self) -> Value {
        let ask = || self.services[0].get("/changes?since=0&limit=1").raw().send();
        let mut epoch = Value::Null;
        wait_until("the changes are told", || {
            let reply = ask();
            if reply.status == 200 {
                epoch = reply.value()["epoch"].clone();
            }
            reply.status == 200
        });
        epoch
    }

    fn fail_over(&mut self, number: usize, log: &Log) {
        let before = self.epoch();
        self.servers.prepare();
        if !self.servers.is_synchronous() {
            let already = log.lock().expect("the log").len();
            wait_until("something that will be lost", || log.lock().expect("the log").len() > already + 3);
        }
        let (way, began, promoted) = self.servers.fail_over(number);
        let newest = || log.lock().expect("the log").last().map(|last| last.at);
        wait_until("writes are acknowledged again", || newest().is_some_and(|at| at > promoted));
        let at = newest().expect("a write");
        self.pauses.push((way, at - began, at - promoted));
        if self.epoch() != before {
            self.forks.push(promoted);
        }
        self.servers.heal();
    }

    /// Everything acknowledged is there once; what a fork may have taken is nowhere, at no instance.
    fn check(&self, log: &[Acknowledged], root: &str) -> usize {
        let mut there: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut path = format!("/agencies?within={root}&limit=200");
        loop {
            let page = self.services[0].get(&path).raw().send().expect(200).value();
            for item in page["items"].as_array().into_iter().flatten() {
                let text = |member: &str| item[member].as_str().unwrap_or_default().to_owned();
                there.entry(text("name")).or_default().push(text("id"));
            }
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/agencies?within={root}&limit=200&cursor={cursor}");
        }
        for (name, ids) in &there {
            assert_eq!(ids.len(), 1, "{name} is there once");
        }
        let ids: BTreeSet<&String> = there.values().flatten().collect();
        let mut lost = 0;
        for one in log {
            let (path, is_there) = match one.made {
                Made::Agency => (format!("/agencies/{}", one.id), ids.contains(&one.id)),
                Made::Published => {
                    let path = format!("/reports/{}", one.id);
                    let status = self.services[0].get(&path).raw().send().status;
                    (path, status == 200)
                }
            };
            if !is_there {
                assert!(self.forks.iter().any(|fork| one.at < *fork), "{one:?} was acknowledged and is lost");
                lost += 1;
            }
            for service in self.services {
                let status = service.get(&path).raw().send().status;
                assert_eq!(status == 200, is_there, "{one:?}: {status}");
            }
        }
        lost
    }
}

/// Takes a report as far as a publisher needs it.
fn approve(world: &World, name: &str) -> String {
    let bureau = register(world.service, name, "county", "department", Some(&world.county));
    let text = |text: &String| text.clone();
    let one = World {
        bureau,
        county: text(&world.county),
        province: text(&world.province),
        neighbour: text(&world.neighbour),
        service: world.service,
    };
    let id = one.full_draft().value()["id"].as_str().expect("an id").to_owned();
    one.transit(&id, &one.editor(), json!({"action": "submit"})).expect(201);
    for number in 1..=3 {
        one.transit(&id, &one.reviewer(number), json!({"action": "approve"})).expect(201);
    }
    id
}

/// Many write and read while the primary is taken away again and again; then what they were told is held against what is
/// there.
pub fn fail_overs(servers: impl Servers, times: usize) {
    let services = [servers.service(), servers.service()];
    let world = World::new(&services[0]);
    let publisher = world.publisher();
    (1..=3).for_each(|number| drop(world.reviewer(number)));
    let along = Along {
        urls: services.iter().map(|service| service.url.clone()).collect(),
        token: services[0].admin(),
        over: Arc::default(),
    };
    let log = Log::default();
    let mut hands: Vec<JoinHandle<()>> = Vec::new();
    for number in 0..WRITERS {
        let (along, log, parent) = (along.clone(), Arc::clone(&log), world.county.clone());
        hands.push(thread::spawn(move || write(along, log, parent, number)));
    }
    let (approved, to_publish) = mpsc::channel();
    hands.push({
        let (along, log) = (along.clone(), Arc::clone(&log));
        thread::spawn(move || publish(along, log, publisher, to_publish))
    });
    let pollers: Vec<JoinHandle<Held>> = (0..POLLERS)
        .map(|number| {
            let along = along.clone();
            thread::spawn(move || poll(&along, number))
        })
        .collect();
    let mut history = History { servers, services: &services, pauses: Vec::new(), forks: Vec::new() };
    for number in 0..times {
        for report in 0..PUBLISHED {
            approved.send(approve(&world, &format!("第{number}轮第{report}局"))).expect("taken");
        }
        history.fail_over(number, &log);
    }
    drop(approved);
    // The last of it reaches everybody.
    let whole = || services[0].get("/changes?since=0&limit=200").raw().send();
    let mut last = Vec::new();
    wait_until("nothing is published any more", || {
        let items = whole().value()["items"].as_array().cloned().unwrap_or_default();
        let settled = items == last;
        last = items;
        (0..10).for_each(|_| pause());
        settled
    });
    along.over.store(true, Ordering::Release);
    hands.into_iter().for_each(|hand| hand.join().expect("a writer"));
    let log = std::mem::take(&mut *log.lock().expect("the log"));
    let lost = history.check(&log, &world.province);
    check_changes(&history, pollers, whole);
    for verb in [["audit", "verify"], ["stats", "verify"]] {
        let verified = services[0].run(&verb);
        assert!(verified.status.success(), "{verb:?}: {}", String::from_utf8_lossy(&verified.stdout));
    }
    tell(&history, times, log.len(), lost);
}

/// What each poller gathered is the log as it is now, whatever it was told on the way.
fn check_changes(
    history: &History<'_, impl Servers>,
    pollers: Vec<JoinHandle<Held>>,
    whole: impl Fn() -> Reply,
) {
    let whole = whole().value();
    let items = whole["items"].as_array().expect("items");
    let numbers: Vec<i64> = items.iter().filter_map(|item| item["seq"].as_i64()).collect();
    for pair in numbers.windows(2) {
        assert!(pair[1] == pair[0] + 1 || !history.forks.is_empty(), "a gap in {numbers:?}");
        assert!(pair[1] > pair[0], "{numbers:?}");
    }
    for poller in pollers {
        let held = poller.join().expect("a poller");
        assert_eq!(held.epoch, whole["epoch"]);
        assert_eq!(&held.items, items, "a poller that was told {} times", held.resets);
        if history.servers.is_synchronous() {
            assert_eq!(held.resets, 0, "nothing was lost, and nobody is told so");
        } else {
            assert!(held.resets >= history.forks.len(), "{} of {}", held.resets, history.forks.len());
        }
    }
    assert_eq!(history.servers.is_synchronous(), history.forks.is_empty());
}

/// The median and the longest.
fn sorted(pauses: impl Iterator<Item = Duration>) -> (Duration, Duration) {
    let mut all: Vec<Duration> = pauses.collect();
    all.sort_unstable();
    (all[all.len() / 2], all[all.len() - 1])
}

fn tell(history: &History<'_, impl Servers>, times: usize, acknowledged: usize, lost: usize) {
    let mut told = std::io::stderr();
    let _ = writeln!(
        told,
        "{times} fail-overs ({}): {acknowledged} writes acknowledged, {lost} lost, {} forks",
        history.servers.name(),
        history.forks.len(),
    );
    let ways: BTreeSet<&str> = history.pauses.iter().map(|pause| pause.0).collect();
    for way in ways.into_iter().map(Some).chain([None]) {
        let of_way = || history.pauses.iter().filter(|pause| way.is_none_or(|way| way == pause.0));
        let (whole, longest) = sorted(of_way().map(|pause| pause.1));
        let (behind, longest_behind) = sorted(of_way().map(|pause| pause.2));
        let _ = writeln!(
            told,
            "{}: {} times; without writes {whole:.1?} (median), {longest:.1?} (longest); beyond the promotion \
             {behind:.1?}, {longest_behind:.1?}",
            way.unwrap_or("all"),
            of_way().count(),
        );
    }
}
