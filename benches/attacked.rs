//! What a clerk notices while the service is attacked at a province's size: "under attack" in docs/performance.md.
//!
//! `cargo bench --bench attacked`. `NIANBAO_BENCH_DATABASE` keeps the seeded province between runs (`-`: SQLite is left out),
//! `NIANBAO_BENCH_POSTGRES_URL` names a PostgreSQL database that holds it or is empty, `NIANBAO_BENCH_MINUTES` is how
//! long everything at once goes on (1), `NIANBAO_BENCH_ONLY` one part of it: `reads`, `files` or `all`. Attackers have addresses of their own, 127.0.1.1 and on; loopback only.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench may stop where it stands, and prints what it found"
)]

mod hostile;

use hostile::{KINDS, Kind};
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, scope, sleep, spawn};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

const PROGRAM: &str = env!("CARGO_BIN_EXE_nianbao");
const YEAR: i32 = 2025;
const ATTACKERS: u8 = 64;
const SPELL: Duration = Duration::from_secs(20);
/// Files at once, and how large each is.
const FILES: usize = 8;
const SIZE: usize = 20 << 20;

struct Running {
    child: Child,
    api: String,
    settings: Vec<(String, String)>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

impl Running {
    fn start(database: &str) -> Running {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address").to_string();
        drop(listener);
        let settings = [
            ("NIANBAO__DATABASE__URL", database),
            ("NIANBAO__DATABASE__MIGRATE", "true"),
            ("NIANBAO__SERVER__LISTEN", &address),
            ("NIANBAO__TELEMETRY__FILTER", "error"),
            ("NIANBAO__LIMITS__REQUESTS_PER_MINUTE", "0"),
            // Each read asks the database anew.
            ("NIANBAO__LIMITS__KEPT_BYTES", "0"),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let child = Command::new(PROGRAM)
            .arg("serve")
            .envs(settings.iter().cloned())
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts");
        while ureq::get(format!("http://{address}/readyz")).call().is_err() {
            sleep(Duration::from_millis(20));
        }
        Running { child, api: format!("http://{address}/api/v1"), settings }
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = Command::new(PROGRAM).args(arguments).envs(self.settings.iter().cloned()).output();
        let output = output.expect("it runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn token(&self, name: &str) -> String {
        self.run(&["token", "create", "--role", "editor", "--name", name])
    }

    fn address(&self) -> SocketAddr {
        self.api.trim_start_matches("http://").trim_end_matches("/api/v1").parse().expect("an address")
    }

    /// Anonymous memory of the service and of all that it started, in MiB.
    fn memory(&self) -> u64 {
        let listed =
            Command::new("pgrep").args(["-P", &self.child.id().to_string()]).output().expect("pgrep");
        let children = String::from_utf8_lossy(&listed.stdout).into_owned();
        let all = children.split_whitespace().map(str::to_owned).chain([self.child.id().to_string()]);
        all.filter_map(|process| {
            let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
            let line = status.lines().find(|line| line.starts_with("RssAnon"))?;
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        })
        .sum::<u64>()
            / 1_024
    }
}

fn json(url: &str) -> Value {
    let mut answer = ureq::get(url).call().expect("an answer");
    serde_json::from_str(&answer.body_mut().read_to_string().expect("a body")).expect("JSON")
}

/// Somebody who asks for `/me` fifty times a second, and how long each answer took from when it was due.
struct Clerk {
    ending: Arc<AtomicBool>,
    asking: JoinHandle<(Vec<Duration>, Vec<String>)>,
}

impl Clerk {
    fn at_work(service: &Running, token: &str) -> Clerk {
        let ending = Arc::new(AtomicBool::new(false));
        let (ends, url, bearer) = (ending.clone(), format!("{}/me", service.api), format!("Bearer {token}"));
        let asking = spawn(move || {
            let agent = ureq::agent();
            let (begun, mut taken, mut failed) = (Instant::now(), Vec::new(), Vec::new());
            while !ends.load(Ordering::Relaxed) {
                let due = begun + Duration::from_millis(20) * u32::try_from(taken.len()).expect("few");
                sleep(due.saturating_duration_since(Instant::now()));
                let answer = agent.get(&url).header("authorization", &bearer).call();
                if let Err(error) = answer.and_then(|mut answer| answer.body_mut().read_to_vec()) {
                    failed.push(format!("{:.1} s: {error}", begun.elapsed().as_secs_f64()));
                }
                taken.push(due.elapsed());
            }
            (taken, failed)
        });
        Clerk { ending, asking }
    }

    /// p50, p99 and the longest, in milliseconds; tells what failed.
    fn times(self) -> [f64; 3] {
        self.ending.store(true, Ordering::Relaxed);
        let (mut taken, failed) = self.asking.join().expect("the clerk");
        if !failed.is_empty() {
            println!("| FAILED of {}: {failed:?} |", taken.len());
        }
        taken.sort();
        [taken.len() / 2, taken.len() * 99 / 100, taken.len() - 1].map(|at| taken[at].as_secs_f64() * 1_000.0)
    }
}

type Told = Arc<Mutex<BTreeMap<String, u64>>>;

/// One request on a connection from an address of its own; gives the status.
async fn ask(from: u8, to: SocketAddr, request: &[u8]) -> std::io::Result<String> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from(([127, 0, 1, from], 0)))?;
    let mut stream = socket.connect(to).await?;
    stream.write_all(request).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(answer.get(9..12).unwrap_or(b"cut")).into_owned())
}

