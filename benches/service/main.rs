//! The whole service at a province's size, beside a bare handler that gives the same bytes in the same run.
//!
//! `cargo bench --bench service`. Needs `oha` (`cargo install oha --locked`) and `taskset`; the server has
//! one core and the load the other. Prints the rows of docs/performance.md.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench may stop where it stands, and prints what it found"
)]

mod bare;
mod load;
mod running;

use bare::{bare, bare_row, be_bare, be_bare_row};
use load::{compare, latency, listed, rate, throughput};
use running::{PROGRAM, memory, serve, wait_for_rest};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// The last year of the seed: still open.
const YEAR: i32 = 2025;

struct Answer {
    headers: Vec<(String, String)>,
    tag: String,
    body: Vec<u8>,
}

fn fetch(url: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = ureq::get(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut response = request.call().expect("an answer");
    // All that our answers carry but the number of the request.
    let kept = [
        "content-type",
        "content-encoding",
        "content-language",
        "content-security-policy",
        "cache-control",
        "etag",
        "last-modified",
        "referrer-policy",
        "vary",
        "x-content-type-options",
    ];
    let of =
        |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let found = kept.iter().filter_map(|name| of(name).map(|value| ((*name).to_owned(), value))).collect();
    let tag = of("etag").unwrap_or_default();
    Answer { headers: found, tag, body: response.body_mut().read_to_vec().expect("a body") }
}

fn json(url: &str) -> Value {
    serde_json::from_slice(&fetch(url, &[]).body).expect("JSON")
}

fn kept(folder: &Path, api: &str, report: &str) {
    let url = format!("{api}/reports/{report}");
    for encoding in ["identity", "gzip", "br"] {
        let answer = fetch(&url, &[("accept-encoding", encoding)]);
        let file = folder.join(encoding);
        std::fs::write(&file, &answer.body).expect("written");
        let handler = bare(&file, &serde_json::to_string(&answer.headers).expect("headers"));
        let accept = format!("accept-encoding: {encoding}");
        let what = format!("a published report, kept, {encoding} ({} bytes)", answer.body.len());
        let theirs = [handler.url.as_str(), "--disable-compression"];
        compare(&what, "≥ 0.85", &[&url, "--disable-compression", "-H", &accept], &theirs);
        if encoding == "identity" {
            let same = format!("if-none-match: {}", answer.tag);
            let ours = [url.as_str(), "--disable-compression", "-H", &same];
            compare("the same, unchanged (304), against the bare 200", "≥ 1.0", &ours, &theirs);
        }
    }
}

/// Reports in turn, by id and by whose they are: kept, or each from the database.
fn in_turn(folder: &Path, (api, database): (&str, &Path), reports: &[Report], aim: [&str; 3]) {
    let by_id: Vec<String> = reports.iter().map(|report| format!("{api}/reports/{}", report.id)).collect();
    let by_agency: Vec<String> = reports
        .iter()
        .map(|report| format!("{api}/agencies/{}/reports/{}?scope={}", report.agency, YEAR - 1, report.scope))
        .collect();
    let answer = fetch(&by_id[0], &[("accept-encoding", "identity")]);
    let file = folder.join("first");
    std::fs::write(&file, &answer.body).expect("written");
    let headers = serde_json::to_string(&answer.headers).expect("headers");
    let (handler, rows) = (bare(&file, &headers), bare_row(database, &headers));
    let row_urls: Vec<String> = reports.iter().map(|report| format!("{}/{}", rows.url, report.id)).collect();
    let [by_id, by_agency, row_urls] = [("ids", by_id), ("agencies", by_agency), ("rows", row_urls)]
        .map(|(name, urls)| listed(folder, name, &urls));
    let of = |list| ["--urls-from-file", list, "--disable-compression"];
    compare("reports in turn, against bytes", aim[0], &of(&by_id), &[&handler.url, "--disable-compression"]);
    compare("reports in turn, against a row", aim[1], &of(&by_id), &of(&row_urls));
    compare("the same by agency and year", aim[2], &of(&by_agency), &of(&row_urls));
}

fn latencies(api: &str, within: &str, report: &str) {
    println!(
        "\n| each from the database, at a fixed rate | a second | p50 ms | p95 ms | p99 ms | target p95 |"
    );
    println!("|---|---|---|---|---|---|");
    let of = |what: &str| format!("{api}/stats/{what}?year={YEAR}&within={within}");
    latency("totals of the province", "< 5", 100, &of("totals"));
    latency("breakdown by child", "< 5", 50, &of("breakdown"));
    let one = "&indicators=requests.new_requests.total";
    latency("breakdown by child, one indicator", "< 5", 100, &format!("{}{one}", of("breakdown")));
    latency("completeness", "< 5", 100, &of("completeness"));
    latency("completeness by child", "< 5", 100, &format!("{}&group_by=child", of("completeness")));
    latency("trends of seven years", "< 5", 50, &format!("{api}/stats/trends?within={within}"));
    latency("reports, a page of 50", "< 10", 50, &format!("{api}/reports?year={YEAR}&limit=50"));
    latency("search (营商环境)", "< 10", 50, &format!("{api}/search?q=%E8%90%A5%E5%95%86%E7%8E%AF%E5%A2%83"));
    latency("one report", "", 200, &format!("{api}/reports/{report}"));
}

fn seed(database: &Path) {
    if database.exists() {
        return;
    }
    let began = Instant::now();
    let done = Command::new(PROGRAM)
        .args(["seed", "--province", "14", "--years", "2019..2025"])
        .env("NIANBAO__DATABASE__URL", format!("sqlite://{}", database.display()))
        .output()
        .expect("run");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    println!(
        "| seven years of a province written | {:.0} s | < 120 | {} |",
        began.elapsed().as_secs_f64(),
        said.trim()
    );
}

/// The search index follows the changes in the background: nothing is measured before it has.
fn wait_for_index(api: &str) {
    let seq = |path: &str| json(&format!("{api}{path}"))["as_of"]["seq"].clone();
    while seq("/search?q=%E5%85%AC%E5%BC%80&limit=1") != seq(&format!("/stats/totals?year={YEAR}")) {
        std::thread::sleep(Duration::from_secs(1));
    }
}

struct Report {
    id: String,
    agency: String,
    scope: String,
}

/// The reports of a year, as far as some pages tell.
fn reports(api: &str) -> Vec<Report> {
    let mut found = Vec::new();
    let mut next = format!("{api}/reports?year={}&limit=200", YEAR - 1);
    while found.len() < 6_000 {
        let page = json(&next);
        let items = page["items"].as_array().expect("items");
        let text = |value: &Value| value.as_str().expect("an id").to_owned();
        found.extend(items.iter().map(|item| Report {
            id: text(&item["id"]),
            agency: text(&item["agency"]["id"]),
            scope: text(&item["scope"]),
        }));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        next = format!("{api}/reports?year={}&limit=200&cursor={cursor}", YEAR - 1);
    }
    found
}

/// Puts every county directly under the province, as some provinces have it; gives their number.
fn direct_counties(database: &Path, api: &str, province: &str) -> usize {
    let output = Command::new(PROGRAM)
        .args(["token", "create", "--role", "admin", "--name", "bench"])
        .env("NIANBAO__DATABASE__URL", format!("sqlite://{}", database.display()))
        .output()
        .expect("run");
    let token = format!("Bearer {}", String::from_utf8_lossy(&output.stdout).trim());
    let found = json(&format!("{api}/agencies?level=county&kind=government&limit=200"));
    let counties = found["items"].as_array().expect("items");
    for county in counties {
        let url = format!("{api}/agencies/{}", county["id"].as_str().expect("an id"));
        let tag = fetch(&url, &[("accept-encoding", "identity")]).tag;
        ureq::patch(&url)
            .header("authorization", &token)
            .header("if-match", &tag)
            .header("content-type", "application/merge-patch+json")
            .send(format!(r#"{{"parent_id":"{province}"}}"#))
            .expect("moved");
    }
    counties.len()
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, verb, what, headers] = arguments.as_slice() {
        match verb.as_str() {
            "bare" => return be_bare(what, headers),
            "bare-row" => return be_bare_row(what, headers),
            _ => {}
        }
    }
    if Command::new("oha").arg("--version").output().is_err() {
        eprintln!("SKIPPED: oha is not installed (cargo install oha --locked)");
        return;
    }
    let folder = tempfile::TempDir::new().expect("a folder");
    println!("| once | figure | target | |\n|---|---|---|---|");
    // Set to keep the seeded database between runs.
    let database = std::env::var_os("NIANBAO_BENCH_DATABASE")
        .map_or_else(|| folder.path().join("province.db"), PathBuf::from);
    seed(&database);
    let began = Instant::now();
    let service = serve(&database, &[]);
    println!("| from start to ready | {:.2} s | < 0.5 | |", began.elapsed().as_secs_f64());
    let api = format!("{}/api/v1", service.url);
    let roots = json(&format!("{api}/agencies?level=provincial&kind=government"));
    let province = roots["items"][0]["id"].as_str().expect("the province").to_owned();
    let ids = reports(&api);
    wait_for_index(&api);
    wait_for_rest(&service);

    println!(
        "\n| the service has one core, the load the other; bare: the same bytes and headers | a second | bare | ratio | target |"
    );
    println!("|---|---|---|---|---|");
    kept(folder.path(), &api, &ids[0].id);
    in_turn(folder.path(), (&api, &database), &ids, ["≥ 0.60", "", ""]);
    println!("\n| memory | MB | target |\n|---|---|---|");
    println!("| RssAnon after that | **{:.0}** | < 200 |", memory(service.child.id()));
    let all: Vec<String> = ids.iter().map(|report| format!("{api}/reports/{}", report.id)).collect();
    rate(&["--urls-from-file", &listed(folder.path(), "all", &all)]);
    println!(
        "| RssAnon after {} reports were read several times | **{:.0}** | < 200 |",
        ids.len(),
        memory(service.child.id())
    );
    drop(service);

    let uncached = serve(&database, &[("NIANBAO__LIMITS__KEPT_BYTES", "0")]);
    let api = format!("{}/api/v1", uncached.url);
    wait_for_rest(&uncached);
    println!("\n| each from the database | a second | bare | ratio | target |\n|---|---|---|---|---|");
    in_turn(folder.path(), (&api, &database), &ids, ["≥ 0.35", "≥ 0.85", "≥ 0.85"]);
    println!("\n| each from the database, 32 at a time | a second | target |\n|---|---|---|");
    throughput("a page of 50 reports", "≥ 2,000", &format!("{api}/reports?year={YEAR}&limit=50"));
    throughput("trends of seven years", "≥ 2,000", &format!("{api}/stats/trends?within={province}"));
    latencies(&api, &province, &ids[0].id);
    let counties = direct_counties(&database, &api, &province);
    println!(
        "\n| with {counties} counties right below the province | a second | p50 ms | p95 ms | p99 ms | target p95 |"
    );
    println!("|---|---|---|---|---|---|");
    let breakdown = format!("{api}/stats/breakdown?year={YEAR}&within={province}");
    latency("breakdown, all 200 cells", "< 5", 20, &breakdown);
    let one = format!("{breakdown}&indicators=requests.new_requests.total");
    latency("breakdown by child, one indicator", "< 5", 50, &one);
}
