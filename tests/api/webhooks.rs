//! Webhooks: signed, tried again, given up, told to whom they may be told and nobody else.

use super::harness::database::Database;
use super::harness::process::Service;
use super::harness::wait_for;
use super::harness::world::{World, id_of, register};
use nianbao::inside::operations::webhooks::sign;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A request that somebody who listens for webhooks has got.
#[derive(Debug, Clone)]
pub(super) struct Got {
    pub(super) headers: HashMap<String, String>,
    pub(super) body: String,
}

/// Somebody who listens, and answers with the statuses given, the last one from then on.
pub(super) struct Listener {
    pub(super) url: String,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Listener {
    pub(super) fn new(statuses: &'static [u16]) -> Listener {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("its address"));
        let got: Arc<Mutex<Vec<Got>>> = Arc::default();
        let kept = Arc::clone(&got);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let made = kept.lock().expect("got").len();
                let status = statuses.get(made).or(statuses.last()).copied().unwrap_or(204);
                if let Some(got) = answer(stream, status) {
                    kept.lock().expect("got").push(got);
                }
            }
        });
        Listener { url, got }
    }

    pub(super) fn wait_for(&self, count: usize) -> Vec<Got> {
        wait_for(|| Some(self.got.lock().expect("got").clone()).filter(|got| got.len() >= count))
    }
}

fn answer(stream: TcpStream, status: u16) -> Option<Got> {
    let mut reader = BufReader::new(stream);
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(": ") {
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
    }
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    let location = "Location: http://127.0.0.1:1/elsewhere\r\n";
    let answer = format!("HTTP/1.1 {status} X\r\n{location}Content-Length: 0\r\nConnection: close\r\n\r\n");
    reader.into_inner().write_all(answer.as_bytes()).ok()?;
    Some(Got { headers, body: String::from_utf8(body).ok()? })
}

/// A service that may send webhooks to this machine.
fn with_webhooks(database: Database) -> Service {
    let settings =
        [("NIANBAO__WEBHOOKS__ALLOW", "127.0.0.0/8:*"), ("NIANBAO__WEBHOOKS__RETRY_SECONDS", "1,1")];
    Service::start(Arc::new(database), &settings)
}

fn on_both_with_webhooks(sentence: impl Fn(&mut Service)) {
    sentence(&mut with_webhooks(Database::sqlite()));
    if let Some(database) = Database::postgres() {
        sentence(&mut with_webhooks(database));
    }
}

fn hook(service: &Service, more: Value) -> Value {
    service.post("/webhooks").token(&service.admin()).json(&more).send().expect(201).value()
}