/// Attackers that read one path again and again until they are told to end.
fn readers(runtime: &tokio::runtime::Runtime, service: &Running, path: &str, ends: &Arc<AtomicBool>) -> Told {
    let told = Told::default();
    let request = format!("GET /api/v1{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    for from in 1..=ATTACKERS {
        let (told, ends, request, to) = (told.clone(), ends.clone(), request.clone(), service.address());
        runtime.spawn(async move {
            while !ends.load(Ordering::Relaxed) {
                let status =
                    ask(from, to, request.as_bytes()).await.unwrap_or_else(|error| error.to_string());
                *told.lock().expect("whole").entry(status).or_default() += 1;
            }
        });
    }
    told
}

/// The dearest of what everybody may read, by the clock of a quiet machine.
fn dearest(service: &Running, province: &str) -> String {
    let paths = [
        format!("/reports?year={YEAR}&limit=200&fields=sections"),
        "/reports?sort=-published_at&limit=200&count=true".to_owned(),
        "/reports?q=%E5%B1%80&sort=agency_name&limit=200&count=true".to_owned(),
        "/search?q=%E5%85%AC%E5%BC%80&limit=50&count=true".to_owned(),
        format!("/search?q=%E5%85%AC%E5%BC%80&within={province}&limit=50&count=true"),
        format!("/stats/trends?within={province}"),
        format!("/stats/breakdown?year={YEAR}&within={province}&by=child"),
        format!("/stats/breakdown?year={YEAR}&within={province}&by=level"),
        format!("/stats/completeness?year={YEAR}&within={province}&group_by=child"),
        format!("/years/{YEAR}/roster?within={province}&limit=200&count=true"),
        "/agencies?q=%E5%B1%80&limit=200&count=true".to_owned(),
        format!("/agencies/{province}/tree?depth=4"),
    ];
    println!("\n| one public read, quiet | ms |\n|---|---|");
    let timed = paths.into_iter().map(|path| {
        let once = || {
            let begun = Instant::now();
            let url = format!("{}{path}", service.api);
            ureq::get(url).call().expect("answered").body_mut().read_to_vec().expect("a body");
            begun.elapsed()
        };
        let taken = (0..5).map(|_| once()).min().expect("five");
        println!("| `{}` | {:.1} |", path.replace(province, "…"), taken.as_secs_f64() * 1_000.0);
        (taken, path)
    });
    timed.max().expect("some").1
}

fn under_reads(runtime: &tokio::runtime::Runtime, service: &Running, clerk: &str, province: &str) {
    let path = dearest(service, province);
    let quiet = Clerk::at_work(service, clerk);
    sleep(SPELL / 4);
    let [p50, p99, longest] = quiet.times();
    println!("\n| a clerk's `/me` | p50 ms | p99 ms | longest ms |\n|---|---|---|---|");
    println!("| nobody else | {p50:.1} | {p99:.1} | {longest:.1} |");
    let ends = Arc::new(AtomicBool::new(false));
    let told = readers(runtime, service, &path, &ends);
    let under = Clerk::at_work(service, clerk);
    sleep(SPELL);
    let [p50, p99, longest] = under.times();
    ends.store(true, Ordering::Relaxed);
    let told = told.lock().expect("whole").clone();
    println!(
        "| {ATTACKERS} connections, `{}`: {told:?} | {p50:.1} | **{p99:.1}** | {longest:.1} |",
        path.replace(province, "…")
    );
}

/// Sends some files at once, each as somebody else; gives the statuses.
fn send(service: &Running, kind: &Kind, body: &[u8], tokens: &[String]) -> BTreeMap<String, u64> {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let told = Mutex::new(BTreeMap::new());
    scope(|threads| {
        for token in tokens {
            let (agent, told) = (&agent, &told);
            threads.spawn(move || {
                let sent = agent
                    .post(format!("{}/imports?dry_run=true", service.api))
                    .header("authorization", &format!("Bearer {token}"))
                    .header("content-type", kind.media_type)
                    .send(body);
                let status =
                    sent.map_or_else(|error| error.to_string(), |answer| answer.status().as_str().to_owned());
                *told.lock().expect("whole").entry(status).or_default() += 1;
            });
        }
    });
    told.into_inner().expect("whole")
}

fn under_files(service: &Running, clerk: &str, tokens: &[String]) {
    println!(
        "\n| {FILES} files of 20 MiB at once | answers | seconds | most MiB | a clerk's longest ms |\n|---|---|---|---|---|"
    );
    for kind in KINDS {
        let body = (kind.make)(SIZE);
        let (begun, under, done) = (Instant::now(), Clerk::at_work(service, clerk), AtomicBool::new(false));
        let (told, most) = scope(|threads| {
            let most = threads.spawn(|| {
                let mut most = 0;
                while !done.load(Ordering::Relaxed) {
                    most = most.max(service.memory());
                    sleep(Duration::from_millis(20));
                }
                most
            });
            let told = send(service, kind, &body, tokens);
            done.store(true, Ordering::Relaxed);
            (told, most.join().expect("measured"))
        });
        let seconds = begun.elapsed().as_secs_f64();
        let [_, _, longest] = under.times();
        println!("| {} | {told:?} | {seconds:.1} | **{most}** | {longest:.0} |", kind.name);
    }
}

