//! Reads from a standby: it carries the public's scans, nobody misses what they wrote, and one that is behind, on
//! another log or gone is left out.

use super::Cluster;
use super::node::{Node, wait_until};
use crate::api::harness::client::Reply;
use crate::api::harness::database::Database;
use crate::api::harness::process::Service;
use crate::api::harness::world::{World, id_of};
use serde_json::json;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

/// A service that reads from the standby and keeps no answers.
fn service(cluster: &Cluster) -> Service {
    reading_from(cluster, &[&cluster.standby])
}

/// The same with any number of standbys.
fn reading_from(cluster: &Cluster, standbys: &[&Node]) -> Service {
    let hosts: Vec<String> = standbys.iter().map(|standby| format!("127.0.0.1:{}", standby.port)).collect();
    let reads = format!("postgres://postgres@{}/nianbao", hosts.join(","));
    let reads = if standbys.is_empty() { String::new() } else { reads };
    let url = format!("postgres://postgres@127.0.0.1:{}/nianbao", cluster.primary.port);
    Service::start(
        Arc::new(Database::sqlite()),
        &[
            ("NIANBAO__DATABASE__URL", &url),
            ("NIANBAO__DATABASE__READ_URL", &reads),
            ("NIANBAO__LIMITS__KEPT_BYTES", "0"),
        ],
    )
}

fn figure(service: &Service, name: &str) -> i64 {
    let reply = service.get("/metrics").token(&service.admin()).raw().send();
    let text = String::from_utf8(reply.bytes).expect("text");
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name}: {text}"));
    line.rsplit(' ').next().and_then(|value| value.parse().ok()).expect("a number")
}

/// How many reads the standby has answered.
fn answered(service: &Service) -> i64 {
    figure(service, "nianbao_standby_reads_total{")
}

fn is_used(service: &Service) -> bool {
    figure(service, "nianbao_standbys_used ") == 1
}

fn replay(cluster: &Cluster, goes_on: bool) {
    let how = if goes_on { "resume" } else { "pause" };
    cluster.standby.execute(&format!("SELECT pg_wal_replay_{how}()"));
}

fn add(world: &World, name: &str) -> Reply {
    let body = json!({"name": name, "level": "county", "kind": "department", "parent_id": world.county});
    world.service.post("/agencies").token(&world.service.admin()).json(&body).send().expect(201)
}

#[test]
fn a_standby_carries_the_publics_scans_and_nobody_misses_what_they_wrote() {
    let Some(cluster) = Cluster::new(false) else { return };
    let service = service(&cluster);
    let world = World::new(&service);
    let report = id_of(&world.full_draft());
    world.publish(&report);
    wait_until("the standby is read from", || is_used(&service));
    cluster.catch_up();
    // What the public looks through many rows for.
    for path in [
        "/agencies?limit=3".to_owned(),
        "/reports?year=2023".to_owned(),
        "/search?q=%E5%85%AC%E5%BC%80".to_owned(),
        format!("/stats/breakdown?year=2023&within={}&by=kind", world.county),
        "/stats/totals?year=2023".to_owned(),
        "/years/2023/roster".to_owned(),
        "/years/2023/bundle".to_owned(),
    ] {
        let before = answered(&service);
        service.get(&path).send().expect(200);
        assert!(answered(&service) > before, "{path} was read from the standby");
    }
    let bundle = service.get("/years/2023/bundle").send().expect(200).text();
    assert!(bundle.contains(&report) && bundle.contains("\"end\":true"), "{bundle}");
    // Whoever brings a token is answered by the primary, unless they say how far they have come.
    let (admin, before) = (service.admin(), answered(&service));
    service.get("/agencies?limit=4").token(&admin).send().expect(200);
    assert_eq!(answered(&service), before);
    let written = add(&world, "第一局");
    let position = written.header("nianbao-seq").expect("a position").to_owned();
    let names = |reply: &Reply| reply.text();
    cluster.catch_up();
    let seen = service.get("/agencies").token(&admin).header("nianbao-seq", &position).send().expect(200);
    assert!(names(&seen).contains("第一局") && answered(&service) == before + 1, "{seen:?}");
    // A standby that stands still is not waited for longer than half a second, and never believed.
    replay(&cluster, false);
    let position = add(&world, "第二局").header("nianbao-seq").expect("a position").to_owned();
    let passed_by = figure(&service, "nianbao_standbys_passed_by_total ");
    let own = service.get("/agencies").token(&admin).header("nianbao-seq", &position).send().expect(200);
    assert!(names(&own).contains("第二局"), "what one wrote is seen: {own:?}");
    let public = service.get("/agencies?limit=99").send().expect(200);
    assert!(names(&public).contains("第二局"), "what is public and known here is seen: {public:?}");
    assert!(figure(&service, "nianbao_standbys_passed_by_total ") >= passed_by + 2);
    wait_until("one that lags is left out", || !is_used(&service));
    replay(&cluster, true);
    wait_until("one that has caught up is read from again", || is_used(&service));
    let before = answered(&service);
    service.get("/agencies?limit=98").send().expect(200);
    assert_eq!(answered(&service), before + 1);
}

