//! What an operator sees from outside: whose request a line of the log belongs to, what is slow, and what is counted.

use super::harness::database::Database;
use super::harness::process::Service;
use super::harness::wait_for;
use super::harness::world::{World, register};
use serde_json::{Value, json};
use std::sync::Arc;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

on_both! {
    fn every_line_of_a_request_tells_its_trace_and_what_it_is_about(service) {
        let agency = register(service, "甲县人民政府", "county", "government", None);
        let ask = |path: &str, id: &str| {
            let parent = format!("00-{TRACE}-00f067aa0ba902b7-01");
            service.get(path).token(&service.admin()).header("x-request-id", id).header("traceparent", &parent).send()
        };
        let line = |text: &str, id: &str| -> Value {
            wait_for(|| {
                let log = service.log.lock().expect("log");
                let lines = log.iter().filter(|line| line.contains(text) && line.contains(id));
                lines.filter_map(|line| serde_json::from_str(line).ok()).next()
            })
        };
        let told = |line: &Value, id: &str| {
            let span = &line["span"];
            assert_eq!((&span["id"], &span["agency"]), (&json!(id), &json!(agency)), "{line}");
            let trace = span["traceparent"].as_str().expect("a trace");
            assert!(trace.starts_with(&format!("00-{TRACE}-")) && trace.ends_with("-01"), "{line}");
            assert!(!trace.contains("00f067aa0ba902b7"), "a span of its own: {line}");
        };
        ask(&format!("/agencies/{agency}"), "first-1").expect(200);
        told(&line("\"access\"", "first-1"), "first-1");
        // An error line as well.
        service.database.execute("UPDATE agencies SET level = 'nonsense'");
        ask(&format!("/agencies/{agency}"), "second-2").expect(500);
        told(&line("\"ERROR\"", "second-2"), "second-2");
        // Without a trace one begins.
        service.get("/agencies/x").token(&service.admin()).header("x-request-id", "third-3").send();
        let begun = line("\"access\"", "third-3");
        assert_eq!(begun["span"]["traceparent"].as_str().map(str::len), Some(55), "{begun}");
    }

    fn what_an_operator_watches_is_counted(service) {
        World::new(service);
        let figures = || service.get("/metrics").token(&service.admin()).send().expect(200).text();
        // The second answer is a kept one: it is counted by its route all the same.
        for _ in 0..2 {
            service.get("/agencies").send().expect(200);
        }
        let text = figures();
        for told in [
            "nianbao_request_seconds_count{method=\"GET\",route=\"/api/v1/agencies\"} 2",
            "nianbao_webhook_deliveries{state=\"pending\"} 0",
            "nianbao_webhook_oldest_seconds 0",
            "nianbao_log_lines_dropped_total 0",
            "nianbao_streams 0",
        ] {
            assert!(text.lines().any(|line| line.starts_with(told)), "{told}: {text}");
        }
        assert!(text.contains("nianbao_build_info{version=") && text.contains("schema=\"0"), "{text}");
        assert!(text.contains("nianbao_epoch{epoch=\""), "{text}");
    }
}

#[test]
fn a_slow_statement_is_told_with_its_request_and_without_what_people_wrote() {
    let Some(database) = Database::postgres() else { return };
    let database = Arc::new(database);
    let service = Service::start(Arc::clone(&database), &[("NIANBAO__DATABASE__SLOW_STATEMENT_MS", "200")]);
    let admin = service.admin();
    let held = {
        let database = Arc::clone(&database);
        let hold = "BEGIN; LOCK TABLE agencies IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(1); COMMIT";
        std::thread::spawn(move || database.execute(hold))
    };
    wait_for(|| {
        let held = "SELECT (count(*) > 0)::text AS value FROM pg_stat_activity \
            WHERE query LIKE 'BEGIN; LOCK TABLE agencies%' AND wait_event = 'PgSleep' AND datname = current_database()";
        database.text(held).filter(|held| held == "true")
    });
    let path = "/agencies?division_code=320199";
    service.get(path).header("x-request-id", "slow-1").send().expect(200);
    held.join().expect("let go");
    let line = service.wait_for_log("a slow statement");
    assert!(line["ms"].as_u64().is_some_and(|ms| ms >= 200), "{line}");
    assert!(line["statement"].as_str().is_some_and(|sql| sql.contains("FROM \"agencies\"")), "{line}");
    assert_eq!(line["span"]["id"], "slow-1", "{line}");
    assert!(!line["statement"].to_string().contains("320199"), "{line}");
    let text = service.get("/metrics").token(&admin).send().expect(200).text();
    assert!(
        text.lines().any(|line| line.starts_with("nianbao_slow_statements_total ") && !line.ends_with(" 0"))
    );
}
