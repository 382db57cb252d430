//! Four instances behind HAProxy, each stopped and started anew in turn, while many read and write: nobody notices.

use super::haproxy::{Haproxy, program};
use super::node::{free_port, wait_until};
use crate::api::harness::client::Request;
use crate::api::harness::database::Database;
use crate::api::harness::process::{Service, agent};
use crate::api::harness::world::{World, id_of};
use serde_json::json;
use std::collections::BTreeSet;
use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

const CONFIG: &str = include_str!("../../deploy/haproxy/haproxy.cfg");
const INSTANCES: usize = 4;
const READERS: usize = 6;
const WRITERS: usize = 3;

/// What clients of the proxy share: whom they ask, and what became of it.
#[derive(Clone)]
struct Load {
    url: String,
    token: String,
    over: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    failed: Arc<Mutex<Vec<String>>>,
}

impl Load {
    fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    /// Sends one request; whatever a client would call a failure is one.
    fn send(&self, what: &str, request: Request, expected: u16) -> Option<serde_json::Value> {
        let failed = match request.try_send() {
            Ok(reply) if reply.status == expected => {
                self.answered.fetch_add(1, Ordering::AcqRel);
                return Some(serde_json::from_slice(&reply.bytes).unwrap_or_default());
            }
            Ok(reply) => format!("{what}: {} {}", reply.status, reply.text()),
            Err(error) => format!("{what}: {error}"),
        };
        self.failed.lock().expect("the failures").push(failed);
        None
    }

    /// Reads one path after the other, on a connection that is kept.
    fn read(&self, paths: &[String]) {
        let agent = agent();
        for turn in 0.. {
            if self.is_over() {
                return;
            }
            let path = &paths[turn % paths.len()];
            // Half of them signed in, so that not all is answered from what is kept.
            let request = Request::new(agent.clone(), &self.url, "GET", path);
            let request = if turn % 2 == 0 { request } else { request.token(&self.token) };
            self.send(path, request, 200);
            thread::park_timeout(Duration::from_millis(4));
        }
    }

    /// Waits for changes that do not come, as dashboards do.
    fn wait(&self) {
        let agent = agent();
        while !self.is_over() {
            let path = "/changes?since=1&wait=1";
            self.send(path, Request::new(agent.clone(), &self.url, "GET", path), 200);
        }
    }

    /// Registers one agency after the other, each under a key, each once; gives their names.
    fn write(&self, parent: &str, number: usize) -> Vec<String> {
        let agent = agent();
        let mut names = Vec::new();
        for turn in 0.. {
            if self.is_over() {
                break;
            }
            let name = format!("写者{number}第{turn}局");
            let body = json!({"name": name, "level": "county", "kind": "department", "parent_id": parent});
            let request = Request::new(agent.clone(), &self.url, "POST", "/agencies").token(&self.token);
            let request = request.header("idempotency-key", &format!("roll-{number}-{turn}")).json(&body);
            if self.send(&name, request, 201).is_some() {
                names.push(name);
            }
            thread::park_timeout(Duration::from_millis(10));
        }
        names
    }
}

/// Whether the proxy sends requests of the load to an instance.
fn is_asked(service: &Service) -> bool {
    let figures = service.get("/metrics").token(&service.admin()).raw().send();
    let figures = figures.text();
    let mut lines = figures.lines().filter(|line| line.starts_with("nianbao_requests_total{"));
    lines.any(|line| line.contains("route=\"/api/v1/agencies\"") && line.contains("method=\"POST\""))
}

fn names_within(service: &Service, county: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut path = format!("/agencies?within={county}&limit=200");
    loop {
        let page = service.get(&path).raw().send().expect(200).value();
        let items = page["items"].as_array().into_iter().flatten();
        names.extend(items.filter_map(|item| Some(item["name"].as_str()?.to_owned())));
        let Some(cursor) = page["next_cursor"].as_str() else { return names };
        path = format!("/agencies?within={county}&limit=200&cursor={cursor}");
    }
}

