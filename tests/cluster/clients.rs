//! Who writes and reads while primaries come and go, and what each was told.

use crate::api::harness::client::Request;
use crate::api::harness::process::agent;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

const EVERY: Duration = Duration::from_millis(50);

/// A write that was acknowledged: what it made, and when.
#[derive(Debug, Clone)]
pub struct Acknowledged {
    pub made: Made,
    pub id: String,
    pub at: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    Agency,
    Published,
}

pub type Log = Arc<Mutex<Vec<Acknowledged>>>;

/// What is the same for all who write and read.
#[derive(Clone)]
pub struct Along {
    pub urls: Vec<String>,
    pub token: String,
    pub over: Arc<AtomicBool>,
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

pub fn pause() {
    thread::park_timeout(EVERY);
}

/// Writes one agency after the other, each until it is acknowledged, under the same key.
pub fn write(along: Along, log: Log, parent: String, number: usize) {
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
pub fn publish(along: Along, log: Log, publisher: String, approved: mpsc::Receiver<String>) {
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
pub struct Held {
    pub epoch: Value,
    pub next: i64,
    pub items: Vec<Value>,
    /// How often it was told to begin anew.
    pub resets: usize,
}

/// Asks for what is new again and again, as a dashboard does.
pub fn poll(along: &Along, number: usize) -> Held {
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
