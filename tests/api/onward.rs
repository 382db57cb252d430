//! Changes onward: the stream, webhooks, the year's bundle, and answers that are kept.

use super::harness::database::Database;
use super::harness::process::Service;
use super::harness::wait_for;
use super::harness::world::{World, YEAR, id_of};
use nianbao::operations::webhooks::sign;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

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

/// Reads events of a stream until there are so many.
fn events(service: &Service, headers: &str, count: usize, meanwhile: impl FnOnce()) -> Vec<String> {
    let address = service.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a limit");
    let ask = format!("GET /api/v1/changes/stream HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
    stream.write_all(ask.as_bytes()).expect("asked");
    let mut lines = BufReader::new(stream).lines().map(|line| line.expect("a line"));
    let status = lines.next().expect("a status");
    assert!(status.contains("200"), "{status}");
    assert!(lines.any(|line| line.starts_with("retry:")), "it begins at once");
    meanwhile();
    lines.filter(|line| line.starts_with("id: ")).take(count).collect()
}

on_both! {
    fn changes_flow_as_events_and_go_on_where_they_were_broken_off(service) {
        let service = &*service;
        let world = World::new(service);
        let report = id_of(&world.full_draft());
        let seen = events(service, "", 1, || world.publish(&report));
        assert_eq!(seen, ["id: 1"]);
        world.transit(&report, &world.publisher(), json!({"action": "withdraw", "comment": "有误"})).expect(201);
        assert_eq!(events(service, "Last-Event-ID: 1\r\n", 1, || {}), ["id: 2"]);
        assert_eq!(events(service, "Last-Event-ID: 0\r\n", 2, || {}), ["id: 1", "id: 2"]);
        service.get("/changes/stream").header("last-event-id", "77").send().refused(410, "change_log_reset");
        service.get("/changes/stream").header("last-event-id", "x").send().refused(400, "invalid_header");
        service.get("/changes?since=77").send().refused(410, "change_log_reset");
    }

    fn who_waits_for_a_change_is_told_as_soon_as_there_is_one(service) {
        let service = &*service;
        let world = World::new(service);
        let report = id_of(&world.full_draft());
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| service.get("/changes?since=0&wait=30").send().expect(200).value());
            world.publish(&report);
            assert_eq!(waiting.join().expect("an answer")["items"][0]["report_id"], json!(report));
        });
        let none = service.get("/changes?since=1&wait=1").send().expect(200).value();
        assert_eq!((&none["items"], &none["next"]), (&json!([]), &json!(1)));
    }

    fn a_years_bundle_holds_every_published_report_and_says_up_to_which_change(service) {
        let service = &*service;
        let world = World::new(service);
        let report = id_of(&world.full_draft());
        world.publish(&report);
        world.service.post("/reports").token(&world.stranger())
            .json(&json!({"agency_id": world.neighbour, "year": YEAR})).send().expect(201);
        let path = format!("/years/{YEAR}/bundle");
        let bundle = service.get(&path).send().expect(200);
        assert_eq!(bundle.header("nianbao-seq"), Some("1"));
        let text = bundle.text();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!((lines.len(), &lines[0]["seq"]), (3, &json!(1)));
        assert_eq!(lines[1], service.get(&format!("/reports/{report}")).send().expect(200).value());
        assert_eq!(lines[2], json!({"end": true, "reports": 1}));
        let csv = service.get(&format!("{path}?format=csv&within={}", world.province)).send().expect(200).text();
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let place = reader.headers().expect("a head").iter().position(|name| name == "requests.new_requests.total");
        let row = reader.records().next().expect("a row").expect("a record");
        let total = &lines[1]["sections"]["requests"]["table"]["new_requests"]["total"];
        assert_eq!(row.get(place.expect("the column")), Some(total.to_string().as_str()));
        let empty = service.get(&format!("{path}?within={}", world.neighbour)).send().expect(200).text();
        assert_eq!(empty.lines().count(), 2);
        service.get("/years/2020/bundle").send().refused(404, "not_found");
        service.get(&format!("{path}?format=xml")).send().refused(400, "invalid_query");
    }

    fn kept_answers_are_coded_as_asked_and_go_when_what_they_rest_on_moves(service) {
        let service = &*service;
        let world = World::new(service);
        let report = id_of(&world.full_draft());
        world.publish(&report);
        let path = format!("/reports/{report}");
        let ask = |path: &str, coding: &str| {
            let request = service.get(path).header("accept-encoding", coding).raw();
            request.send().expect(200)
        };
        for place in [path.as_str(), "/reports", "/stats/totals?year=2023", "/agencies", "/openapi.json", "/formats/2021"] {
            let plain = ask(place, "identity");
            for (coding, first) in [("gzip", &[0x1f, 0x8b][..]), ("br", &[][..])] {
                for _ in 0..2 {
                    let coded = ask(place, coding);
                    assert_eq!(coded.header("content-encoding"), Some(coding), "{place}");
                    assert!(coded.bytes.starts_with(first) && coded.bytes.len() < plain.bytes.len(), "{place}");
                    assert_ne!(coded.header("etag"), plain.header("etag"), "a variant has its own tag");
                    let seen = service.get(place).header("accept-encoding", coding).header("if-none-match", coded.tag());
                    let unchanged = seen.raw().send().expect(304);
                    assert!(unchanged.bytes.is_empty() && unchanged.header("etag") == coded.header("etag"));
                }
            }
            assert_eq!(plain.header("vary"), Some("Accept, Accept-Encoding, Accept-Language, Authorization"));
            assert_eq!(plain.headers.iter().filter(|(name, _)| name == "vary").count(), 1, "said once");
        }
        // A correction is seen at once, a withdrawal too, wherever it was kept.
        world.transit(&report, &world.publisher(), json!({"action": "correct", "comment": "更正"})).expect(201);
        assert_eq!(ask(&path, "identity").value()["revision"], 1, "readers see what is published");
        let section = format!("{path}/sections/overview");
        let tag = service.get(&section).token(&world.editor()).send().expect(200).tag().to_owned();
        service.patch(&section).token(&world.editor()).if_match(&tag).json(&json!({"text": "新的总体情况"})).send().expect(200);
        world.publish(&report);
        assert_eq!(ask(&path, "identity").value()["revision"], 2);
        world.transit(&report, &world.publisher(), json!({"action": "withdraw", "comment": "有误"})).expect(201);
        service.get(&path).send().refused(410, "report_withdrawn");
        assert_eq!(ask("/reports", "identity").value()["items"], json!([]));
        assert_eq!(ask("/stats/totals?year=2023", "identity").value()["reports"], 0);
        // What a token was needed for is never kept.
        let draft = service.get(&path).token(&world.editor()).send().expect(200);
        assert_eq!(draft.header("cache-control"), Some("private, no-store"));
        service.get(&path).send().refused(410, "report_withdrawn");
    }
}

