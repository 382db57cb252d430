//! What is no HTTP: answered by a problem all the same, and the connection ends.

use super::harness::database::Database;
use super::harness::process::Service;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

/// All that comes back on one connection for what is sent on it.
fn answer(service: &Service, sent: &[u8]) -> String {
    let address = service.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.write_all(sent).expect("sent");
    let mut answer = Vec::new();
    // The other side may have closed before it read all: what it said before counts.
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

#[test]
fn what_was_asked_before_on_the_same_connection_is_answered_first() {
    let service = &Service::start(Arc::new(Database::sqlite()), &[]);
    let sent =
        "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /api/v1/search?q=信访 HTTP/1.1\r\nHost: x\r\n\r\n";
    let answer = answer(service, sent.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    let at = answer.find("HTTP/1.1 400").expect("the second answer");
    assert_eq!(problem(&answer[at..], "400")["code"], "malformed_request");
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
