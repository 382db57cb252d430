//! What is no HTTP: answered by a problem all the same, and the connection ends.

use super::harness::database::Database;
use super::harness::process::Service;
use super::harness::world::World;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

/// All that comes back on one connection for what is sent on it.
fn answer(service: &Service, sent: &[u8]) -> String {
    let address = service.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("a connection");
    let mut answer = Vec::new();
    // The other side may have closed before it read all: what it said before counts.
    let _ = stream.write_all(sent);
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8(answer).expect("text")
}

/// The problem that an answer is, and that it is whole.
fn problem(answer: &str, status: &str) -> Value {
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let head = head.to_ascii_lowercase();
    assert!(head.starts_with(&format!("http/1.1 {status} ").to_ascii_lowercase()), "{answer}");
    for line in [
        "content-type: application/problem+json".to_owned(),
        format!("content-length: {}", body.len()),
        "connection: close".to_owned(),
    ] {
        assert!(head.lines().any(|other| other == line), "no {line}: {answer}");
    }
    let problem: Value = serde_json::from_str(body).expect("JSON");
    let id = head.lines().find_map(|line| line.strip_prefix("x-request-id: ")).expect("its id");
    assert_eq!(problem["instance"], format!("urn:uuid:{id}"));
    assert_eq!(problem["status"].to_string(), status);
    problem
}

#[test]
fn what_cannot_be_read_as_http_is_answered_by_a_problem() {
    let service = &Service::start(Arc::new(Database::sqlite()), &[]);
    let raw = |line: &str| format!("{line} HTTP/1.1\r\nHost: x\r\n\r\n").into_bytes();
    for sent in [
        raw("GET /api/v1/search?q=信访"),
        raw("GET /api/v1/agencies/民政局"),
        raw("GET  /api/v1/agencies"),
        b"GET /healthz HTTP/1.1\r\nno header\r\n\r\n".to_vec(),
        b"POST /api/v1/validation HTTP/1.1\r\nContent-Length: x\r\n\r\n".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec(),
    ] {
        let problem = problem(&answer(service, &sent), "400");
        assert_eq!(problem["code"], "malformed_request", "{}", String::from_utf8_lossy(&sent));
        let detail = problem["detail"].as_str().expect("a detail");
        assert!(detail.contains("百分号编码") && detail.contains("percent-encoded"), "{detail}");
    }
    assert_eq!(service.get("/problems/malformed_request").send().expect(200).value()["status"], 400);
}

/// What comes back on a connection that is kept, to the end of the head.
fn head(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("a byte");
        answer.extend(byte);
    }
    String::from_utf8(answer).expect("text")
}

#[test]
fn a_connection_that_was_kept_is_told_too() {
    let service = &Service::start(Arc::new(Database::sqlite()), &[]);
    let mut stream = TcpStream::connect(service.url.trim_start_matches("http://")).expect("a connection");
    for _ in 0..3 {
        stream.write_all(b"HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n").expect("sent");
        let told = head(&mut stream);
        assert!(told.starts_with("HTTP/1.1 200 OK"), "{told}");
    }
    stream.write_all("GET /api/v1/search?q=信访 HTTP/1.1\r\nHost: x\r\n\r\n".as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the end");
    assert_eq!(problem(&answer, "400")["code"], "malformed_request");
}

/// A file that looks like what the library would say stays a file, in whatever pieces it goes out.
#[test]
fn nothing_that_somebody_filed_is_taken_for_a_refusal() {
    let service = &Service::start(Arc::new(Database::sqlite()), &[]);
    let world = World::new(service);
    let bare = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\
                date: Sun, 29 Nov 2026 21:50:26 GMT\r\n\r\n";
    let path = format!("/imports?agency_id={}&year=2023", world.bureau);
    let import = service.post(&path).token(&world.editor()).body("text/plain", bare.as_bytes().to_vec());
    let report = import.send().expect(201).value()["report"]["id"].as_str().expect("an id").to_owned();
    let ask = |path: &str| {
        format!("GET /api/v1{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n", world.editor())
    };
    let source = ask(&format!("/reports/{report}/source"));
    let long = ask("/rules");
    // Alone, and behind a long answer that has not gone out when it is made.
    for sent in
        [format!("{source}Connection: close\r\n\r\n"), format!("{long}\r\n{source}Connection: close\r\n\r\n")]
    {
        let answer = answer(service, sent.as_bytes());
        assert!(answer.ends_with(bare), "{answer}");
        assert!(!answer.contains("malformed_request"), "{answer}");
    }
}

#[test]
fn a_head_without_end_is_refused_by_a_problem() {
    let service = &Service::start(Arc::new(Database::sqlite()), &[]);
    let sent = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "x".repeat(200 << 10));
    assert_eq!(problem(&answer(service, sent.as_bytes()), "431")["code"], "headers_too_large");
}

#[test]
fn a_head_that_does_not_come_in_time_is_answered_by_a_problem() {
    let settings = [("NIANBAO__SERVER__REQUEST_TIMEOUT_MS", "300")];
    let service = &Service::start(Arc::new(Database::sqlite()), &settings);
    assert_eq!(problem(&answer(service, b"GET /healthz HT"), "408")["code"], "request_timeout");
}