#[test]
fn webhooks_are_signed_tried_again_given_up_and_sent_again() {
    on_both_with_webhooks(|service| {
        let service = &*service;
        let world = World::new(service);
        let admin = service.admin();
        let listener = Listener::new(&[500, 302, 204]);
        let made = hook(service, json!({"url": listener.url, "description": "门户"}));
        let secret = made["secret"].as_str().expect("a secret");
        let path = format!("/webhooks/{}", made["id"].as_str().expect("an id"));
        let read = service.get(&path).token(&admin).send().expect(200);
        assert_eq!(read.value()["secret"], Value::Null, "the secret is shown once");
        let report = id_of(&world.full_draft());
        world.publish(&report);
        // An error, a redirect that is not followed, and then it is taken.
        let got = listener.wait_for(3);
        assert_eq!(got[0].headers["webhook-id"], got[2].headers["webhook-id"], "one event, one id");
        for one in &got {
            let timestamp = one.headers["webhook-timestamp"].parse().expect("seconds");
            let signed = sign(secret, &one.headers["webhook-id"], timestamp, &one.body);
            assert_eq!(signed.as_ref(), Some(&one.headers["webhook-signature"]));
        }
        let event: Value = serde_json::from_str(&got[2].body).expect("JSON");
        let change = service.get("/changes").send().expect(200).value()["items"][0].clone();
        assert_eq!((&event["type"], &event["data"]), (&change["type"], &change));
        let deliveries = format!("{path}/deliveries");
        let list = || service.get(&deliveries).token(&admin).send().expect(200).value()["items"].clone();
        let delivered = wait_for(|| Some(list()).filter(|items| items[0]["state"] == "delivered"));
        assert_eq!((&delivered[0]["attempts"], &delivered[0]["last_status"]), (&json!(3), &json!(204)));
        // Sent once more by hand, under the same id.
        let again = format!("/deliveries/{}/redeliver", delivered[0]["id"].as_str().expect("an id"));
        service.post(&again).token(&admin).send().expect(202);
        assert_eq!(listener.wait_for(4)[3].headers["webhook-id"], got[0].headers["webhook-id"]);
        service.post(&format!("{path}/test")).token(&admin).send().expect(202);
        assert!(listener.wait_for(5)[4].body.contains("webhook.test"));
        // Nobody else sees it; with its tag it is changed and deleted.
        let supervisor = world.supervisor();
        service.get(&path).token(&supervisor).send().refused(404, "not_found");
        service.get(&path).token(&world.editor()).send().refused(403, "forbidden");
        service.get(&path).send().refused(401, "unauthorized");
        let patch =
            |tag: &str, body: Value| service.patch(&path).token(&admin).if_match(tag).json(&body).send();
        patch("\"99-zh\"", json!({"state": "disabled"})).refused(412, "precondition_failed");
        let off = patch(read.tag(), json!({"state": "disabled"})).expect(200);
        patch(off.tag(), json!({"secret": "x"})).refused(422, "invalid_input");
        service.delete(&path).token(&admin).if_match(off.tag()).send().expect(204);
        service.get(&path).token(&admin).send().refused(404, "not_found");
    });
}

#[test]
fn what_cannot_be_delivered_becomes_a_dead_letter_and_who_is_gone_is_left_alone() {
    on_both_with_webhooks(|service| {
        let world = World::new(service);
        let (broken, gone) = (Listener::new(&[503]), Listener::new(&[410]));
        let made = hook(service, json!({"url": broken.url, "events": ["report.published"]}));
        let left = hook(service, json!({"url": gone.url, "within": world.county}));
        let elsewhere = Listener::new(&[204]);
        hook(service, json!({"url": elsewhere.url, "within": world.neighbour}));
        world.publish(&id_of(&world.full_draft()));
        let path = format!("/webhooks/{}", made["id"].as_str().expect("an id"));
        let read = |path: &str| service.get(path).token(&service.admin()).send().expect(200).value();
        let dead = wait_for(|| {
            let found = read(&format!("{path}/deliveries?state=dead&count=true"));
            Some(found).filter(|found| found["total"] == 1)
        });
        assert_eq!(dead["items"][0]["attempts"], 3);
        assert_ne!(read(&path)["failing_since"], Value::Null);
        let left = format!("/webhooks/{}", left["id"].as_str().expect("an id"));
        wait_for(|| Some(read(&left)).filter(|found| found["state"] == "disabled"));
        assert_eq!(elsewhere.got.lock().expect("got").len(), 0, "events elsewhere are not their business");
    });
}

