//! What stands in `deploy/` is about this program: its metrics, its verbs, its runbook.

use crate::api::harness::process::Service;
use std::collections::BTreeSet;

const RULES: &str = include_str!("../deploy/prometheus/rules.yaml");
const RUNBOOK: &str = include_str!("../docs/runbook.md");

/// Every name that begins like one of our metrics.
fn named(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    text.match_indices("nianbao_")
        .map(|(at, _)| text[at..].chars().take_while(|c| is_part(*c)).collect())
        .collect()
}

#[test]
fn every_metric_an_alert_asks_for_exists() {
    let service = Service::on_sqlite();
    service.get("/healthz").send().expect(200);
    let said = service.get("/metrics").token(&service.admin()).raw().send().bytes;
    let said = named(&String::from_utf8(said).expect("text"));
    for asked in named(RULES) {
        assert!(said.contains(&asked), "{asked} is not at /metrics: {said:?}");
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
