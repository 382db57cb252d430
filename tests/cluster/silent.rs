//! A database that hangs: everybody is answered, and the service ends without it.

use super::Cluster;
use super::node::wait_until;
use super::proxy::Proxy;
use crate::api::harness::client::{Reply, Request};
use crate::api::harness::database::Database;
use crate::api::harness::process::Service;
use crate::api::harness::world::{World, id_of};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Somebody who waits for the database waits no longer.
const ANSWERED: Duration = Duration::from_secs(3);

pub fn host_of(url: &str) -> String {
    let (_, rest) = url.split_once('@').expect("a user");
    let (host, _) = rest.split_once('/').expect("a database");
    if host.contains(':') { host.to_owned() } else { format!("{host}:5432") }
}

fn timed(request: Request) -> (Reply, Duration) {
    let began = Instant::now();
    let reply = request.send();
    (reply, began.elapsed())
}

/// Sends all at once.
fn at_once(requests: Vec<Request>) -> Vec<(Reply, Duration)> {
    let sent: Vec<_> = requests.into_iter().map(|request| thread::spawn(move || timed(request))).collect();
    sent.into_iter().map(|thread| thread.join().expect("an answer")).collect()
}

#[test]
fn whoever_waits_for_a_silent_database_is_answered_and_the_service_ends_without_it() {
    let Some(database) = Database::postgres() else { return };
    let proxy = Proxy::to(host_of(&database.url()));
    let url = proxy.url(&database.url());
    let mut service = Service::start(Arc::new(database), &[("NIANBAO__DATABASE__URL", &url)]);
    let world = World::new(&service);
    let report = id_of(&world.full_draft());
    world.publish(&report);
    let admin = service.admin();
    let agency = |name: &str| {
        let body = json!({"name": name, "level": "county", "kind": "department", "parent_id": world.county});
        service.post("/agencies").token(&admin).json(&body)
    };
    let reads = || {
        vec![
            service.get("/me").token(&admin),
            service.get(&format!("/reports/{report}?view=published")).token(&admin),
            service.get("/agencies?limit=7"),
            service.get(&format!("/stats/breakdown?year=2023&within={}&by=kind", world.county)),
            service.get("/search?q=%E5%85%AC%E5%BC%80"),
            service.get("/readyz"),
        ]
    };
    proxy.fall_silent();
    // Some hang in the database, the rest behind them.
    let mut requests: Vec<Request> = (0..6).flat_map(|_| reads()).collect();
    requests.extend((0..6).map(|number| agency(&format!("第{number}局"))));
    for (reply, took) in at_once(requests) {
        assert!(reply.status == 503 || reply.status == 200, "{reply:?}");
        assert!(reply.status == 200 || reply.header("retry-after").is_some(), "{reply:?}");
        assert!(took < ANSWERED, "{took:?}: {reply:?}");
    }
    // By now it is known: nobody waits at all.
    for (reply, took) in at_once(reads()) {
        assert!(reply.status == 503, "{reply:?}");
        assert!(took < Duration::from_secs(1), "{took:?}: {reply:?}");
    }
    service.get("/healthz").send().expect(200);
    proxy.speak();
    wait_until("the service is ready again", || service.get("/readyz").send().status == 200);
    wait_until("writes are taken again", || agency("又一局").send().status == 201);
    service.get(&format!("/reports/{report}")).send().expect(200);
    proxy.fall_silent();
    let waiting: Vec<_> = reads().into_iter().map(|request| thread::spawn(move || timed(request))).collect();
    let began = Instant::now();
    service.terminate();
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    waiting.into_iter().for_each(|thread| drop(thread.join()));
    proxy.speak();
}

