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

use actix_web::{App, HttpResponse, HttpServer, web};
use serde_json::Value;
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
    let kept = ["content-type", "content-encoding", "etag", "vary", "cache-control", "content-language"];
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
        let what = format!("已发布的报告，已备好，{encoding}（{} 字节）", answer.body.len());
        let theirs = [handler.url.as_str(), "--disable-compression"];
        compare(&what, "≥ 0.85", &[&url, "--disable-compression", "-H", &accept], &theirs);
        if encoding == "identity" {
            let same = format!("if-none-match: {}", answer.tag);
            let ours = [url.as_str(), "--disable-compression", "-H", &same];
            compare("同一报告，未变（304），对裸处理函数的 200", "≥ 1.0", &ours, &theirs);
        }
    }
}

/// Each report once, from the database: nothing is kept.
fn first_reads(folder: &Path, api: &str, ids: &[String]) {
    let urls: Vec<String> = ids.iter().map(|id| format!("{api}/reports/{id}")).collect();
    let list = folder.join("urls");
    std::fs::write(&list, urls.join("\n")).expect("written");
    let answer = fetch(&urls[0], &[("accept-encoding", "identity")]);
    let file = folder.join("first");
    std::fs::write(&file, &answer.body).expect("written");
    let handler = bare(&file, &serde_json::to_string(&answer.headers).expect("headers"));
    let list = list.to_string_lossy().into_owned();
    let ours = ["--urls-from-file", &list, "--disable-compression"];
    compare("第一次读一份报告（从 SQLite）", "≥ 0.35", &ours, &[&handler.url, "--disable-compression"]);
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
    println!("\n| 不备（每次都查库），固定速率 | 次/秒 | p50 ms | p95 ms | p99 ms | 目标 p95 |");
    println!("|---|---|---|---|---|---|");
    let of = |what: &str| format!("{api}/stats/{what}?year={YEAR}&within={within}");
    latency("全省合计", "< 5", 100, &of("totals"));
    latency("按下级分组的合计", "< 5", 50, &of("breakdown"));
    let one = "&indicators=requests.new_requests.total";
    latency("按下级分组，一个指标", "< 5", 100, &format!("{}{one}", of("breakdown")));
    latency("完成情况", "< 5", 100, &of("completeness"));
    latency("完成情况，按下级分组", "< 5", 100, &format!("{}&group_by=child", of("completeness")));
    latency("七年趋势", "< 5", 50, &format!("{api}/stats/trends?within={within}"));
    latency("报告列表，50 条", "< 10", 50, &format!("{api}/reports?year={YEAR}&limit=50"));
    latency("检索（营商环境）", "< 10", 50, &format!("{api}/search?q=%E8%90%A5%E5%95%86%E7%8E%AF%E5%A2%83"));
    latency("单份报告", "", 200, &format!("{api}/reports/{report}"));
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
    println!("| 写入全省七年 | {:.0} 秒 | < 120 | {} |", began.elapsed().as_secs_f64(), said.trim());
}

/// The search index follows the changes in the background: nothing is measured before it has.
fn wait_for_index(api: &str) {
    let seq = |path: &str| json(&format!("{api}{path}"))["as_of"]["seq"].clone();
    while seq("/search?q=%E5%85%AC%E5%BC%80&limit=1") != seq(&format!("/stats/totals?year={YEAR}")) {
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// The reports of a year, as far as some pages tell.
fn reports(api: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut next = format!("{api}/reports?year={}&limit=200&fields=id", YEAR - 1);
    while found.len() < 6_000 {
        let page = json(&next);
        let items = page["items"].as_array().expect("items");
        found.extend(items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        next = format!("{api}/reports?year={}&limit=200&fields=id&cursor={cursor}", YEAR - 1);
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
    if let [_, verb, body, headers] = arguments.as_slice()
        && verb == "bare"
    {
        return be_bare(body, headers);
    }
    if Command::new("oha").arg("--version").output().is_err() {
        eprintln!("SKIPPED: oha is not installed (cargo install oha --locked)");
        return;
    }
    let folder = tempfile::TempDir::new().expect("a folder");
    println!("| 一次 | 数 | 目标 | |\n|---|---|---|---|");
    // Set to keep the seeded database between runs.
    let database = std::env::var_os("NIANBAO_BENCH_DATABASE")
        .map_or_else(|| folder.path().join("province.db"), PathBuf::from);
    seed(&database);
    let began = Instant::now();
    let service = serve(&database, &[]);
    println!("| 启动到就绪 | {:.2} 秒 | < 0.5 | 全省七年的 SQLite |", began.elapsed().as_secs_f64());
    let api = format!("{}/api/v1", service.url);
    let roots = json(&format!("{api}/agencies?level=provincial&kind=government"));
    let province = roots["items"][0]["id"].as_str().expect("the province").to_owned();
    let ids = reports(&api);
    wait_for_index(&api);

    println!(
        "\n| 服务占一个核，压测占另一个；对同样字节、同样头的裸 actix 处理函数 | 次/秒 | 裸 | 比值 | 目标 |"
    );
    println!("|---|---|---|---|---|");
    kept(folder.path(), &api, &ids[0]);
    println!("\n| 内存 | MB | 目标 |\n|---|---|---|");
    println!("| 以上之后 RssAnon | **{:.0}** | < 200 |", memory(service.child.id()));
    let all = folder.path().join("all");
    std::fs::write(&all, ids.iter().map(|id| format!("{api}/reports/{id}\n")).collect::<String>())
        .expect("written");
    // Twice round them all.
    rate(&["--urls-from-file", &all.to_string_lossy(), "--disable-compression"]);
    rate(&["--urls-from-file", &all.to_string_lossy()]);
    println!(
        "| {} 份报告各读若干遍之后 RssAnon | **{:.0}** | < 200 |",
        ids.len(),
        memory(service.child.id())
    );
    drop(service);

    let uncached = serve(&database, &[("NIANBAO__LIMITS__KEPT_BYTES", "0")]);
    let api = format!("{}/api/v1", uncached.url);
    println!("\n| 不备 | 次/秒 | 裸 | 比值 | 目标 |\n|---|---|---|---|---|");
    first_reads(folder.path(), &api, &ids);
    latencies(&api, &province, &ids[0]);
    let counties = direct_counties(&database, &api, &province);
    println!("\n| 全省 {counties} 个县直接由省管之后 | 次/秒 | p50 ms | p95 ms | p99 ms | 目标 p95 |");
    println!("|---|---|---|---|---|---|");
    let breakdown = format!("{api}/stats/breakdown?year={YEAR}&within={province}");
    latency("按下级分组的合计（全部 200 格）", "< 5", 20, &breakdown);
    let one = format!("{breakdown}&indicators=requests.new_requests.total");
    latency("按下级分组，一个指标", "< 5", 50, &one);
}
