//! The whole service at a province's size, beside a bare handler that gives the same bytes in the same run.
//!
//! `cargo bench --bench service`. Needs `oha` (`cargo install oha --locked`) and `taskset`; the server has
//! one core and the load the other. Prints the rows of docs/performance.md.
#![expect(missing_docs, reason = "what diesel makes of a table has none")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench may stop where it stands, and prints what it found"
)]

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::Value;
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_nianbao");
/// Rounds of each pair; the median of the ratios is the figure.
const ROUNDS: usize = 5;
const SPELL: &str = "3s";
/// The last year of the seed: still open.
const YEAR: i32 = 2025;

/// A process that ends with its owner.
struct Running {
    child: Child,
    url: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// Starts a program on the first core, and waits until it answers.
fn start(program: &Path, arguments: &[&str], settings: &[(&str, &str)]) -> Running {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address").to_string();
    drop(listener);
    let child = Command::new("taskset")
        .args(["-c", "0"])
        .arg(program)
        .args(arguments)
        .envs(settings.iter().copied())
        .env("NIANBAO__SERVER__LISTEN", &address)
        .stdout(Stdio::null())
        .spawn()
        .expect("taskset");
    let running = Running { child, url: format!("http://{address}") };
    while ureq::get(format!("{}/readyz", running.url)).call().is_err() {
        std::thread::sleep(Duration::from_millis(2));
    }
    running
}

fn serve(database: &Path, settings: &[(&str, &str)]) -> Running {
    let url = format!("sqlite://{}", database.display());
    let fixed = [
        ("NIANBAO__DATABASE__URL", url.as_str()),
        ("NIANBAO__SERVER__WORKERS", "1"),
        ("NIANBAO__TELEMETRY__FILTER", "warn"),
        // All the load is one address.
        ("NIANBAO__LIMITS__REQUESTS_PER_MINUTE", "0"),
    ];
    start(Path::new(PROGRAM), &["serve"], &[&fixed[..], settings].concat())
}

/// A handler that gives fixed bytes with the headers of the real answer.
fn bare(body: &Path, headers: &str) -> Running {
    let me = std::env::current_exe().expect("this program");
    start(&me, &["bare", &body.to_string_lossy(), headers], &[])
}

/// A handler that reads one row, inline, by the id that the address ends with, and gives it with the same headers.
fn bare_row(database: &Path, headers: &str) -> Running {
    let me = std::env::current_exe().expect("this program");
    start(&me, &["bare-row", &database.to_string_lossy(), headers], &[])
}

diesel::table! {
    renditions (report_id) {
        report_id -> Text,
        body -> Binary,
    }
}

fn be_bare_row(database: &str, headers: &str) {
    let headers: Vec<(String, String)> = serde_json::from_str(headers).expect("headers");
    let database = database.to_owned();
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            let mut connection = SqliteConnection::establish(&database).expect("the database");
            connection
                .batch_execute("PRAGMA query_only = ON; PRAGMA mmap_size = 2147418112")
                .expect("set up");
            let (connection, headers) = (RefCell::new(connection), headers.clone());
            let answer = move |request: HttpRequest| {
                let id = request.path().rsplit('/').next().unwrap_or_default();
                let row = renditions::table.find(id).select(renditions::body);
                let body: Result<Vec<u8>, _> = row.get_result(&mut *connection.borrow_mut());
                let response = match body {
                    Err(_) => HttpResponse::Ok().finish(),
                    Ok(body) => {
                        let mut response = HttpResponse::Ok();
                        for (name, value) in &headers {
                            response.insert_header((name.as_str(), value.as_str()));
                        }
                        response.body(body)
                    }
                };
                async move { response }
            };
            let answer = std::rc::Rc::new(answer);
            App::new().default_service(web::to(move |request: HttpRequest| answer(request)))
        });
        let address = std::env::var("NIANBAO__SERVER__LISTEN").expect("where to listen");
        server.workers(1).bind(address).expect("the port").run().await.expect("served");
    });
}

fn be_bare(body: &str, headers: &str) {
    let bytes = web::Bytes::from(std::fs::read(body).expect("the body"));
    let headers: Vec<(String, String)> = serde_json::from_str(headers).expect("headers");
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            let (bytes, headers) = (bytes.clone(), headers.clone());
            let answer = move || {
                let mut response = HttpResponse::Ok();
                for (name, value) in &headers {
                    response.insert_header((name.as_str(), value.as_str()));
                }
                let response = response.body(bytes.clone());
                async move { response }
            };
            App::new().default_service(web::to(answer))
        });
        let address = std::env::var("NIANBAO__SERVER__LISTEN").expect("where to listen");
        server.workers(1).bind(address).expect("the port").run().await.expect("served");
    });
}

/// One run of the load generator on the second core.
fn load(arguments: &[&str]) -> Value {
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

fn rate(arguments: &[&str]) -> f64 {
    let all = [&["-z", SPELL, "-c", "32"], arguments].concat();
    load(&all)["summary"]["requestsPerSec"].as_f64().expect("a rate")
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Prints `what | rate | bare rate | ratio`, measured in turns.
fn compare(what: &str, aim: &str, ours: &[&str], theirs: &[&str]) {
    let rounds: Vec<(f64, f64)> = (0..ROUNDS).map(|_| (rate(ours), rate(theirs))).collect();
    let ratio = median(rounds.iter().map(|(our, their)| our / their).collect());
    let our = median(rounds.iter().map(|(our, _)| *our).collect());
    let their = median(rounds.iter().map(|(_, their)| *their).collect());
    println!("| {what} | {our:.0} | {their:.0} | **{ratio:.2}** | {aim} |");
}

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

/// A file of addresses, one a line, for the load generator.
fn listed(folder: &Path, name: &str, urls: &[String]) -> String {
    let list = folder.join(name);
    std::fs::write(&list, urls.join("\n")).expect("written");
    list.to_string_lossy().into_owned()
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

/// As many as are answered, 32 at a time.
fn throughput(what: &str, aim: &str, url: &str) {
    let rates = (0..ROUNDS).map(|_| rate(&["--disable-compression", url])).collect();
    println!("| {what} | **{:.0}** | {aim} |", median(rates));
}

fn latency(what: &str, aim: &str, rate: u32, url: &str) {
    let queries = rate.to_string();
    let arguments =
        ["-z", "10s", "-c", "8", "-q", &queries, "--latency-correction", "-w", "--disable-compression", url];
    let found = load(&arguments);
    let at = |percent: &str| found["latencyPercentiles"][percent].as_f64().expect("a time") * 1_000.0;
    println!("| {what} | {rate} | {:.1} | **{:.1}** | {:.1} | {aim} |", at("p50"), at("p95"), at("p99"));
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

/// Anonymous resident memory, in megabytes.
fn memory(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("its status");
    let line = status.lines().find(|line| line.starts_with("RssAnon")).expect("RssAnon");
    let kilobytes: f64 = line.split_whitespace().nth(1).and_then(|text| text.parse().ok()).expect("a number");
    kilobytes / 1_024.0
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

/// Processor time of a process, in clock ticks.
fn ticks(process: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("its state");
    let (_, after) = stat.rsplit_once(") ").expect("its name");
    let of = |at: usize| after.split(' ').nth(at).and_then(|text| text.parse::<u64>().ok()).expect("ticks");
    of(11) + of(12)
}

/// What is done behind the filling (verdicts, renditions) is done: the service rests for a second.
fn wait_for_rest(service: &Running) {
    loop {
        let before = ticks(service.child.id());
        std::thread::sleep(Duration::from_secs(1));
        if ticks(service.child.id()) - before < 5 {
            return;
        }
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
