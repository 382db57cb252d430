//! What the service does, counted; written out in the text format of OpenMetrics.

use super::service::Service;
use super::vitals::Vitals;
use crate::domain::rules::Finding;
use crate::operations::store::Meters;
use actix_web::http::Method;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Counting all reports costs a walk over them: it is done at most so often.
const RECOUNT: Duration = Duration::from_secs(15);

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRequest {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRoute {
    method: String,
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRule {
    rule: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfReason {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfConsumer {
    consumer: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfState {
    state: String,
}

/// Everything that is counted, and the list it is written out from.
pub struct Metrics {
    registry: Registry,
    requests: Family<OfRequest, Counter>,
    seconds: Family<OfRoute, Histogram>,
    findings: Family<OfRule, Counter>,
    not_believed: Family<OfReason, Counter>,
    queue: Gauge,
    readers_busy: Gauge,
    readers: Gauge,
    scanners_busy: Gauge,
    scanners: Gauge,
    reports: Family<OfState, Gauge>,
    behind: Family<OfConsumer, Gauge>,
    set_aside: Family<OfConsumer, Gauge>,
    kept_bodies: Gauge,
    kept_bytes: Gauge,
    body_bytes: Gauge,
    body_bytes_most: Gauge,
    counted: Mutex<Option<Instant>>,
    pub vitals: Vitals,
}

impl Metrics {
    pub fn new(lane: &Meters, lost_reads: &Counter) -> Metrics {
        let mut registry = Registry::with_prefix("nianbao");
        let mut metrics = Metrics {
            vitals: Vitals::new(&mut registry),
            registry,
            requests: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(exponential_buckets(0.000_1, 4.0, 10))),
            findings: Family::default(),
            not_believed: Family::default(),
            queue: Gauge::default(),
            readers_busy: Gauge::default(),
            readers: Gauge::default(),
            scanners_busy: Gauge::default(),
            scanners: Gauge::default(),
            reports: Family::default(),
            behind: Family::default(),
            set_aside: Family::default(),
            kept_bodies: Gauge::default(),
            kept_bytes: Gauge::default(),
            body_bytes: Gauge::default(),
            body_bytes_most: Gauge::default(),
            counted: Mutex::new(None),
        };
        let registry = &mut metrics.registry;
        registry.register("requests", "Requests by method, route and status", metrics.requests.clone());
        registry.register(
            "request_seconds",
            "Time from request to answer, by method and route",
            metrics.seconds.clone(),
        );
        registry.register(
            "access_log_lost",
            "Reads of what is not public for which the access log had no room",
            lost_reads.clone(),
        );
        registry.register("findings", "Findings told, by rule", metrics.findings.clone());
        registry.register(
            "sign_ins_refused",
            "Tokens of the identity provider that were refused, by reason",
            metrics.not_believed.clone(),
        );
        registry.register("lane_queue", "Writes that wait", metrics.queue.clone());
        registry.register(
            "lane_queued",
            "Writes put in the queue, of persons and of the service",
            lane.queued.clone(),
        );
        registry.register("lane_group_size", "Writes committed together", lane.group_size.clone());
        registry.register(
            "lane_group_seconds",
            "Time of a group with its COMMIT",
            lane.group_seconds.clone(),
        );
        registry.register("lane_broken_groups", "Groups that ran once more", lane.broken_groups.clone());
        registry.register("readers_busy", "Readers at work", metrics.readers_busy.clone());
        registry.register("readers", "Readers", metrics.readers.clone());
        registry.register("scanners_busy", "Readers for scans at work", metrics.scanners_busy.clone());
        registry.register("scanners", "Readers for scans", metrics.scanners.clone());
        registry.register("changes_behind", "Changes a consumer has not taken yet", metrics.behind.clone());
        registry.register(
            "reports_set_aside",
            "Reports that a consumer of the changes could not take",
            metrics.set_aside.clone(),
        );
        registry.register("kept_bodies", "Answers that are kept", metrics.kept_bodies.clone());
        registry.register("kept_bytes", "Bytes of the answers that are kept", metrics.kept_bytes.clone());
        registry.register("body_bytes", "Bytes booked for bodies in memory", metrics.body_bytes.clone());
        registry.register("body_bytes_most", "Bytes that may be booked", metrics.body_bytes_most.clone());
        registry.register(
            "lane_job_cpu_seconds",
            "What the writer computed for one job",
            lane.job_cpu_seconds.clone(),
        );
        registry.register(
            "statements",
            "Statements sent by readers and writer",
            lane.statements.sent.clone(),
        );
        registry.register(
            "slow_statements",
            "Statements that took longer than database.slow_statement_ms",
            lane.statements.slow.clone(),
        );
        registry.register(
            "lane_commit_seconds",
            "Time of a group's COMMIT alone",
            lane.commit_seconds.clone(),
        );
        registry.register("reports", "Reports by state of their working revision", metrics.reports.clone());
        metrics
    }

    /// The counter of a read that is answered again and again, and how long one took.
    pub fn reads(&self, route: &str, status: u16) -> Counter {
        let labels = OfRequest { method: Method::GET.to_string(), route: route.to_owned(), status };
        self.requests.get_or_create_owned(&labels)
    }

    pub fn reads_took(&self, route: &str) -> Histogram {
        let labels = OfRoute { method: Method::GET.to_string(), route: route.to_owned() };
        self.seconds.get_or_create_owned(&labels)
    }

    /// One request that was answered; `route` is its pattern, so that ids make no series of their own.
    pub fn request(&self, method: &Method, route: &str, status: u16, took: Duration) {
        // A client may call its method anything: what is not known makes no series of its own.
        let known = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
        let known = known.into_iter().chain([Method::OPTIONS]).find(|known| known == method);
        let method = known.as_ref().map_or("other", Method::as_str).to_owned();
        let labels = OfRequest { method: method.clone(), route: route.to_owned(), status };
        self.requests.get_or_create(&labels).inc();
        let labels = OfRoute { method, route: route.to_owned() };
        self.seconds.get_or_create(&labels).observe(took.as_secs_f64());
    }

    pub fn found(&self, findings: &[Finding]) {
        for finding in findings {
            self.findings.get_or_create(&OfRule { rule: finding.rule }).inc();
        }
    }

    /// Somebody came with the word of an identity provider, and was refused.
    pub fn not_believed(&self, reason: &'static str) {
        self.not_believed.get_or_create(&OfReason { reason }).inc();
    }

    /// Whether the reports are to be counted again.
    pub fn is_due(&self) -> bool {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let due = counted.is_none_or(|at| at.elapsed() >= RECOUNT);
        if due {
            *counted = Some(Instant::now());
        }
        due
    }

    /// How many reports are in each state; one that nobody is in any more is told as zero.
    pub fn count_reports(&self, by_state: Vec<(String, i64)>) {
        self.reports.clear();
        for (state, count) in by_state {
            self.reports.get_or_create(&OfState { state }).set(count);
        }
    }

    /// How many changes a consumer is behind, and how many reports it left out.
    pub fn consumer(&self, consumer: &'static str, behind: i64, set_aside: i64) {
        self.behind.get_or_create(&OfConsumer { consumer }).set(behind);
        self.set_aside.get_or_create(&OfConsumer { consumer }).set(set_aside);
    }

    pub fn write(&self, service: &Service) -> String {
        let gauge = |gauge: &Gauge, value: usize| gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        self.vitals.look(service);
        gauge(&self.queue, service.store.queue_depth());
        let (busy, all) = service.store.readers();
        gauge(&self.readers_busy, busy);
        gauge(&self.readers, all);
        let (busy, all) = service.store.scanners();
        gauge(&self.scanners_busy, busy);
        gauge(&self.scanners, all);
        let (bodies, bytes) = service.kept.size();
        self.kept_bodies.set(i64::try_from(bodies).unwrap_or(i64::MAX));
        self.kept_bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
        let (booked, most) = service.budget.in_flight();
        gauge(&self.body_bytes, booked);
        gauge(&self.body_bytes_most, most);
        let mut text = String::new();
        // Writing into a text does not fail.
        let _written = encode(&mut text, &self.registry);
        text
    }
}
