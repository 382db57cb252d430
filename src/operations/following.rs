//! Following the change sequence: each consumer takes the next changes and enters what it made of them.

use crate::domain::id::ReportId;
use crate::operations::Refusal;
use crate::storage::{AnyConnection, audit, positions};

/// The next changes that a consumer has not taken: from which to which, and the reports they are about.
#[derive(Debug, Clone)]
pub struct Stretch {
    from: i64,
    to: i64,
    pub reports: Vec<ReportId>,
}

impl Stretch {
    /// `None`: all are taken.
    pub fn next(
        connection: &mut AnyConnection,
        consumer: &str,
        most: i64,
    ) -> Result<Option<Stretch>, Refusal> {
        let from = positions::of(connection, consumer)?;
        let changes = audit::changes_after(connection, from, most)?;
        let Some(to) = changes.last().map(|last| last.seq) else { return Ok(None) };
        let mut ids: Vec<String> = changes.into_iter().map(|change| change.report_id).collect();
        ids.sort_unstable();
        ids.dedup();
        Ok(Some(Stretch { from, to, reports: ids.into_iter().map(ReportId::from_stored).collect() }))
    }

    /// Moves the consumer to the end, in the lane; false where another instance has come before.
    pub fn take(&self, connection: &mut AnyConnection, consumer: &str) -> Result<bool, Refusal> {
        if positions::of(connection, consumer)? != self.from {
            return Ok(false);
        }
        positions::set(connection, consumer, self.to)?;
        Ok(true)
    }
}
