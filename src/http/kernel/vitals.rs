//! Gauges of the process and of the log it follows: what an alert needs, read when somebody asks.

use crate::operations::store::Watch;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use std::sync::atomic::AtomicU64;

pub struct Vitals {
    forks: Counter,
    audit_seq: Gauge,
    change_seq: Gauge,
    watch_age: Gauge<f64, AtomicU64>,
    resident_bytes: Gauge,
    open_files: Gauge,
}

impl Vitals {
    pub fn new(registry: &mut Registry) -> Vitals {
        let vitals = Vitals {
            forks: Counter::default(),
            audit_seq: Gauge::default(),
            change_seq: Gauge::default(),
            watch_age: Gauge::default(),
            resident_bytes: Gauge::default(),
            open_files: Gauge::default(),
        };
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        registry.register("build", "The program", Info::new(version));
        registry.register("forks", "Times the log has forked, as seen here", vitals.forks.clone());
        registry.register("audit_seq", "The last entry of the audit known here", vitals.audit_seq.clone());
        registry.register("change_seq", "The last public change known here", vitals.change_seq.clone());
        registry.register(
            "watch_age_seconds",
            "Since the ledger was last looked at",
            vitals.watch_age.clone(),
        );
        registry.register("resident_bytes", "Memory of the process", vitals.resident_bytes.clone());
        registry.register("open_files", "Files and sockets of the process", vitals.open_files.clone());
        vitals
    }

    /// Takes everything as it is now.
    pub fn look(&self, watch: &Watch) {
        self.forks.inc_by(watch.forks().saturating_sub(self.forks.get()));
        self.audit_seq.set(watch.audit_seq());
        self.change_seq.set(watch.changes().borrow().seq);
        if let Some(age) = watch.age() {
            self.watch_age.set(age.as_secs_f64());
        }
        if let Some(pages) = resident_pages() {
            self.resident_bytes.set(pages.saturating_mul(PAGE));
        }
        if let Ok(files) = std::fs::read_dir("/proc/self/fd") {
            self.open_files.set(i64::try_from(files.count()).unwrap_or(i64::MAX));
        }
    }
}

/// Of memory, as `/proc` counts it on every machine this runs on.
const PAGE: i64 = 4096;

fn resident_pages() -> Option<i64> {
    std::fs::read_to_string("/proc/self/statm").ok()?.split_whitespace().nth(1)?.parse().ok()
}
