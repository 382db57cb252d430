//! Fail-over after fail-over, while others write and read: what each was told is recorded, and held against what is
//! there in the end.
//!
//! `NIANBAO_TEST_LONG=1` makes it a hundred fail-overs to a synchronous standby and fifty to one that is behind.

use super::Cluster;
use super::node::wait_until;
use crate::api::harness::client::{Reply, Request};
use crate::api::harness::process::{Service, agent};
use crate::api::harness::world::{World, register};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

const WRITERS: usize = 3;
const POLLERS: usize = 8;
const EVERY: Duration = Duration::from_millis(50);
/// Reports published around each fail-over.
const PUBLISHED: usize = 1;

/// How a primary ends.
#[derive(Debug, Clone, Copy)]
enum Way {
    Killed,
    Immediate,
    SwitchedOver,
    Silent,
}

const WAYS: [Way; 4] = [Way::Killed, Way::Immediate, Way::SwitchedOver, Way::Silent];

/// A write that was acknowledged: what it made, and when.
#[derive(Debug, Clone)]
struct Acknowledged {
    made: Made,
    id: String,
    at: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Made {
    Agency,
    Published,
}

type Log = Arc<Mutex<Vec<Acknowledged>>>;

/// What is the same for all who write and read.
#[derive(Clone)]
struct Along {
    urls: Vec<String>,
    token: String,
    over: Arc<AtomicBool>,
}

impl Along {
    fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    fn ask(&self, agent: &ureq::Agent, turn: usize, method: &str, path: &str) -> Request {
        let url = &self.urls[turn % self.urls.len()];
        Request::new(agent.clone(), url, method, path).token(&self.token)
    }
}

fn pause() {
    thread::park_timeout(EVERY);
}

/// Writes one agency after the other, each until it is acknowledged, under the same key.
fn write(along: Along, log: Log, parent: String, number: usize) {
    let agent = agent();
    for turn in 0.. {
        let name = format!("写者{number}第{turn}局");
        let body = json!({"name": name, "level": "county", "kind": "department", "parent_id": parent});
        let id = loop {
            if along.is_over() {
                return;
            }
            let asked = along.ask(&agent, turn + number, "POST", "/agencies").json(&body);
            match asked.header("idempotency-key", &format!("writer-{number}-{turn}")).try_send() {
                Ok(reply) if reply.status == 201 => break reply.value()["id"].as_str().map(str::to_owned),
                // Its first try is still under way.
                Ok(reply) if reply.status == 503 || reply.status == 409 => pause(),
                other => panic!("{name}: {other:?}"),
            }
        };
        let id = id.expect("an id");
        log.lock().expect("the log").push(Acknowledged { made: Made::Agency, id, at: Instant::now() });
        pause();
    }
}

/// Publishes what has been approved, each until it is acknowledged; what is lost meanwhile is left.
fn publish(along: Along, log: Log, publisher: String, approved: mpsc::Receiver<String>) {
    let along = Along { token: publisher, ..along };
    let agent = agent();
    let order = json!({"action": "publish"});
    for (turn, report) in approved.iter().enumerate() {
        let path = format!("/reports/{report}");
        let ask = |method: &str, path: &str| along.ask(&agent, turn, method, path);
        let is_published = || {
            let read = ask("GET", &path).try_send().ok().filter(|read| read.status != 503)?;
            if read.status == 404 || read.value()["state"] == "published" {
                return Some(());
            }
            let sent = ask("POST", &format!("{path}/transitions")).if_match(read.tag()).json(&order);
            sent.try_send().ok().filter(|reply| reply.status == 201)?;
            let acknowledged = Acknowledged { made: Made::Published, id: report.clone(), at: Instant::now() };
            log.lock().expect("the log").push(acknowledged);
            Some(())
        };
        while !along.is_over() && is_published().is_none() {
            pause();
        }
    }
}

/// What one poller holds of the public's changes.
#[derive(Debug, Default, Clone)]
struct Held {
    epoch: Value,
    next: i64,
    items: Vec<Value>,
    /// How often it was told to begin anew.
    resets: usize,
}

/// Asks for what is new again and again, as a dashboard does.
fn poll(along: &Along, number: usize) -> Held {
    let agent = agent();
    let mut held = Held::default();
    while !along.is_over() {
        let url = &along.urls[number % along.urls.len()];
        let path = format!("/changes?since={}&limit=200", held.next);
        let told = Request::new(agent.clone(), url, "GET", &path).try_send();
        match told {
            Ok(reply) if reply.status == 200 => take(&mut held, &reply.value()),
            Ok(reply) if reply.status == 410 => {
                held = Held { resets: held.resets + 1, ..Held::default() };
                continue;
            }
            Ok(reply) if reply.status == 503 => {}
            other => panic!("{other:?}"),
        }
        pause();
    }
    held
}

fn take(held: &mut Held, page: &Value) {
    if held.epoch != page["epoch"] {
        // A reader that compares begins anew; what it was given here is of the new log.
        let resets = held.resets + usize::from(!held.epoch.is_null());
        *held = Held { epoch: page["epoch"].clone(), resets, ..Held::default() };
        return;
    }
    held.items.extend(page["items"].as_array().cloned().unwrap_or_default());
    held.next = page["next"].as_i64().expect("a number");
}

struct History<'s> {
    cluster: Cluster,
    services: &'s [Service],
    synchronous: bool,
    /// How long nothing was acknowledged, from the end of the primary; and from the end of the promotion.
    pauses: Vec<(Duration, Duration)>,
    /// When each fail-over began, and how many acknowledged writes it lost.
    forks: Vec<Instant>,
}