#[test]
fn four_instances_behind_haproxy_are_restarted_in_turn_and_no_request_fails() {
    let Some(program) = program() else { return };
    let Some(database) = Database::postgres() else { return };
    let database = Arc::new(database);
    let start = |_| {
        let listen = format!("127.0.0.1:{}", free_port());
        let settings = [
            ("NIANBAO__SERVER__LISTEN", listen.as_str()),
            // What operators have when they set nothing.
            ("NIANBAO__SERVER__FAREWELL_MS", "1000"),
            ("NIANBAO__SERVER__KEEP_ALIVE_MS", "5000"),
            ("NIANBAO__SERVER__TRUSTED_PROXIES", "127.0.0.1"),
            ("NIANBAO__DATABASE__READERS", "2"),
        ];
        Service::start(Arc::clone(&database), &settings)
    };
    let mut services: Vec<Service> = (0..INSTANCES).map(start).collect();
    let (county, report, token) = {
        let world = World::new(&services[0]);
        let report = id_of(&world.full_draft());
        world.publish(&report);
        (world.county.clone(), report, services[0].admin())
    };
    services.iter().for_each(|service| drop(service.admin()));
    let addresses = services.iter().map(|service| service.url.trim_start_matches("http://").to_owned());
    let proxy = Haproxy::start(&program, CONFIG, &addresses.collect::<Vec<_>>());
    let load = Load {
        url: format!("http://127.0.0.1:{}", proxy.port),
        token,
        over: Arc::default(),
        answered: Arc::default(),
        failed: Arc::default(),
    };
    let all_ready = || Request::new(agent(), &load.url, "GET", "/readyz").try_send();
    wait_until("the proxy leads to an instance", || all_ready().is_ok_and(|reply| reply.status == 200));
    let began = Instant::now();
    let paths = [
        format!("/reports/{report}"),
        "/agencies?limit=7".to_owned(),
        format!("/agencies/{county}/ancestors"),
        "/stats/totals?year=2023".to_owned(),
        format!("/stats/breakdown?year=2023&within={county}&by=kind"),
        "/changes?since=0".to_owned(),
    ];
    let mut readers: Vec<JoinHandle<()>> = (0..READERS)
        .map(|_| {
            let (load, paths) = (load.clone(), paths.clone());
            thread::spawn(move || load.read(&paths))
        })
        .collect();
    readers.push({
        let load = load.clone();
        thread::spawn(move || load.wait())
    });
    let writers: Vec<JoinHandle<Vec<String>>> = (0..WRITERS)
        .map(|number| {
            let (load, county) = (load.clone(), county.clone());
            thread::spawn(move || load.write(&county, number))
        })
        .collect();
    for service in &mut services {
        wait_until("the instance is asked", || is_asked(service));
        assert_eq!(service.terminate(), Some(0));
        service.restart();
        wait_until("the instance is asked again", || is_asked(service));
    }
    load.over.store(true, Ordering::Release);
    readers.into_iter().for_each(|reader| reader.join().expect("a reader"));
    let written: Vec<String> =
        writers.into_iter().flat_map(|writer| writer.join().expect("a writer")).collect();
    let answered = load.answered.load(Ordering::Acquire);
    let failed = load.failed.lock().expect("the failures");
    let _ = writeln!(
        std::io::stderr(),
        "{INSTANCES} instances restarted in turn within {:.1?}: {answered} requests answered ({} written), {} failed",
        began.elapsed(),
        written.len(),
        failed.len(),
    );
    assert!(failed.is_empty(), "{} of {answered} failed: {failed:#?}", failed.len());
    // Everything acknowledged is there, and once, however often the proxy sent it.
    let there = names_within(&services[0], &county);
    let once: BTreeSet<&String> = there.iter().collect();
    assert_eq!(once.len(), there.len(), "nothing is there twice");
    assert!(written.iter().all(|name| once.contains(name)), "nothing is lost");
    let verified = services[0].run(&["audit", "verify"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}
