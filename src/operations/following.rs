//! Following the change sequence: each consumer takes the next changes and enters what it made of them.

use crate::domain::id::ReportId;
use crate::operations::Answer;
use crate::storage::set_aside::{self, SetAside};
use crate::storage::{AnyConnection, audit, positions};
use chrono::NaiveDateTime;

/// A consumer, and how many changes it takes at once.
#[derive(Debug, Clone, Copy)]
pub struct Following {
    pub consumer: &'static str,
    pub most: i64,
}

/// Times a single change is tried before it is set aside: what only hiccuped goes through.
const TRIES: u32 = 3;

/// How a consumer gets past what it cannot take: it takes half as much, and half of that, until one change stands
/// alone; what fails alone again and again is set aside.
#[derive(Debug, Clone, Copy)]
pub struct Stride {
    most: i64,
    present: i64,
    failures: u32,
}

impl Stride {
    pub fn new(following: Following) -> Stride {
        Stride { most: following.most, present: following.most, failures: 0 }
    }

    /// Changes to be taken at once now.
    pub fn length(&self) -> i64 {
        self.present
    }

    /// A step went through: the next one may be longer.
    pub fn went(&mut self) {
        self.present = (self.present * 2).min(self.most);
        self.failures = 0;
    }

    /// A step failed; whether the one change it was about is to be set aside.
    pub fn failed(&mut self) -> bool {
        if self.present > 1 {
            self.present /= 2;
            return false;
        }
        self.failures += 1;
        self.failures >= TRIES
    }
}

/// Leaves the next change out, in the lane, and writes down why; the report it is about, if there still is one.
pub fn set_next_aside(
    connection: &mut AnyConnection,
    consumer: &str,
    reason: &str,
    at: NaiveDateTime,
) -> Answer<Option<ReportId>> {
    let Some(next) = Stretch::next(connection, consumer, 1)? else { return Ok(None) };
    positions::set(connection, consumer, next.to)?;
    let Some(report) = next.reports.into_iter().next() else { return Ok(None) };
    let reason = reason.replace('\0', "").chars().take(LONGEST_REASON).collect();
    set_aside::put(
        connection,
        &SetAside { consumer: consumer.to_owned(), report_id: report.to_string(), seq: next.to, reason, at },
    )?;
    Ok(Some(report))
}

/// Longest account of a failure that is kept, in characters.
const LONGEST_REASON: usize = 300;

/// Where a consumer stands: the last change it took, the last there is, and what it left out.
pub fn status(connection: &mut AnyConnection, consumer: &str) -> Answer<(i64, i64, Vec<SetAside>)> {
    let (taken, last) = (positions::of(connection, consumer)?, audit::ledger(connection)?.change_seq);
    Ok((taken, last, set_aside::of(connection, consumer)?))
}

/// How many changes a consumer is behind, and how many reports it left out.
pub fn lag(connection: &mut AnyConnection, consumer: &str) -> Answer<(i64, i64)> {
    let behind = audit::ledger(connection)?.change_seq - positions::of(connection, consumer)?;
    Ok((behind, set_aside::count(connection, consumer)?))
}

/// The next changes that a consumer has not taken: from which to which, and the reports they are about.
#[derive(Debug, Clone)]
pub struct Stretch {
    from: i64,
    to: i64,
    pub reports: Vec<ReportId>,
}

impl Stretch {
    /// `None`: all are taken.
    pub fn next(connection: &mut AnyConnection, consumer: &str, most: i64) -> Answer<Option<Stretch>> {
        let from = positions::of(connection, consumer)?;
        let changes = audit::changes_after(connection, from, most)?;
        let Some(to) = changes.last().map(|last| last.seq) else { return Ok(None) };
        let mut ids: Vec<String> = changes.into_iter().map(|change| change.report_id).collect();
        ids.sort_unstable();
        ids.dedup();
        Ok(Some(Stretch { from, to, reports: ids.into_iter().map(ReportId::from_stored).collect() }))
    }

    /// Reports to be taken once more, at no change: as far as the consumer has come.
    pub fn standing(
        connection: &mut AnyConnection,
        consumer: &str,
        reports: Vec<ReportId>,
    ) -> Answer<Stretch> {
        let at = positions::of(connection, consumer)?;
        Ok(Stretch { from: at, to: at, reports })
    }

    /// Moves the consumer to the end, in the lane; false where another instance has come before.
    pub fn take(&self, connection: &mut AnyConnection, consumer: &str) -> Answer<bool> {
        if positions::of(connection, consumer)? != self.from {
            return Ok(false);
        }
        positions::set(connection, consumer, self.to)?;
        set_aside::take_back(connection, consumer, &self.reports)?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_taken_is_found_by_halves_and_nothing_else_is_left_out() {
        // Ten changes; the seventh cannot be taken.
        let mut stride = Stride::new(Following { consumer: "x", most: 16 });
        let (mut taken, mut aside) = (Vec::new(), Vec::new());
        let mut at = 0;
        while at < 10 {
            let to = (at + stride.length()).min(10);
            if (at + 1..=to).contains(&7) {
                if stride.failed() {
                    aside.push(at + 1);
                    at += 1;
                    stride.went();
                }
            } else {
                taken.extend(at + 1..=to);
                at = to;
                stride.went();
            }
        }
        assert_eq!((taken, aside), (vec![1, 2, 3, 4, 5, 6, 8, 9, 10], vec![7]));
    }
}
