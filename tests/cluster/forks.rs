//! A standby that is behind takes over: whoever saw what is lost is told, and nothing that is lost is served.

use super::Cluster;
use super::node::wait_until;
use crate::api::harness::client::Request;
use crate::api::harness::process::{Service, agent};
use crate::api::harness::world::{World, open_year, register};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};

/// Publishes one more report of a bureau of its own.
fn publish_another(world: &World, name: &str) -> String {
    let bureau = register(world.service, name, "county", "department", Some(&world.county));
    let one = World {
        bureau,
        county: world.county.clone(),
        province: world.province.clone(),
        neighbour: world.neighbour.clone(),
        service: world.service,
    };
    let draft = one.full_draft();
    let id = draft.value()["id"].as_str().expect("an id").to_owned();
    one.publish(&id);
    id
}

fn changes(service: &Service, since: i64) -> (u16, Value) {
    let reply = service.get(&format!("/changes?since={since}")).send();
    (reply.status, reply.value())
}

#[test]
fn a_fork_is_told_to_whoever_holds_a_later_number_and_nothing_lost_is_served() {
    let Some(mut cluster) = Cluster::new(false) else { return };
    let service = cluster.service();
    let world = World::new(&service);
    let kept = publish_another(&world, "甲局");
    cluster.catch_up();
    cluster.standby.kill();
    // From here on nothing reaches the standby.
    let lost = publish_another(&world, "丁局");
    let (_, before) = changes(&service, 0);
    let (epoch, next) = (before["epoch"].clone(), before["next"].as_i64().expect("a number"));
    service.get(&format!("/reports/{lost}")).send().expect(200);
    let address = service.url.trim_start_matches("http://").to_owned();
    let stream = std::net::TcpStream::connect(&address).expect("a connection");
    {
        use std::io::Write;
        let ask = format!("GET /api/v1/changes/stream?since={next} HTTP/1.1\r\nHost: {address}\r\n\r\n");
        (&stream).write_all(ask.as_bytes()).expect("asked");
    }
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.starts_with(": since")), "the stream has begun");
    let waiting = {
        let path = format!("/changes?since={next}&wait=60");
        let (agent, url) = (agent(), service.url.clone());
        // Whoever polls comes again when the database is away.
        let ask = move || Request::new(agent.clone(), &url, "GET", &path).send();
        std::thread::spawn(move || std::iter::repeat_with(ask).find(|told| told.status != 503))
    };
    cluster.primary.kill();
    cluster.standby.start(&cluster.programs);
    cluster.standby.promote();
    wait_until("a new epoch has begun", || {
        let (status, page) = changes(&service, 0);
        status == 200 && page["epoch"] != epoch
    });
    // Whoever waits at a lost number is told at once.
    let told = waiting.join().ok().flatten().expect("an answer");
    assert_eq!((told.status, told.value()["code"].as_str()), (410, Some("change_log_reset")));
    assert!(lines.any(|line| line == "event: reset"), "the stream says that it begins anew");
    // What is lost is gone from every answer, what is not is there.
    service.get(&format!("/reports/{lost}")).send().expect(404);
    service.get(&format!("/reports/{kept}")).send().expect(200);
    assert_eq!(changes(&service, next).0, 410);
    // Nor do later publications bring the lost numbers back.
    publish_another(&world, "戊局");
    assert_eq!(changes(&service, next).0, 410);
    let (_, page) = changes(&service, 0);
    assert_eq!(page["items"].as_array().map(Vec::len), Some(2));
    assert!(page["next"].as_i64().expect("a number") > 1_000_000);
    let metrics = String::from_utf8(service.get("/metrics").token(&service.admin()).raw().send().bytes);
    assert!(metrics.expect("text").contains("nianbao_forks_total 1"), "the fork is counted");
    let head = &before["audit_head"];
    service.get(&format!("/audit/head?seq={}", head["seq"])).send();
    let verified = service.run(&["audit", "verify"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    let witness = format!("{}:{}", head["seq"], head["hash"].as_str().expect("a hash"));
    assert!(!service.run(&["audit", "verify", "--expect", &witness]).status.success());
}

#[test]
fn a_synchronous_standby_takes_over_and_the_log_goes_on_under_its_name() {
    let Some(mut cluster) = Cluster::new(true) else { return };
    let service = cluster.service();
    let world = World::new(&service);
    let first = publish_another(&world, "甲局");
    let (_, before) = changes(&service, 0);
    cluster.primary.kill();
    cluster.standby.promote();
    cluster.standby.execute("ALTER SYSTEM SET synchronous_standby_names = ''");
    cluster.standby.execute("SELECT pg_reload_conf()");
    wait_until("writes are taken again", || {
        let body =
            json!({"name": "己局", "level": "county", "kind": "department", "parent_id": world.county});
        service.post("/agencies").token(&service.admin()).json(&body).send().status == 201
    });
    let second = publish_another(&world, "庚局");
    let (_, after) = changes(&service, before["next"].as_i64().expect("a number"));
    assert_eq!((after["epoch"].clone(), after["next"].as_i64()), (before["epoch"].clone(), Some(2)));
    for id in [first, second] {
        service.get(&format!("/reports/{id}")).send().expect(200);
    }
    open_year(&service, 2024);
}
