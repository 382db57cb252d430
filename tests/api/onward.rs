//! Changes onward: the stream, the year's bundle, and answers that are kept.

use super::harness::database::Database;
use super::harness::process::Service;
use super::harness::wait_for;
use super::harness::world::{World, YEAR, id_of};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

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
