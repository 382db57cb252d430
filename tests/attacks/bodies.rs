//! What is sent costs no more than there is room for, and only those who may send it.

use crate::api::harness::process::Service;
use crate::api::harness::wait_for;
use crate::api::harness::world::World;
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

/// Memory of the process that belongs to no file, in MiB.
fn anonymous_memory(service: &Service) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", service.pid())).expect("its status");
    let line = status.lines().find(|line| line.starts_with("RssAnon:")).expect("RssAnon");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).expect("a number") >> 10
}

/// The head of a request whose body is still to come, sent as it is.
fn begin(service: &Service, path: &str, token: &str, length: usize, more: &str) -> TcpStream {
    let address = service.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("a connection");
    let token = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
    let head =
        format!("POST /api/v1{path} HTTP/1.1\r\nHost: x\r\n{token}Content-Length: {length}\r\n{more}\r\n");
    stream.write_all(head.as_bytes()).expect("the head");
    stream
}

/// What is answered, until the other side has no more to say.
fn answer(mut stream: TcpStream) -> String {
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time-out");
    let mut text = Vec::new();
    let mut some = [0; 4_096];
    while let Ok(read) = stream.read(&mut some) {
        if read == 0 || text.windows(4).any(|end| end == b"\r\n\r\n") {
            break;
        }
        text.extend_from_slice(&some[..read]);
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn figure(service: &Service, name: &str) -> u64 {
    let text = service.get("/metrics").token(&service.admin()).send().expect(200).text();
    let line =
        text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name}: {text}"));
    line.rsplit(' ').next().and_then(|value| value.parse().ok()).expect("a number")
}

attacks! {
    fn a_large_body_is_read_only_from_whoever_may_send_it(service) {
        let world = World::new(service);
        let editor = world.editor();
        service.get("/me").token(&editor).send().expect(200);
        let before = anonymous_memory(service);
        let refused: Vec<String> = thread::scope(|scope| {
            let sent: Vec<_> = (0..4).map(|number| {
                let key = format!("Idempotency-Key: batch-{number}\r\nContent-Type: application/x-ndjson\r\n");
                let mut stream = begin(service, "/agencies/batch", &editor, 100 << 20, &key);
                scope.spawn(move || {
                    // It may be refused in the middle.
                    let _broken = stream.write_all(&vec![b'x'; 16 << 20]);
                    answer(stream)
                })
            }).collect();
            sent.into_iter().map(|thread| thread.join().expect("a client")).collect()
        });
        assert!(refused.iter().all(|answer| answer.starts_with("HTTP/1.1 403")), "{refused:?}");
        let after = anonymous_memory(service);
        // Kept whole they would be 64 MiB and more.
        assert!(after < before + 50, "{before} MiB, then {after}");
    }

    fn bodies_in_memory_are_booked_for_all_and_for_each(service,
        "LIMITS__BYTES_IN_FLIGHT" = "4194304", "LIMITS__BYTES_PER_CLIENT" = "2097152",
        "LIMITS__REQUESTS_PER_MINUTE" = "100000") {
        let world = World::new(service);
        let (editor, other) = (world.editor(), world.stranger());
        let text = "Content-Type: text/plain\r\n";
        let path = "/imports?dry_run=true";
        // Two bodies that come slowly hold what they will need from the beginning.
        let held = [begin(service, path, &editor, 1 << 20, text), begin(service, path, &editor, 1 << 20, text)];
        for held in &held {
            let mut dripping = held.try_clone().expect("the same connection");
            // Slowly, but fast enough to be waited for.
            thread::spawn(move || {
                while dripping.write_all(&[b'x'; 1_024]).is_ok() {
                    thread::sleep(Duration::from_secs(1));
                }
            });
        }
        wait_for(|| Some(()).filter(|()| figure(service, "nianbao_body_bytes ") == 2 << 20));
        assert_eq!(figure(service, "nianbao_body_bytes_most "), 4 << 20);
        let small = service.post(path).token(&other).body("text/plain", "概述").send();
        assert!(small.status < 500, "another client has room: {small:?}");
        let begun = Instant::now();
        let refused = service.post(path).token(&editor).body("text/plain", vec![b'x'; 1 << 20]).send();
        assert!(begun.elapsed() >= Duration::from_secs(15), "it waits for its turn first");
        assert!(refused.header("retry-after").is_some());
        refused.refused(429, "rate_limited");
        for held in held {
            held.shutdown(std::net::Shutdown::Both).expect("closed");
        }
        wait_for(|| Some(()).filter(|()| figure(service, "nianbao_body_bytes ") == 0));
    }

    fn strangers_hold_no_room_that_others_need(service,
        "LIMITS__BYTES_IN_FLIGHT" = "2097152", "LIMITS__BYTES_PER_CLIENT" = "1048576", "LIMITS__BODY_DRAIN_MS" = "500") {
        let world = World::new(service);
        let json = "Content-Type: application/json\r\n";
        let refused = answer(begin(service, "/enrolments", "", 1 << 20, json));
        assert!(refused.starts_with("HTTP/1.1 413"), "{refused}");
        // All that they may have together, none of it sent yet.
        let held: Vec<TcpStream> = (0..8).map(|_| begin(service, "/enrolments", "", 4 << 10, json)).collect();
        wait_for(|| Some(()).filter(|()| figure(service, "nianbao_body_bytes ") == 8 * 8 * 4_096));
        let begun = Instant::now();
        world.full_draft();
        assert!(begun.elapsed() < Duration::from_secs(10), "whoever has signed in has room");
        drop(held);
    }

    fn a_trickle_is_not_waited_for(service) {
        let admin = service.admin();
        let mut stream = begin(service, "/agencies", &admin, 10_000, "Content-Type: application/json\r\n");
        let mut dripping = stream.try_clone().expect("the same connection");
        thread::spawn(move || {
            // Until nobody takes it any more.
            while dripping.write_all(b" ").is_ok() {
                thread::sleep(Duration::from_millis(500));
            }
        });
        stream.flush().expect("sent");
        let begun = Instant::now();
        let answer = answer(stream);
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
        service.post("/years").token(&admin).json(&json!({"year": 2023})).send().expect(201);
    }
}
