//! Where a request came from: proxies are believed about it, and only those the operator trusts.

use super::harness::database::Database;
use super::harness::process::Service;
use std::sync::Arc;

/// The client that the audit names for a refused request, sent with these lines of a header.
fn client_of(service: &Service, id: &str, lines: &[(&str, &str)]) -> String {
    let request = service.get("/me").token("nb_wrong").header("x-request-id", id);
    let request = lines.iter().fold(request, |request, (name, value)| request.header(name, value));
    request.send().refused(401, "unauthorized");
    let list = service.get("/audit?limit=200").token(&service.admin()).send().expect(200).value();
    let entries = list["items"].as_array().expect("items");
    let refused = entries.iter().find(|entry| entry["request_id"] == id).expect("the refusal");
    refused["detail"]["client"].as_str().expect("a client").to_owned()
}

const FORWARDED: &str = "x-forwarded-for";

/// The setting that names these proxies; the tests themselves ask from 127.0.0.1.
fn trusted(proxies: &'static str) -> (&'static str, &'static str) {
    ("NIANBAO__SERVER__TRUSTED_PROXIES", proxies)
}

/// Services on both engines.
fn on_both(settings: &[(&str, &str)]) -> Vec<Service> {
    let databases = [Some(Database::sqlite()), Database::postgres()].into_iter().flatten();
    databases.map(|database| Service::start(Arc::new(database), settings)).collect()
}

#[test]
fn a_trusted_proxy_is_believed_about_the_client_it_forwards() {
    for service in on_both(&[trusted("127.0.0.1,10.0.0.0/8")]) {
        let seen = |id: &str, lines: &[(&str, &str)]| client_of(&service, id, lines);
        assert_eq!(seen("none", &[]), "127.0.0.1");
        assert_eq!(seen("one", &[(FORWARDED, "203.0.113.9")]), "203.0.113.9");
        assert_eq!(seen("six", &[(FORWARDED, "2001:db8::7")]), "2001:db8::7");
        // Only what trusted proxies have added is believed, from right to left.
        assert_eq!(seen("chain", &[(FORWARDED, "6.6.6.6, 203.0.113.9, 10.0.0.2")]), "203.0.113.9");
        assert_eq!(
            seen("lines", &[(FORWARDED, "6.6.6.6"), (FORWARDED, "203.0.113.9,10.1.2.3")]),
            "203.0.113.9"
        );
        assert_eq!(seen("proxies", &[(FORWARDED, "10.0.0.3, 10.0.0.2")]), "10.0.0.3");
        assert_eq!(seen("nonsense", &[(FORWARDED, "203.0.113.9, unknown")]), "127.0.0.1");
        let others = [("forwarded", "for=203.0.113.9"), ("x-real-ip", "203.0.113.9")];
        assert_eq!(seen("others", &others), "127.0.0.1", "no other header is read");
        let line = service.wait_for_log("\"chain\"");
        assert_eq!(line["client"], "203.0.113.9", "the log says the same");
    }
}

#[test]
fn nobody_else_is_believed() {
    for service in on_both(&[]).into_iter().chain(on_both(&[trusted("10.0.0.0/8,192.0.2.1")])) {
        let forged = [(FORWARDED, "203.0.113.9, 10.0.0.2")];
        assert_eq!(client_of(&service, "forged", &forged), "127.0.0.1");
    }
}

#[test]
fn clients_behind_a_trusted_proxy_are_counted_each_for_itself() {
    let limit = ("NIANBAO__LIMITS__REQUESTS_PER_MINUTE", "3");
    let ask = |service: &Service, client: &str| service.get("/changes").header(FORWARDED, client).send();
    let service = Service::start(Arc::new(Database::sqlite()), &[limit, trusted("127.0.0.1")]);
    for _ in 0..3 {
        ask(&service, "203.0.113.9").expect(200);
    }
    ask(&service, "203.0.113.9").refused(429, "rate_limited");
    ask(&service, "203.0.113.10").expect(200);
    // Without trust another name is no other client.
    let service = Service::start(Arc::new(Database::sqlite()), &[limit]);
    for last in 1..=3 {
        ask(&service, &format!("203.0.113.{last}")).expect(200);
    }
    ask(&service, "203.0.113.4").refused(429, "rate_limited");
}
