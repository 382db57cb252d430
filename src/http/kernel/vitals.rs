//! Gauges of the process and of the log it follows: what an alert needs, read when somebody asks.

use super::service::Service;
use crate::domain::workflow::Review;
use crate::operations::reports::judged_so_far;
use crate::operations::service::{Standing, newest_step};
use crate::operations::store::StandbyTold;
use crate::operations::webhooks::Outstanding;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use std::sync::atomic::AtomicU64;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfEpoch {
    epoch: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfStandby {
    standby: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfState {
    state: &'static str,
}

/// Each figure once: what holds it, its name, what it tells.
macro_rules! figures {
    ($name:ident { $($figure:ident: $kind:ty = $key:literal, $told:literal;)+ }) => {
        pub struct $name {
            $($figure: $kind,)+
        }

        impl $name {
            fn registered(registry: &mut Registry) -> $name {
                let figures = $name { $($figure: Default::default(),)+ };
                $(registry.register($key, $told, figures.$figure.clone());)+
                figures
            }
        }
    };
}

figures! {
    Vitals {
        forks: Counter = "forks", "Times the log has forked, as seen here";
        audit_seq: Gauge = "audit_seq", "The last entry of the audit known here";
        change_seq: Gauge = "change_seq", "The last public change known here";
        watch_age: Gauge<f64, AtomicU64> = "watch_age_seconds", "Since the ledger was last looked at";
        silence: Gauge<f64, AtomicU64> = "database_silence_seconds", "Since the database was asked without an answer yet";
        commit_wait: Gauge<f64, AtomicU64> = "commit_wait_seconds", "Since the writer sent a COMMIT without an answer yet";
        unsynchronous: Gauge = "not_synchronous", "1 while database.require_synchronous is not met";
        disk_full: Gauge = "disk_full", "1 while the writer finds no room on the database's disk";
        resident_bytes: Gauge = "resident_bytes", "Memory of the process";
        open_files: Gauge = "open_files", "Files and sockets of the process";
        instances: Gauge = "instances", "Instances that live on the database";
        instances_differing: Gauge = "instances_differing", "Instances that work by other rules, words or limits than this one";
        review_differs: Gauge = "review_settings_differ", "1 where the configuration says otherwise of reviews than the database, which holds";
        standbys: Gauge = "standbys", "Standbys that are to be read from";
        standbys_used: Gauge = "standbys_used", "Those that are read from now";
        standby_used: Family<OfStandby, Gauge> = "standby_used", "1 while a standby is read from";
        standby_lag: Family<OfStandby, Gauge<f64, AtomicU64>> = "standby_lag_seconds", "Since the first entry was known that a standby does not have";
        standby_reads: Family<OfStandby, Counter> = "standby_reads", "Reads that a standby answered";
        standbys_passed_by: Counter = "standbys_passed_by", "Reads that went to the primary because no standby was good enough";
        epoch: Family<OfEpoch, Gauge> = "epoch", "The name of the log that is followed, as a label";
        lines_dropped: Counter = "log_lines_dropped", "Lines that the log had no room for";
        reports_judged: Counter = "reports_judged", "Times a stored report was judged; lists, tasks and jobs read what is kept";
        streams: Gauge = "streams", "Streams of changes and waiting polls";
        refusals_unwritten: Gauge = "refusals_unwritten", "Refusals since the last sum that were only counted";
        deliveries: Family<OfState, Gauge> = "webhook_deliveries", "Deliveries that wait or were given up";
        oldest_delivery: Gauge<f64, AtomicU64> = "webhook_oldest_seconds", "Age of the oldest delivery that waits";
    }
}

impl Vitals {
    pub fn new(registry: &mut Registry) -> Vitals {
        let newest = newest_step();
        let version = [
            ("version", env!("CARGO_PKG_VERSION")),
            ("commit", option_env!("NIANBAO_COMMIT").unwrap_or_default()),
            ("schema", newest.as_str()),
        ];
        registry.register(
            "build",
            "The program, and the newest step of its schema",
            Info::new(version.map(|(name, value)| (name, value.to_owned()))),
        );
        Vitals::registered(registry)
    }

    fn read_from(&self, (standbys, passed_by): &(Vec<StandbyTold>, u64)) {
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.standbys.set(count(standbys.len()));
        self.standbys_used.set(count(standbys.iter().filter(|standby| standby.used).count()));
        self.standbys_passed_by.inc_by(passed_by.saturating_sub(self.standbys_passed_by.get()));
        for standby in standbys {
            let of = OfStandby { standby: standby.name.clone() };
            self.standby_used.get_or_create(&of).set(i64::from(standby.used));
            self.standby_lag.get_or_create(&of).set(standby.lag.as_secs_f64());
            let reads = self.standby_reads.get_or_create(&of);
            reads.inc_by(standby.reads.saturating_sub(reads.get()));
        }
    }

    /// What is still to be sent, and what was given up.
    pub fn owe(&self, outstanding: &Outstanding) {
        for (state, count) in [("pending", outstanding.pending), ("dead", outstanding.dead)] {
            self.deliveries.get_or_create(&OfState { state }).set(count);
        }
        self.oldest_delivery.set(outstanding.oldest_seconds);
    }

    /// How this instance stands to the settings of the database and to the other instances.
    pub fn stand(&self, standing: &Standing, configured: Review) {
        self.instances.set(i64::try_from(standing.living).unwrap_or(i64::MAX));
        self.instances_differing.set(i64::try_from(standing.differing).unwrap_or(i64::MAX));
        self.review_differs.set(i64::from(standing.review != configured));
    }

    /// Takes everything as it is now.
    pub fn look(&self, service: &Service) {
        let watch = service.store.watch();
        self.read_from(&service.store.standbys());
        self.epoch.clear();
        self.epoch.get_or_create(&OfEpoch { epoch: watch.epoch() }).set(1);
        let dropped = service.options.lines_dropped.count();
        self.lines_dropped.inc_by(dropped.saturating_sub(self.lines_dropped.get()));
        let open = service.options.streams.saturating_sub(service.streams.available_permits());
        self.streams.set(i64::try_from(open).unwrap_or(i64::MAX));
        self.refusals_unwritten.set(i64::try_from(service.refusals.unwritten()).unwrap_or(i64::MAX));
        self.forks.inc_by(watch.forks().saturating_sub(self.forks.get()));
        self.reports_judged.inc_by(judged_so_far().saturating_sub(self.reports_judged.get()));
        self.audit_seq.set(watch.audit_seq());
        self.change_seq.set(watch.changes().borrow().seq);
        if let Some(age) = watch.age() {
            self.watch_age.set(age.as_secs_f64());
        }
        let pulse = watch.pulse();
        self.silence.set(pulse.silence().as_secs_f64());
        self.commit_wait.set(pulse.commit_wait().as_secs_f64());
        self.disk_full.set(i64::from(pulse.is_disk_full()));
        self.unsynchronous.set(i64::from(!pulse.is_synchronous_as_required()));
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
