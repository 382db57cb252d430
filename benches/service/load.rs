//! The load, on the second core, and the rows it prints.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};

/// Rounds of each pair; the median of the ratios is the figure.
const ROUNDS: usize = 5;
const SPELL: &str = "3s";

/// One run of the load generator on the second core.
pub(super) fn load(arguments: &[&str]) -> Value {
    let output = Command::new("taskset")
        .args(["-c", "1", "oha", "--no-tui", "--output-format", "json", "--redirect", "0"])
        .args(arguments)
        .stderr(Stdio::null())
        .output()
        .expect("oha");
    let found: Value = serde_json::from_slice(&output.stdout).expect("oha's summary");
    let codes = found["statusCodeDistribution"].as_object().expect("codes");
    let right = codes.keys().all(|code| ["200", "304"].contains(&code.as_str()));
    assert!(right && !codes.is_empty(), "{codes:?} {:?}", found["errorDistribution"]);
    found
}

pub(super) fn rate(arguments: &[&str]) -> f64 {
    let all = [&["-z", SPELL, "-c", "32"], arguments].concat();
    load(&all)["summary"]["requestsPerSec"].as_f64().expect("a rate")
}

pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Prints `what | rate | bare rate | ratio`, measured in turns.
pub(super) fn compare(what: &str, aim: &str, ours: &[&str], theirs: &[&str]) {
    let rounds: Vec<(f64, f64)> = (0..ROUNDS).map(|_| (rate(ours), rate(theirs))).collect();
    let ratio = median(rounds.iter().map(|(our, their)| our / their).collect());
    let our = median(rounds.iter().map(|(our, _)| *our).collect());
    let their = median(rounds.iter().map(|(_, their)| *their).collect());
    println!("| {what} | {our:.0} | {their:.0} | **{ratio:.2}** | {aim} |");
}

/// A file of addresses, one a line, for the load generator.
pub(super) fn listed(folder: &Path, name: &str, urls: &[String]) -> String {
    let list = folder.join(name);
    std::fs::write(&list, urls.join("\n")).expect("written");
    list.to_string_lossy().into_owned()
}

/// As many as are answered, 32 at a time.
pub(super) fn throughput(what: &str, aim: &str, url: &str) {
    let rates = (0..ROUNDS).map(|_| rate(&["--disable-compression", url])).collect();
    println!("| {what} | **{:.0}** | {aim} |", median(rates));
}

pub(super) fn latency(what: &str, aim: &str, rate: u32, url: &str) {
    let queries = rate.to_string();
    let arguments =
        ["-z", "10s", "-c", "8", "-q", &queries, "--latency-correction", "-w", "--disable-compression", url];
    let found = load(&arguments);
    let at = |percent: &str| found["latencyPercentiles"][percent].as_f64().expect("a time") * 1_000.0;
    println!("| {what} | {rate} | {:.1} | **{:.1}** | {:.1} | {aim} |", at("p50"), at("p95"), at("p99"));
}