#[test]
fn an_instance_that_stops_in_its_turn_pauses_the_others_for_less_than_two_seconds() {
    let Some(database) = Database::postgres() else { return };
    let (proxy, database) = (Proxy::to(host_of(&database.url())), Arc::new(database));
    let url = proxy.url(&database.url());
    let other = Service::start(Arc::clone(&database), &[]);
    let stopping = Service::start(Arc::clone(&database), &[("NIANBAO__DATABASE__URL", &url)]);
    let county = World::new(&other).county.clone();
    let admin = other.admin();
    let add = |service: &Service, name: &str| {
        let body = json!({"name": name, "level": "county", "kind": "department", "parent_id": county});
        service.post("/agencies").token(&admin).json(&body)
    };
    let holds = "SELECT CAST(COUNT(*) AS TEXT) AS value FROM pg_locks JOIN pg_stat_activity USING (pid) \
        WHERE relation = 'ledger'::regclass AND mode = 'RowShareLock' AND state = 'idle in transaction'";
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !over.load(Ordering::Acquire) {
                    let _ = add(&stopping, "某局").try_send();
                }
            });
        }
        wait_until("it has stopped in its turn", || {
            proxy.fall_silent();
            let is_held = || database.text(holds).is_some_and(|held| held == "1");
            let has_stopped = is_held() && is_held();
            if !has_stopped {
                proxy.speak();
            }
            has_stopped
        });
        let (reply, took) = timed(add(&other, "乙局"));
        over.store(true, Ordering::Release);
        proxy.speak();
        assert_eq!(reply.status, 201, "{reply:?}");
        assert!(took < Duration::from_secs(2), "{took:?}");
    });
}

#[test]
fn a_write_whose_standby_is_gone_is_answered_and_the_instance_tells() {
    let Some(mut cluster) = Cluster::new(true) else { return };
    let service = Service::start(
        Arc::new(Database::sqlite()),
        &[("NIANBAO__DATABASE__URL", &cluster.url()), ("NIANBAO__DATABASE__REQUIRE_SYNCHRONOUS", "true")],
    );
    let world = World::new(&service);
    let admin = service.admin();
    let add = |name: &str| {
        let body = json!({"name": name, "level": "county", "kind": "department", "parent_id": world.county});
        service.post("/agencies").token(&admin).json(&body)
    };
    add("甲局").send().expect(201);
    service.get("/readyz").send().expect(200);
    cluster.standby.fence();
    let told = at_once((0..3).map(|number| add(&format!("第{number}局"))).collect());
    for (reply, took) in &told {
        assert_eq!(reply.status, 503, "{reply:?}");
        assert!(*took < Duration::from_secs(12), "{took:?}");
    }
    let unknown = |reply: &Reply| reply.value()["code"] == "outcome_unknown";
    assert!(told.iter().any(|(reply, _)| unknown(reply)), "what was sent to be committed may be there");
    wait_until("the instance tells that its writer hangs", || service.get("/readyz").send().status == 503);
    service.get("/agencies?limit=5").send().expect(200);
    // Without a standby it goes on, and says that it is not what was asked for.
    cluster.primary.execute("ALTER SYSTEM SET synchronous_standby_names = ''");
    cluster.primary.execute("SELECT pg_reload_conf()");
    wait_until("writes are taken again", || add("乙局").send().status == 201);
    let figures = || {
        let reply = service.get("/metrics").token(&admin).raw().send();
        String::from_utf8(reply.bytes).expect("text")
    };
    wait_until("it is not synchronous", || figures().lines().any(|line| line == "nianbao_not_synchronous 1"));
    service.get("/readyz").send().expect(503);
}

#[test]
fn a_database_from_another_cluster_is_not_served_until_it_is_adopted() {
    let Some(first) = Cluster::new(false) else { return };
    let mut service = first.service();
    World::new(&service);
    assert_eq!(service.terminate(), Some(0));
    // As it is after a dump was put up elsewhere: the ledger names another cluster.
    first
        .primary
        .connect("nianbao")
        .map(|mut connection| {
            use diesel::connection::SimpleConnection;
            connection.batch_execute("UPDATE ledger SET system_id = '7000000000000000001'").expect("changed");
        })
        .expect("a connection");
    let refused = service.run(&["serve"]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && told.contains("restore --adopt"), "{told}");
    let adopted = service.run(&["restore", "--adopt"]);
    assert!(adopted.status.success(), "{}", String::from_utf8_lossy(&adopted.stderr));
    service.restart();
    service.get("/readyz").send();
}
