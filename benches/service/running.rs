//! The service as a process of its own, on the first core.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

pub(super) const PROGRAM: &str = env!("CARGO_BIN_EXE_nianbao");

/// A process that ends with its owner.
pub(super) struct Running {
    pub(super) child: Child,
    pub(super) url: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// Starts a program on the first core, and waits until it answers.
pub(super) fn start(program: &Path, arguments: &[&str], settings: &[(&str, &str)]) -> Running {
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

pub(super) fn serve(database: &Path, settings: &[(&str, &str)]) -> Running {
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

/// Anonymous resident memory, in megabytes.
pub(super) fn memory(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("its status");
    let line = status.lines().find(|line| line.starts_with("RssAnon")).expect("RssAnon");
    let kilobytes: f64 = line.split_whitespace().nth(1).and_then(|text| text.parse().ok()).expect("a number");
    kilobytes / 1_024.0
}

/// Processor time of a process, in clock ticks.
pub(super) fn ticks(process: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("its state");
    let (_, after) = stat.rsplit_once(") ").expect("its name");
    let of = |at: usize| after.split(' ').nth(at).and_then(|text| text.parse::<u64>().ok()).expect("ticks");
    of(11) + of(12)
}

/// What is done behind the filling (verdicts, renditions) is done: the service rests for a second.
pub(super) fn wait_for_rest(service: &Running) {
    loop {
        let before = ticks(service.child.id());
        std::thread::sleep(Duration::from_secs(1));
        if ticks(service.child.id()) - before < 5 {
            return;
        }
    }
}
