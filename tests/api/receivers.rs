//! Who is told of changes, each by itself: one that hangs holds up nobody else, and another instance takes over soon.

use super::harness::database::{Database, say_skipped};
use super::harness::process::{PROGRAM, Service};
use super::harness::wait_for;
use serde_json::json;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};

/// Somebody who listens: who takes what comes, or takes every call and never answers.
struct Receiver {
    url: String,
    /// The calls, each by the id of its delivery.
    calls: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    fn new(hangs: bool) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("its address"));
        let calls: Arc<Mutex<Vec<String>>> = Arc::default();
        let noted = Arc::clone(&calls);
        std::thread::spawn(move || {
            let mut open = Vec::new();
            for mut stream in listener.incoming().map_while(Result::ok) {
                let Some(id) = delivery_of(&stream) else { continue };
                noted.lock().expect("calls").push(id);
                if hangs {
                    open.push(stream);
                } else {
                    let _ =
                        stream.write_all(b"HTTP/1.1 204 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                }
            }
        });
        Receiver { url, calls }
    }

    fn calls(&self) -> Vec<String> {
        self.calls.lock().expect("calls").clone()
    }

    fn wait_for(&self, count: usize) {
        wait_for(|| Some(()).filter(|()| self.calls().len() >= count));
    }
}

fn delivery_of(stream: &TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let (mut id, mut length) = (None, 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if line.trim_end().is_empty() {
            break;
        }
        let Some((name, value)) = line.trim_end().split_once(": ") else { continue };
        match name.to_ascii_lowercase().as_str() {
            "webhook-id" => id = Some(value.to_owned()),
            "content-length" => length = value.parse().ok()?,
            _ => {}
        }
    }
    reader.read_exact(&mut vec![0; length]).ok()?;
    id
}

/// Nobody's patience ends within a test.
const SETTINGS: [(&str, &str); 2] =
    [("NIANBAO__WEBHOOKS__ALLOW", "127.0.0.0/8:*"), ("NIANBAO__WEBHOOKS__TIMEOUT_MS", "60000")];

fn hook(service: &Service, receiver: &Receiver) -> String {
    let body = json!({"url": receiver.url});
    let made = service.post("/webhooks").token(&service.admin()).json(&body).send().expect(201).value();
    made["id"].as_str().expect("an id").to_owned()
}

/// Puts so many deliveries to a webhook on their way.
fn put_on_their_way(database: &Database, hook: &str, count: usize) {
    for number in 0..count {
        let id = format!("{hook}-{number:03}");
        database.execute(&format!(
            "INSERT INTO deliveries (id, webhook_id, seq, type, body, state, attempts, next_at, created_at, updated_at) \
             VALUES ('{id}', '{hook}', {number}, 'report.published', '{{}}', 'pending', 0, \
             '2024-01-01 00:00:00', '2024-01-01 00:00:00', '2024-01-01 00:00:00')"
        ));
    }
}

fn a_receiver_that_hangs_holds_up_no_other(database: Database) {
    let database = Arc::new(database);
    let service = Service::start(Arc::clone(&database), &SETTINGS);
    let (hanging, quick) = (Receiver::new(true), Receiver::new(false));
    let (first, second) = (hook(&service, &hanging), hook(&service, &quick));
    put_on_their_way(&database, &first, 40);
    hanging.wait_for(4);
    put_on_their_way(&database, &second, 40);
    quick.wait_for(40);
    let delivered = format!(
        "SELECT CAST(count(*) AS TEXT) AS value FROM deliveries WHERE webhook_id = '{second}' AND state = 'delivered'"
    );
    wait_for(|| database.text(&delivered).filter(|count| count == "40"));
    let mut once = quick.calls();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), 40, "each was sent, and once");
    assert_eq!(hanging.calls().len(), 4, "who hangs gets no more than its share meanwhile");
}

#[test]
fn a_receiver_that_hangs_holds_up_no_other_on_sqlite() {
    a_receiver_that_hangs_holds_up_no_other(Database::sqlite());
}

#[test]
fn a_receiver_that_hangs_holds_up_no_other_on_postgres() {
    if let Some(database) = Database::postgres() {
        a_receiver_that_hangs_holds_up_no_other(database);
    }
}

fn lease(database: &Database, column: &str) -> Option<String> {
    database.text(&format!("SELECT MAX({column}::text) AS value FROM leases WHERE name = 'webhooks'"))
}

#[test]
fn another_instance_goes_on_sending_soon_after_the_sender_was_killed() {
    let Some(database) = Database::postgres() else { return };
    let database = Arc::new(database);
    let mut first = Service::start(Arc::clone(&database), &SETTINGS);
    let (hanging, quick) = (Receiver::new(true), Receiver::new(false));
    let hooks = (hook(&first, &hanging), hook(&first, &quick));
    put_on_their_way(&database, &hooks.0, 1);
    hanging.wait_for(1);
    let _second = Service::start(Arc::clone(&database), &SETTINGS);
    first.kill();
    put_on_their_way(&database, &hooks.1, 3);
    quick.wait_for(3);
    hanging.wait_for(2);
    let calls = hanging.calls();
    assert_eq!(calls[0], calls[1], "what was under way is sent once more, under its id");
}

#[test]
fn a_machine_whose_clock_is_ahead_does_not_take_the_sending_over() {
    let Some(database) = Database::postgres() else { return };
    if Command::new("faketime").arg("--version").output().is_err() {
        say_skipped("faketime is not here, no clock was set wrong");
        return;
    }
    let database = Arc::new(database);
    let first = Service::start(Arc::clone(&database), &SETTINGS);
    let hanging = Receiver::new(true);
    let hook = hook(&first, &hanging);
    put_on_their_way(&database, &hook, 1);
    hanging.wait_for(1);
    let holder = lease(&database, "holder");
    let mut second = Service::start(Arc::clone(&database), &SETTINGS);
    second.kill();
    let mut ahead = Command::new("faketime");
    ahead.args(["-f", "+10m", PROGRAM]).env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    second.launch(ahead);
    // The sender holds it anew, and once more.
    for _ in 0..2 {
        let until = lease(&database, "until");
        wait_for(|| Some(()).filter(|()| lease(&database, "until") != until));
    }
    assert_eq!(lease(&database, "holder"), holder);
    assert_eq!(hanging.calls().len(), 1, "nothing was sent twice");
    second.terminate_traced();
}