#[test]
fn a_webhook_is_told_nothing_once_its_owner_could_have_none() {
    on_both_with_webhooks(|service| {
        let world = World::new(service);
        let admin = service.admin();
        let made = |token: &str, url: &str| {
            let hook = service.post("/webhooks").token(token).json(&json!({ "url": url })).send().expect(201);
            format!("/webhooks/{}", hook.value()["id"].as_str().expect("an id"))
        };
        let revoke = |token: &str| {
            let me = service.get("/me").token(token).send().expect(200).value();
            let path = format!("/tokens/{}", me["token"]["id"].as_str().expect("an id"));
            let tag = service.get(&path).token(&admin).send().expect(200).tag().to_owned();
            service.delete(&path).token(&admin).if_match(&tag).send().expect(204);
            me["person"]["id"].as_str().expect("an id").to_owned()
        };
        let of = |role: &str, person: &str| {
            let order = ["token", "create", "--role", role, "--agency", &world.county, "--person", person];
            service.made(&order)
        };
        let [gone, lower, other, kept] = [(); 4].map(|()| Listener::new(&[204]));
        // One has lost the only token, one is left with less, one has another.
        let supervisor = world.supervisor();
        let off = made(&supervisor, &gone.url);
        revoke(&supervisor);
        let demoted = service.token("supervisor", &world.county, "降职的");
        let less = made(&demoted, &lower.url);
        of("reviewer", &revoke(&demoted));
        let deputy = service.token("supervisor", &world.county, "副主管");
        let on = made(&deputy, &other.url);
        of("supervisor", &revoke(&deputy));
        made(&admin, &kept.url);
        world.publish(&id_of(&world.full_draft()));
        kept.wait_for(1);
        other.wait_for(1);
        let state = |path: &str| service.get(path).token(&admin).send().expect(200).value()["state"].clone();
        for path in [&off, &less] {
            wait_for(|| (state(path) == "disabled").then_some(()));
        }
        assert_eq!(state(&on), "active");
        assert_eq!((gone.got.lock().expect("got").len(), lower.got.lock().expect("got").len()), (0, 0));
        let audit = service.get("/audit?limit=200").token(&admin).send().expect(200).value();
        let entries = audit["items"].as_array().expect("entries");
        let told = entries.iter().filter(|entry| entry["detail"]["because"] == "owner_without_right");
        assert_eq!(told.count(), 2);
        // Switched on again it is off with the next event.
        let tag = service.get(&off).token(&admin).send().tag().to_owned();
        service.patch(&off).token(&admin).if_match(&tag).json(&json!({"state": "active"})).send().expect(200);
        service.post(&format!("{off}/test")).token(&admin).send().expect(202);
        wait_for(|| (state(&off) == "disabled").then_some(()));
        assert_eq!(gone.got.lock().expect("got").len(), 0);
        assert!(service.run(&["audit", "verify"]).status.success());
    });
}

#[test]
fn an_agency_that_a_webhook_tells_of_is_not_deleted() {
    on_both_with_webhooks(|service| {
        let agency = register(service, "某局", "county", "department", None);
        hook(service, json!({"url": "http://127.0.0.1:9/hook", "within": agency}));
        let path = format!("/agencies/{agency}");
        let tag = service.get(&path).send().expect(200).tag().to_owned();
        let deleted = service.delete(&path).token(&service.admin()).if_match(&tag).send();
        deleted.refused(409, "agency_in_use");
    });
}

#[test]
fn webhooks_lead_only_where_the_operator_allows() {
    let service = with_webhooks(Database::sqlite());
    let ask = |url: &str| service.post("/webhooks").token(&service.admin()).json(&json!({"url": url})).send();
    for closed in ["http://10.1.2.3/x", "http://[::1]/x", "http://169.254.169.254/latest"] {
        let problem = ask(closed).faults("invalid_input", &["/url"]);
        assert_eq!(problem["errors"][0]["code"], "host_not_allowed");
    }
    for wrong in ["ftp://127.0.0.1/x", "http://a:b@127.0.0.1/", "nonsense"] {
        ask(wrong).faults("invalid_input", &["/url"]);
    }
    let closed = Service::on_sqlite();
    let refused =
        closed.post("/webhooks").token(&closed.admin()).json(&json!({"url": "http://127.0.0.1/"})).send();
    refused.faults("invalid_input", &["/url"]);
}

#[test]
fn an_event_survives_a_kill_before_it_is_sent() {
    let mut service = with_webhooks(Database::sqlite());
    // Nobody listens yet.
    let place = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address");
    {
        let world = World::new(&service);
        hook(&service, json!({"url": format!("http://{place}/hook")}));
        world.publish(&id_of(&world.full_draft()));
    }
    service.kill();
    let listener = TcpListener::bind(place).expect("the port");
    service.restart();
    let (stream, _) = listener.accept().expect("a call");
    assert!(answer(stream, 204).expect("a message").body.contains("report.published"));
}
