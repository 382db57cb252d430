//! What the lane does, counted for whoever watches over it.

use super::statements::Statements;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};

/// Whose a job is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Whose {
    /// `person`, or `service`.
    pub of: &'static str,
}

/// Shared with the writer thread; cheap to clone.
#[derive(Debug, Clone)]
pub struct Meters {
    /// Jobs that were put in the queue, of persons and of the service itself.
    pub queued: Family<Whose, Counter>,
    /// Jobs committed together.
    pub group_size: Histogram,
    /// From the beginning of a group to the return of its COMMIT.
    pub group_seconds: Histogram,
    /// What the writer computed for one job, in seconds of its thread.
    pub job_cpu_seconds: Histogram,
    /// COMMIT alone.
    pub commit_seconds: Histogram,
    /// Sent to the database by readers and writer.
    pub statements: Statements,
    /// Groups that broke and whose members ran once more.
    pub broken_groups: Counter,
}

impl Default for Meters {
    fn default() -> Meters {
        Meters {
            queued: Family::default(),
            group_size: Histogram::new(exponential_buckets(1.0, 2.0, 6)),
            group_seconds: Histogram::new(exponential_buckets(0.000_1, 4.0, 8)),
            job_cpu_seconds: Histogram::new(exponential_buckets(0.000_025, 2.0, 10)),
            commit_seconds: Histogram::new(exponential_buckets(0.000_1, 4.0, 8)),
            statements: Statements::default(),
            broken_groups: Counter::default(),
        }
    }
}