#[test]
fn a_standby_that_is_gone_or_takes_writes_itself_is_left_out() {
    let Some(mut cluster) = Cluster::new(false) else { return };
    let service = service(&cluster);
    let world = World::new(&service);
    wait_until("the standby is read from", || is_used(&service));
    cluster.standby.kill();
    for limit in 1..5 {
        service.get(&format!("/agencies?limit={limit}")).send().expect(200);
    }
    wait_until("it is left out", || !is_used(&service));
    cluster.standby.start(&cluster.programs);
    wait_until("it is read from again", || is_used(&service));
    // It takes over by mistake: its log is another one from here on.
    cluster.standby.promote();
    wait_until("it is left out", || !is_used(&service));
    add(&world, "第三局");
    let before = answered(&service);
    assert!(service.get("/agencies?limit=97").send().expect(200).text().contains("第三局"));
    assert_eq!(answered(&service), before);
}

#[test]
fn a_standby_of_another_log_is_left_out() {
    let Some(cluster) = Cluster::new(false) else { return };
    let service = service(&cluster);
    let world = World::new(&service);
    wait_until("the standby is read from", || is_used(&service));
    // It stands still while the log goes on under another name, as after a restore.
    replay(&cluster, false);
    let renamed = "UPDATE ledger SET epoch = 'another'";
    let mut connection = cluster.primary.connect("nianbao").expect("a connection");
    diesel::connection::SimpleConnection::batch_execute(&mut connection, renamed).expect("renamed");
    wait_until("it is left out", || !is_used(&service));
    let before = answered(&service);
    service.get(&format!("/agencies?within={}", world.county)).send().expect(200);
    assert_eq!(answered(&service), before);
    replay(&cluster, true);
    wait_until("it has followed", || is_used(&service));
}

/// Scans of the public, four at each turn.
fn scan(service: &Service, place: &str, turns: usize) {
    for number in 0..turns {
        for path in [
            format!("/agencies?limit={}", number % 100 + 1),
            format!("/reports?year=2023&limit={}", number % 100 + 1),
            format!("/stats/breakdown?year=2023&within={place}&by=kind"),
            "/search?q=%E5%85%AC%E5%BC%80".to_owned(),
        ] {
            service.get(&path).send().expect(200);
        }
    }
}

/// What the primary computes for a thousand of them beyond what it does anyway, in hundredths of a second.
fn cost_of_scans(cluster: &Cluster, service: &Service, place: &str) -> u64 {
    // Connections are open, and what is done at the start is done.
    scan(service, place, 50);
    let (before, began) = (cluster.primary.computed(), Instant::now());
    scan(service, place, 250);
    let (after, took) = (cluster.primary.computed(), began.elapsed());
    thread::sleep(took);
    (after - before).saturating_sub(cluster.primary.computed() - after)
}

/// How many reads each standby has answered.
fn answered_by(service: &Service, standby: &Node) -> i64 {
    figure(service, &format!("nianbao_standby_reads_total{{standby=\"127.0.0.1:{}\"}}", standby.port))
}

#[test]
fn the_primary_is_spared_the_publics_scans_by_one_standby_and_by_two() {
    let Some(mut cluster) = Cluster::new(false) else { return };
    let mut second = cluster.another("second");
    let county = {
        let service = reading_from(&cluster, &[]);
        let world = World::new(&service);
        world.publish(&id_of(&world.full_draft()));
        world.county.clone()
    };
    let mut costs = Vec::new();
    for count in 0..=2 {
        let standbys = [&cluster.standby, &second];
        let service = reading_from(&cluster, &standbys[..count]);
        if count > 0 {
            let used = i64::try_from(count).expect("a number");
            wait_until("the standbys are read from", || figure(&service, "nianbao_standbys_used ") == used);
        }
        cluster.catch_up();
        costs.push(cost_of_scans(&cluster, &service, &county));
        for standby in &standbys[..count] {
            let share = answered_by(&service, standby) * i64::try_from(count).expect("a number");
            assert!(share >= 1_000, "each carries its share: {share}");
        }
    }
    let _ = writeln!(
        std::io::stderr(),
        "a thousand scans cost the primary {}0 ms of processor time without a standby, {}0 ms with one, {}0 ms with two",
        costs[0],
        costs[1],
        costs[2]
    );
    // Time is told in hundredths of a second: a tenth, and what that leaves unsure.
    assert!(costs[1] * 10 <= costs[0] + 30 && costs[2] * 10 <= costs[0] + 30, "{costs:?}");
    one_of_two_dies(&mut cluster, &mut second, &county);
}

/// One of two is killed under the public's scans: each is answered, and the other carries on.
fn one_of_two_dies(cluster: &mut Cluster, second: &mut Node, county: &str) {
    let service = reading_from(cluster, &[&cluster.standby, second]);
    wait_until("both are read from", || figure(&service, "nianbao_standbys_used ") == 2);
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !over.load(Ordering::Acquire) {
                    scan(&service, county, 1);
                }
            });
        }
        wait_until("it reads", || answered_by(&service, second) > 50);
        second.kill();
        wait_until("it is left out", || figure(&service, "nianbao_standbys_used ") == 1);
        let before = answered_by(&service, &cluster.standby);
        wait_until("the other carries on", || answered_by(&service, &cluster.standby) > before + 50);
        second.start(&cluster.programs);
        wait_until("it is read from again", || figure(&service, "nianbao_standbys_used ") == 2);
        let before = answered_by(&service, second);
        wait_until("it reads again", || answered_by(&service, second) > before + 50);
        over.store(true, Ordering::Release);
    });
}
