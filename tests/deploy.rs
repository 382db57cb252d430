//! What stands in `deploy/` is about this program: its metrics, its verbs, its runbook.

use crate::api::harness::process::Service;
use std::collections::BTreeSet;

const RULES: &str = include_str!("../deploy/prometheus/rules.yaml");
const DASHBOARD: &str = include_str!("../deploy/grafana/nianbao.json");
const RUNBOOK: &str = include_str!("../docs/runbook.md");

/// Every name that begins like one of our metrics.
fn named(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    text.match_indices("nianbao_")
        .map(|(at, _)| text[at..].chars().take_while(|c| is_part(*c)).collect())
        .collect()
}

#[test]
fn every_metric_that_alerts_and_the_dashboard_ask_for_exists() {
    let service = Service::on_sqlite();
    service.get("/healthz").send().expect(200);
    let said = service.get("/metrics").token(&service.admin()).raw().send().bytes;
    let said = named(&String::from_utf8(said).expect("text"));
    for asked in named(RULES).union(&named(DASHBOARD)) {
        assert!(said.contains(asked), "{asked} is not at /metrics: {said:?}");
    }
}

#[test]
fn the_dashboard_can_be_read() {
    let board: serde_json::Value = serde_json::from_str(DASHBOARD).expect("JSON");
    let panels = board["panels"].as_array().expect("panels");
    let ids: BTreeSet<u64> = panels.iter().filter_map(|panel| panel["id"].as_u64()).collect();
    assert_eq!(ids.len(), panels.len(), "every panel has a number of its own");
    for panel in panels {
        let asked = panel["targets"].as_array().expect("targets");
        assert!(
            asked.iter().all(|target| target["expr"].as_str().is_some_and(|expr| !expr.is_empty())),
            "{panel}"
        );
    }
}

#[test]
fn every_alert_has_its_page() {
    let pages: BTreeSet<String> = RUNBOOK
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .map(|title| title.to_lowercase().replace(' ', "-"))
        .collect();
    let asked: Vec<&str> = RULES.lines().filter_map(|line| line.split("runbook.md#").nth(1)).collect();
    assert!(!asked.is_empty());
    for page in asked {
        assert!(pages.contains(page), "{page} is no heading of the runbook");
    }
}