/// Everything at once: dear reads, files, streams, heads that never end.
fn under_all(
    runtime: &tokio::runtime::Runtime,
    service: &Running,
    (clerk, province): (&str, &str),
    tokens: &[String],
    minutes: u64,
) {
    let ends = Arc::new(AtomicBool::new(false));
    let told = readers(runtime, service, "/search?q=%E5%85%AC%E5%BC%80&limit=50&count=true", &ends);
    let trends = readers(runtime, service, &format!("/stats/trends?within={province}"), &ends);
    for from in 1..=ATTACKERS {
        for request in [
            "GET /api/v1/changes/stream HTTP/1.1\r\nHost: x\r\n\r\n",
            "POST /api/v1/enrolments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{",
            "GET /api/v1/agencies HTTP/1.1\r\nHo",
        ] {
            let (ends, to) = (ends.clone(), service.address());
            runtime.spawn(async move {
                while !ends.load(Ordering::Relaxed) {
                    let asked = ask(from, to, request.as_bytes());
                    let _gone = tokio::time::timeout(Duration::from_secs(20), asked).await;
                }
            });
        }
    }
    let under = Clerk::at_work(service, clerk);
    let (begun, mut memory) = (Instant::now(), Vec::new());
    scope(|threads| {
        threads.spawn(|| {
            for kind in
                KINDS.iter().cycle().take_while(|_| begun.elapsed() < Duration::from_secs(minutes * 60))
            {
                send(service, kind, &(kind.make)(SIZE), &tokens[..2]);
            }
        });
        while begun.elapsed() < Duration::from_secs(minutes * 60) {
            memory.push(service.memory());
            sleep(Duration::from_millis(200));
        }
    });
    let [p50, p99, longest] = under.times();
    ends.store(true, Ordering::Relaxed);
    let sum = |part: &[u64]| part.iter().max().copied().unwrap_or_default();
    let thirds: Vec<u64> = memory.chunks(memory.len().div_ceil(3)).map(sum).collect();
    println!("\n| everything at once for {minutes} min | |\n|---|---|");
    println!("| a clerk's `/me`: p50, p99, longest ms | {p50:.1}, **{p99:.1}**, {longest:.0} |");
    println!("| most MiB in each third | {thirds:?} |");
    println!(
        "| answers to dear reads | {:?} {:?} |",
        told.lock().expect("whole"),
        trends.lock().expect("whole")
    );
    sleep(Duration::from_secs(5));
    println!("| MiB five seconds later | {} |", service.memory());
    println!("| `audit verify` | {} |", service.run(&["audit", "verify"]).replace('\n', " "));
    println!("| `stats verify` | {} |", service.run(&["stats", "verify"]).replace('\n', " "));
}

fn measure(database: &str) {
    let minutes = std::env::var("NIANBAO_BENCH_MINUTES").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    println!("\n## {}", database.split(':').next().unwrap_or_default());
    let service = Running::start(database);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let found = json(&format!("{}/agencies?level=provincial&kind=government", service.api));
    let province = match found["items"][0]["id"].as_str() {
        Some(id) => id.to_owned(),
        None => {
            drop(service);
            seed(database);
            return measure(database);
        }
    };
    let clerk = service.token("赵填报");
    let tokens: Vec<String> = (0..FILES).map(|at| service.token(&format!("第{at}人"))).collect();
    let only = std::env::var("NIANBAO_BENCH_ONLY").unwrap_or_default();
    let wanted = |part: &str| only.is_empty() || only == part;
    if wanted("reads") {
        under_reads(&runtime, &service, &clerk, &province);
    }
    if wanted("files") {
        under_files(&service, &clerk, &tokens);
    }
    if wanted("all") {
        under_all(&runtime, &service, (&clerk, &province), &tokens, minutes);
    }
    runtime.shutdown_background();
}

fn seed(database: &str) {
    let done = Command::new(PROGRAM)
        .args(["seed", "--province", "14", "--years", "2019..2025"])
        .env("NIANBAO__DATABASE__URL", database)
        .status();
    assert!(done.is_ok_and(|status| status.success()), "the province is written");
}

fn main() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = std::env::var("NIANBAO_BENCH_DATABASE")
        .unwrap_or_else(|_| folder.path().join("province.db").to_string_lossy().into_owned());
    if file != "-" {
        measure(&format!("sqlite://{file}"));
    }
    match std::env::var("NIANBAO_BENCH_POSTGRES_URL") {
        Ok(url) => measure(&url),
        Err(_) => println!("\nNIANBAO_BENCH_POSTGRES_URL is not set: PostgreSQL was not measured"),
    }
}