impl History<'_> {
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

    fn fail_over(&mut self, way: Way, log: &Log) {
        let before = self.epoch();
        if !self.synchronous {
            // From here on nothing reaches it.
            self.cluster.standby.kill();
            let already = log.lock().expect("the log").len();
            wait_until("something that will be lost", || log.lock().expect("the log").len() > already + 3);
        }
        let began = Instant::now();
        match way {
            Way::Killed => self.cluster.primary.kill(),
            Way::Immediate => self.cluster.primary.end("QUIT"),
            Way::SwitchedOver => self.cluster.primary.end("INT"),
            Way::Silent => self.cluster.primary.hold(),
        }
        if !self.synchronous {
            self.cluster.standby.start(&self.cluster.programs);
        }
        self.cluster.promote();
        if matches!(way, Way::Silent) {
            self.cluster.standby.fence();
        }
        self.cluster.wait_for_standbys(false);
        let promoted = Instant::now();
        let newest = || log.lock().expect("the log").last().map(|last| last.at);
        wait_until("writes are acknowledged again", || newest().is_some_and(|at| at > promoted));
        let at = newest().expect("a write");
        self.pauses.push((at - began, at - promoted));
        if self.epoch() != before {
            self.forks.push(promoted);
        }
        let (primary, standby) = (&self.cluster.primary, &mut self.cluster.standby);
        standby.follow(&self.cluster.programs, primary);
        self.cluster.wait_for_standbys(self.synchronous);
        self.cluster.catch_up();
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

fn fail_overs(synchronous: bool, times: usize) {
    let Some(cluster) = Cluster::new(synchronous) else { return };
    let services = [cluster.service(), cluster.service()];
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
    let mut history =
        History { cluster, services: &services, synchronous, pauses: Vec::new(), forks: Vec::new() };
    for number in 0..times {
        for report in 0..PUBLISHED {
            approved.send(approve(&world, &format!("第{number}轮第{report}局"))).expect("taken");
        }
        history.fail_over(WAYS[number % WAYS.len()], &log);
    }
    drop(approved);
    // The last of it reaches everybody.
    let whole = || services[0].get("/changes?since=0&limit=200").raw().send();
    let mut last = Vec::new();
    wait_until("nothing is published any more", || {
        let items = whole().value()["items"].as_array().cloned().unwrap_or_default();
        let settled = items == last;
        last = items;
        thread::park_timeout(EVERY * 10);
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
fn check_changes(history: &History<'_>, pollers: Vec<JoinHandle<Held>>, whole: impl Fn() -> Reply) {
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
        if history.synchronous {
            assert_eq!(held.resets, 0, "nothing was lost, and nobody is told so");
        } else {
            assert!(held.resets >= history.forks.len(), "{} of {}", held.resets, history.forks.len());
        }
    }
    assert_eq!(history.synchronous, history.forks.is_empty());
}

fn tell(history: &History<'_>, times: usize, acknowledged: usize, lost: usize) {
    let sorted = |of: fn(&(Duration, Duration)) -> Duration| {
        let mut all: Vec<Duration> = history.pauses.iter().map(of).collect();
        all.sort_unstable();
        (all[all.len() / 2], all[all.len() - 1])
    };
    let ((whole, longest), (behind, longest_behind)) = (sorted(|pause| pause.0), sorted(|pause| pause.1));
    let _ = writeln!(
        std::io::stderr(),
        "{times} fail-overs ({}): {acknowledged} writes acknowledged, {lost} lost, {} forks; without writes \
         {whole:.1?} (median), {longest:.1?} (longest); beyond the promotion {behind:.1?}, {longest_behind:.1?}",
        if history.synchronous { "synchronous" } else { "behind" },
        history.forks.len(),
    );
}

fn times(short: usize, long: usize) -> usize {
    if std::env::var_os("NIANBAO_TEST_LONG").is_some() { long } else { short }
}

#[test]
fn nothing_acknowledged_is_lost_over_fail_overs_to_a_synchronous_standby() {
    fail_overs(true, times(5, 100));
}

#[test]
fn each_fork_is_told_to_every_reader_and_nothing_lost_is_served() {
    fail_overs(false, times(3, 50));
}
