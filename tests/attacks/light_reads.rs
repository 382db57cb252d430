//! A heavy read never delays a light one, and no client holds what all need.

use super::{fill_index, from};
use crate::api::harness::client::Reply;
use crate::api::harness::process::Service;
use crate::api::harness::wait_for;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// “信息公开政府”: all its words are in every row, and no row holds it.
const DEAREST: &str = "/search?count=true&q=%E4%BF%A1%E6%81%AF%E5%85%AC%E5%BC%80%E6%94%BF%E5%BA%9C";
const PLENTY: u32 = 6_000;

/// Asks the dearest question from so many addresses until told to stop; gives how often each status was answered.
fn while_asked<T>(service: &Service, addresses: &[String], meanwhile: impl FnOnce() -> T) -> (T, Vec<u16>) {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let asking: Vec<_> = addresses
            .iter()
            .map(|address| {
                let over = &over;
                scope.spawn(move || {
                    let mut statuses = Vec::new();
                    while !over.load(Ordering::Relaxed) {
                        let reply: Reply = from(service.get(DEAREST), address).send();
                        if reply.status >= 400 {
                            assert!(reply.header("retry-after").is_some(), "{reply:?}");
                        }
                        statuses.push(reply.status);
                    }
                    statuses
                })
            })
            .collect();
        let told = meanwhile();
        over.store(true, Ordering::Relaxed);
        let statuses = asking.into_iter().flat_map(|thread| thread.join().expect("a client"));
        (told, statuses.collect())
    })
}

/// Waits until scans wait for each other.
fn wait_until_busy(service: &Service) {
    let metrics = || service.get("/metrics").token(&service.admin()).header("accept", "*/*").send().text();
    wait_for(|| Some(()).filter(|()| metrics().lines().any(|line| line == "nianbao_scanners_busy 2")));
}

attacks! {
    fn clerks_work_on_while_many_ask_the_dearest_question(service) {
        fill_index(service, PLENTY);
        let clerk = service.token("admin", "", "管理员");
        let addresses: Vec<String> = (1..=12).map(|number| format!("198.51.100.{number}")).collect();
        let (slowest, statuses) = while_asked(service, &addresses, || {
            wait_until_busy(service);
            let mut slowest = Duration::ZERO;
            for _ in 0..40 {
                let begun = Instant::now();
                service.get("/me").token(&clerk).send().expect(200);
                service.get("/readyz").send().expect(200);
                slowest = slowest.max(begun.elapsed());
            }
            slowest
        });
        assert!(slowest < Duration::from_millis(1_500), "{slowest:?}");
        assert!(statuses.iter().all(|status| [200, 503].contains(status)), "{statuses:?}");
    }

    fn one_client_never_holds_all_the_readers_for_scans(service, "LIMITS__REQUESTS_PER_MINUTE" = "100000000",
        "LIMITS__SCAN_MS" = "60000", "DATABASE__READ_PATIENCE_MS" = "10000") {
        // Each of many questions is answered to its end: they need not be as long as where one has to be cut off.
        fill_index(service, PLENTY / 4);
        let addresses = vec!["198.51.100.7".to_owned(); 12];
        let ((), statuses) = while_asked(service, &addresses, || {
            for _ in 0..10 {
                // Another client's list has a reader that the first one cannot take.
                from(service.get("/agencies?limit=1"), "198.51.100.8").send().expect(200);
            }
        });
        assert!(statuses.iter().all(|status| [200, 429].contains(status)), "{statuses:?}");
    }

    fn a_scan_that_takes_too_long_is_ended(service, "LIMITS__SCAN_MS" = "100") {
        fill_index(service, PLENTY);
        let begun = Instant::now();
        let refused = service.get(DEAREST).send();
        assert!(begun.elapsed() < Duration::from_secs(10));
        assert!(refused.header("retry-after").is_some());
        refused.refused(503, "overloaded");
        service.get("/agencies?limit=1").send().expect(200);
    }

    fn counts_end_where_they_would_cost_what_there_is(service, "LIMITS__SCAN_MS" = "60000") {
        fill_index(service, 1_500);
        let rows: String = (0..1_050)
            .map(|number| json!({"name": format!("某局{number}"), "level": "county", "kind": "department"}).to_string() + "\n")
            .collect();
        let admin = service.admin();
        service.post("/agencies/batch").token(&admin).body("application/x-ndjson", rows).send().expect(200);
        let counted = |path: &str| service.get(path).send().expect(200).value();
        let many = counted("/agencies?count=true&limit=1");
        assert_eq!((&many["total"], &many["total_at_least"]), (&Value::Null, &json!(1_000)));
        let few = counted("/agencies?count=true&limit=1&q=%E6%9F%90%E5%B1%801");
        assert!(few["total"].as_u64().is_some_and(|total| total > 100 && total < 1_000), "{few}");
        assert!(few.get("total_at_least").is_none());
        let found = counted("/search?count=true&limit=1&q=%E4%BE%9D%E7%94%B3%E8%AF%B7%E5%85%AC%E5%BC%80");
        assert_eq!((&found["total"], &found["total_at_least"]), (&Value::Null, &json!(1_000)));
        let audit = service.get("/audit?count=true&limit=1").token(&admin).send().expect(200).value();
        assert_eq!((&audit["total"], &audit["total_at_least"]), (&Value::Null, &json!(1_000)));
        assert_eq!(counted("/years?count=true")["total"], 1);
    }
}