#[test]
fn two_instances_give_the_same_answers_within_a_second() {
    let Some(database) = Database::postgres() else { return };
    let database = Arc::new(database);
    let one = Service::start(Arc::clone(&database), &[]);
    let other = Service::start(database, &[]);
    let world = World::new(&one);
    let report = id_of(&world.full_draft());
    world.publish(&report);
    let path = format!("/reports/{report}");
    let shown = |service: &Service| service.get(&path).send();
    // Kept by both.
    for service in [&one, &other, &one, &other] {
        let kept = wait_for(|| Some(shown(service)).filter(|reply| reply.status == 200));
        assert_eq!(kept.value()["status"], "published");
    }
    world.transit(&report, &world.publisher(), json!({"action": "withdraw", "comment": "有误"})).expect(201);
    let withdrawn = std::time::Instant::now();
    shown(&one).refused(410, "report_withdrawn");
    wait_for(|| Some(()).filter(|()| shown(&other).status == 410));
    println!("gone from the other instance after {:?}", withdrawn.elapsed());
    let listed = |service: &Service| service.get("/reports").send().expect(200).value()["items"].clone();
    assert_eq!(wait_for(|| Some(listed(&other)).filter(|items| *items == json!([]))), listed(&one));
}

#[test]
fn a_client_that_asks_too_often_is_told_when_to_come_again() {
    let service =
        Service::start(Arc::new(Database::sqlite()), &[("NIANBAO__LIMITS__REQUESTS_PER_MINUTE", "5")]);
    for left in (0..5).rev() {
        let reply = service.get("/changes").send().expect(200);
        assert!(
            reply.header("ratelimit").is_some_and(|limit| limit.contains(&format!("r={left};"))),
            "{reply:?}"
        );
    }
    let refused = service.get("/changes").send();
    assert!(refused.header("retry-after").is_some() && refused.header("ratelimit-policy").is_some());
    refused.refused(429, "rate_limited");
}
